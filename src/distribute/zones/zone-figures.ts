import type { ZoneFigure, ZoneFigures } from '../../platform/zone-metrics.ts'
import type { Catalog } from '../catalog.ts'
import { lagOf, SECONDARY_STATES, stateOf, type SecondaryState } from './secondary.ts'
import { listLabel, type ZoneDesk } from './zone-desk.ts'

export interface FiguresDeps {
  readonly desk: ZoneDesk
  readonly catalog: () => Catalog
  readonly dns: ZoneFigures['dns']
  readonly now: () => Date
}

/** What was summed up is told again for so long: every gauge asks for itself. */
const FRESH_MS = 1000

/** What the metrics tell of zones: sums over all subscribers, and of none by name. */
export function zoneFigures({ desk, catalog, dns, now }: FiguresDeps): ZoneFigures {
  const { counts } = desk
  let zones: readonly ZoneFigure[] = []
  let summedAtMs = -Infinity
  return {
    zones: () => {
      const at = now()
      if (at.getTime() - summedAtMs >= FRESH_MS) {
        zones = sumZones(desk, catalog(), at)
        summedAtMs = at.getTime()
      }
      return zones
    },
    transfers: () => counts.transfers(),
    questions: () => counts.questions(),
    refusals: () => counts.refusals(),
    notifies: () => counts.notifies(),
    bytes: () => desk.bytes,
    dns,
  }
}

interface Sum {
  readonly id: string
  readonly figure: ZoneFigure & { readonly secondaries: Record<SecondaryState, number> }
  maxLag: number
}

function sumZones(desk: ZoneDesk, catalog: Catalog, at: Date): ZoneFigure[] {
  const sums = new Map<string, Sum>()
  for (const list of catalog.lists) {
    const served = desk.served(list)
    if (served === null || sums.has(served.zone)) continue
    const figure = { list: listLabel(list), serial: served.serial, secondaries: noSecondaries() }
    sums.set(served.zone, { id: list.id, figure: { ...figure, maxLag: 0 }, maxLag: 0 })
  }
  const entitled = new Map(catalog.subscribers.map(({ name, lists }) => [name, new Set(lists)]))
  for (const row of desk.ledger.all()) {
    const sum = sums.get(row.zone)
    if (sum === undefined || entitled.get(row.subscriber)?.has(sum.id) !== true) continue
    const { secondaries, serial } = sum.figure
    const state = stateOf(row, serial, at.getTime())
    secondaries[state]++
    if (state !== 'unknown') sum.maxLag = Math.max(sum.maxLag, lagOf(row, serial) ?? 0)
  }
  return [...sums.values()].map(({ figure, maxLag }) => ({ ...figure, maxLag }))
}

function noSecondaries(): Record<SecondaryState, number> {
  return Object.fromEntries(SECONDARY_STATES.map((state) => [state, 0])) as Record<
    SecondaryState,
    number
  >
}
