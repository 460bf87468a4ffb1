import type { HeldDiff } from '../core/diff-lines.ts'
import { publicDefinition } from '../core/list-definition.ts'
import { bringZoneAlong, makeZone, type ZoneWanted } from '../formats/zone/make-zone.ts'
import { tidyZones } from '../formats/zone/tidy-zones.ts'
import { hasZone, removeZone } from '../formats/zone/zone-files.ts'
import { readChanges, type Cut } from './cut-publication.ts'
import type { LineDraft, PublishDeps, ZoneAhead } from './ports.ts'

type Deps = Pick<PublishDeps, 'store' | 'zones' | 'beginZone'>

/** The zone of a serial, while the serial is made. */
export interface ZonePreparation {
  /**
   * Makes the zone of the lines in `draft`, which are all there, and have this state. Gives its digest (RFC 8976), to be signed with the
   * snapshot; undefined when the list's definition asks for none: then the zone is made only where it takes little.
   */
  readonly zonemd: (state: string) => Promise<string | undefined>
  /** Ends what goes on beside this thread; after `zonemd`, does nothing. */
  readonly discard: () => void
}

/** A list's changes are brought into its zone faster than another thread starts. */
const MIN_ENTRIES_AHEAD = 50_000

/**
 * Prepares the zone of the serial that `cut` makes of the lines in `draft`, where secondaries are served from; it counts for nothing until
 * the serial is committed. Where that can be done beside this thread it begins at once, for the changes are known before the lines are.
 */
export function prepareZone(
  deps: Deps,
  cut: Cut,
  draft: Pick<LineDraft, 'lines'>,
): ZonePreparation {
  const ahead = beginZone(deps, cut)
  return {
    zonemd: async (state) => {
      const summary = (await ahead?.keep(state)) ?? null
      return summary === null
        ? makeHere(deps, zoneWanted(deps, cut, draft, state))
        : (summary.zonemd ?? undefined)
    },
    discard: () => ahead?.discard(),
  }
}

function beginZone(deps: Deps, cut: Cut): ZoneAhead | null {
  const { list, serial, entries, previous, changes } = cut
  if (deps.beginZone === undefined || previous === null || changes === null) return null
  if (list.definition.zone === null || entries < MIN_ENTRIES_AHEAD) return null
  const { place } = list
  const before = { serial: previous.serial, state: previous.state }
  const definition = publicDefinition(list.definition)
  return deps.beginZone({ place, serial, entries, definition, before, changes })
}

function makeHere(deps: Deps, wanted: ZoneWanted): string | undefined {
  const { zone } = wanted.definition
  if (zone === null) return undefined
  if (zone.zonemd) return makeZone(deps.zones, wanted).zonemd ?? undefined
  try {
    if (bringZoneAlong(deps.zones, wanted) !== null) return undefined
    // One of that name is of a publication that never came to be, under another definition perhaps.
    removeZone(deps.zones, wanted)
  } catch {
    // Nothing that is signed depends on it: whoever serves makes it anew, and tells what keeps him from that.
  }
  return undefined
}

/** The serial is committed: the zones before it have no use any more, if its own is there. */
export function settleZone(
  { zones }: Pick<PublishDeps, 'zones'>,
  { list, serial }: Pick<Cut, 'list' | 'serial'>,
  state: string,
): void {
  const key = { place: list.place, serial, state }
  if (hasZone(zones, key)) tidyZones(zones, key, list.definition.keep.serials)
}

function zoneWanted(
  deps: Pick<PublishDeps, 'store'>,
  cut: Cut,
  draft: Pick<LineDraft, 'lines'>,
  state: string,
): ZoneWanted {
  const { list, serial, entries } = cut
  return {
    ...{ place: list.place, serial, state, entries },
    definition: publicDefinition(list.definition),
    keepSerials: list.definition.keep.serials,
    lines: () => draft.lines(),
    changesSince: (from, stateThen) => changesSince(deps, cut, from, stateThen),
    isTentative: true,
  }
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
