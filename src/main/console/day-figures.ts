import { fillDays, type HappenedDay, type ListDay } from '../../curation/fill-days.ts'
import type { Store } from '../../store/open-store.ts'

interface Kept {
  readonly days: Map<string, HappenedDay>
  serial: number
  decision: number
}

const NOTHING: HappenedDay = { entries: null, added: 0, retired: 0 }

/** What became of lists day by day. A history is read once; then what came to it, for history is never rewritten. */
export class DayFigures {
  readonly #store: Pick<Store, 'figures'>
  readonly #lists = new Map<number, Kept>()

  constructor(store: Pick<Store, 'figures'>) {
    this.#store = store
  }

  of(
    listRowId: number,
    asked: { readonly last: string; readonly count: number },
  ): readonly ListDay[] {
    const kept: Kept = this.#lists.get(listRowId) ?? { days: new Map(), serial: 0, decision: 0 }
    this.#lists.set(listRowId, kept)
    const { figures } = this.#store
    for (const { day, entries, last } of figures.publishedDays(listRowId, kept.serial)) {
      kept.days.set(day, { ...(kept.days.get(day) ?? NOTHING), entries })
      kept.serial = Math.max(kept.serial, last)
    }
    for (const { day, added, retired, last } of figures.decidedDays(listRowId, kept.decision)) {
      const before = kept.days.get(day) ?? NOTHING
      kept.days.set(day, {
        ...before,
        ...{ added: before.added + added, retired: before.retired + retired },
      })
      kept.decision = Math.max(kept.decision, last)
    }
    return fillDays(kept.days, asked)
  }
}
