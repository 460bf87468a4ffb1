import type { ChainCheck } from '../core/check-events.ts'
import type { ChainEvent } from '../core/event.ts'
import { printSortedJson } from '../core/sorted-json.ts'
import { isReportAct, RECEIVED, tellReportAct } from './report-events.ts'
import type { ReportActRow, ReportRows } from './report-rows.ts'

/** Compares reports with what events say of them: what was received, and each act in their common order. */
export class ReportCheck {
  readonly #rows: ReportRows
  readonly #check: ChainCheck
  readonly #acts: Iterator<ReportActRow>
  #received = 0

  constructor(rows: ReportRows, check: ChainCheck) {
    this.#rows = rows
    this.#check = check
    this.#acts = rows.acts()[Symbol.iterator]()
  }

  add(event: ChainEvent): void {
    if (event.act === RECEIVED) this.#addReceived(event)
    if (isReportAct(event.act)) this.#addAct(event)
  }

  #addReceived({ number, subject }: ChainEvent): void {
    const ids = numbersOf(subject['reports'])
    this.#received += ids.length
    const { digest } = subject
    const got = this.#rows.digest(ids)
    if (digest !== got) this.#tell(`event ${number}`, printSortedJson(digest), got ?? 'none')
  }

  /** One event tells of as many acts as it names reports. */
  #addAct({ number, act, actor, subject }: ChainEvent): void {
    const rows = numbersOf(subject['reports']).flatMap(() => {
      const next = this.#acts.next()
      return next.done === true ? [] : [next.value]
    })
    const expected = printSortedJson({ act, actor, subject })
    const reports = rows.map(({ report }) => report)
    const got = new Set(
      rows.map((row) => printSortedJson(tellReportAct({ list: row.list, reports }, row.act))),
    )
    if (got.size === 1 && got.has(expected)) return
    this.#tell(`event ${number}`, expected, [...got].join('; '))
  }

  finish(): void {
    if (this.#acts.next().done !== true) {
      this.#acts.return?.()
      this.#tell('acts on reports', 'none without its event', 'one')
    }
    const there = this.#rows.count()
    if (there !== this.#received) this.#tell('reports', String(this.#received), String(there))
    for (const id of this.#rows.strays()) {
      if (this.#check.isFull) return
      this.#tell(`r${id}`, 'to stand as its acts say', 'otherwise')
    }
  }

  #tell(place: string, expected: string, got: string): void {
    this.#check.tell('event/report', place, expected, got)
  }
}

/** Of a subject that somebody may have changed. */
function numbersOf(value: unknown): number[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'number') : []
}
