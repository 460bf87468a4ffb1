import type { HeldDiff } from '../core/diff-lines.ts'
import { publicDefinition } from '../core/list-definition.ts'
import { makeZone } from '../formats/zone/make-zone.ts'
import { readChanges, type Cut } from './cut-publication.ts'
import type { LineDraft, PublishDeps } from './ports.ts'

/**
 * The digest of the zone (RFC 8976) of the serial that `cut` makes of the lines in `draft`, to be signed with its snapshot; undefined when
 * the list's definition asks for none. The zone is kept where secondaries are served from, and counts for nothing until the serial is
 * committed.
 */
export function zoneDigest(
  deps: Pick<PublishDeps, 'store' | 'zones'>,
  cut: Cut,
  draft: Pick<LineDraft, 'lines'>,
  state: string,
): string | undefined {
  const { list, serial, entries } = cut
  if (list.definition.zone?.zonemd !== true) return undefined
  const { zonemd } = makeZone(deps.zones, {
    ...{ place: list.place, serial, state, entries },
    definition: publicDefinition(list.definition),
    keepSerials: list.definition.keep.serials,
    lines: () => draft.lines(),
    changesSince: (from, stateThen) => changesSince(deps, cut, from, stateThen),
    isTentative: true,
  })
  return zonemd ?? undefined
}

/** Null when there was no such serial: a zone may have been made for one that never came to be. */
function changesSince(
  { store }: Pick<PublishDeps, 'store'>,
  { list, previous, decision, changes, serial }: Cut,
  from: number,
  state: string,
): HeldDiff | null {
  if (changes !== null && previous?.serial === from && previous.state === state) return changes
  const before = from < serial ? store.publications.find(list.rowId, from) : null
  if (before?.state !== state) return null
  return readChanges(store, list.rowId, before.decision, decision)
}
