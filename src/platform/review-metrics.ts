import { Gauge, type Registry } from 'prom-client'

/** The reviews of a list that wait, for one cause. `list` is how the list is called where everybody may read. */
export interface ReviewFigures {
  readonly list: string
  readonly cause: string
  readonly open: number
  /** Those of them whose day is over. */
  readonly overdue: number
}

/** Adds the metrics of reviews; `read` is called when they are read. The names are API. */
export function addReviews(registry: Registry, read: () => readonly ReviewFigures[]): void {
  const add = (name: 'open' | 'overdue', help: string): void => {
    new Gauge({
      ...{ name: `bailiwick_reviews_${name}`, help, registers: [registry] },
      labelNames: ['list', 'cause'],
      collect() {
        this.reset()
        for (const { list, cause, ...counts } of read()) this.set({ list, cause }, counts[name])
      },
    })
  }
  add('open', 'Reviews that wait')
  add('overdue', 'Reviews that should be done by now')
}
