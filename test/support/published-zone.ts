import { blocksOfLines } from '../../src/core/hash-lines.ts'
import { listRole } from '../../src/core/layout.ts'
import { publicDefinition } from '../../src/core/list-definition.ts'
import { makeZone, type MadeZone } from '../../src/formats/zone/make-zone.ts'
import type { Authority } from '../../src/main/open-authority.ts'

/** What is signed of a list's newest snapshot. */
export function signedCustom({ store }: Authority, id: string): Record<string, unknown> {
  const metadata = store.metadata.latest(listRole(id))
  const { signed: list } = JSON.parse(metadata!.bytes.toString()) as {
    signed: { targets: Record<string, { custom: Record<string, unknown> }> }
  }
  return list.targets[`lists/${id}/snapshot.txt.gz`]!.custom
}

/** The zone of a list's newest serial, as a server asks for it that has seen the serial. */
export function servedZone(
  { store, zones }: Authority,
  id: string,
  folder: Authority['zones'] = zones,
): MadeZone {
  const list = store.lists.find(id)!
  const { serial, state, entries, decision } = store.publications.latest(list.rowId)!
  return makeZone(folder, {
    ...{ place: list.place, serial, state, entries, keepSerials: 10 },
    definition: publicDefinition(list.definition),
    lines: () => blocksOfLines(store.publications.lines(list.rowId, decision)),
    changesSince: () => null,
  })
}
