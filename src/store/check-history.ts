import { ChainCheck, type EventFinding } from '../core/check-events.ts'
import { digestBefore, ROW_KINDS, type DigestedRow, type RowKind } from '../core/digest-row.ts'
import type { ChainEvent, ChainHead, EventSubject } from '../core/event.ts'
import { AppealCheck } from './check-appeals.ts'
import { ProposalCheck } from './check-proposals.ts'
import { ReportCheck } from './check-reports.ts'
import type { HistoryRows } from './history-rows.ts'

/** How many rows of each kind there were before the chain, by the names of `chain-began`. */
const COUNT_NAMES = {
  decision: 'decisions',
  definition: 'definitions',
  publication: 'publications',
} as const satisfies Record<RowKind, string>

/** What `chain-began` says: how much there was before it, and the digest of that. Reads all rows and entries. */
export function describeBefore(rows: HistoryRows): EventSubject {
  const counts = { decision: 0, definition: 0, publication: 0 }
  function* digested(): Generator<DigestedRow> {
    for (const kind of ROW_KINDS) {
      for (const number of rows.numbers(kind)) {
        counts[kind]++
        yield { kind, number, digest: rows.read(kind, number)?.digest ?? '' }
      }
    }
  }
  const digest = digestBefore(digested())
  const { decision: decisions, definition: definitions, publication: publications } = counts
  return { decisions, definitions, digest, publications }
}

/**
 * What is wrong with the chain of a database and with the rows that it commits to: each event follows the one before, each row that an event
 * names is what it was, and no row is there that no event names. `known` are heads seen elsewhere, as for `checkEvents`.
 */
export function checkHistory(
  events: Iterable<ChainEvent>,
  rows: HistoryRows,
  known: readonly ChainHead[] = [],
): EventFinding[] {
  const check = new ChainCheck(known)
  const history = new HistoryCheck(rows, check)
  for (const event of events) {
    check.add(event)
    history.add(event)
    if (check.isFull) return check.findings
  }
  history.finish()
  return check.finish()
}

/** Compares rows with what events say of them. */
class HistoryCheck {
  readonly #rows: HistoryRows
  readonly #check: ChainCheck
  /** Rows that an event has named. */
  readonly #named: Readonly<Record<RowKind, Set<number>>> = {
    decision: new Set(),
    definition: new Set(),
    publication: new Set(),
  }
  readonly #lines = { added: 0, retired: 0 }
  /** Changes of the register that an event has named. */
  readonly #register = new Set<number>()
  readonly #proposals: ProposalCheck
  readonly #reports: ReportCheck
  readonly #appeals: AppealCheck

  constructor(rows: HistoryRows, check: ChainCheck) {
    this.#rows = rows
    this.#check = check
    this.#proposals = new ProposalCheck(rows.proposals, check)
    this.#reports = new ReportCheck(rows.reports, check)
    this.#appeals = new AppealCheck(rows.appeals, check)
  }

  add(event: ChainEvent): void {
    const { number, act, subject } = event
    this.#proposals.add(event)
    this.#reports.add(event)
    this.#appeals.add(event)
    if (act === 'chain-began' && number === 1) this.#addBefore(subject)
    if (act === 'register-changed') this.#addRegister(subject)
    if (act !== 'decision' && act !== 'definition' && act !== 'publication') return
    const row = subject[act]
    const expected = textOf(subject['digest'])
    const digest = typeof row === 'number' ? this.#digest(act, row) : null
    if (digest === expected) return
    this.#check.tell(`event/${act}`, `${act} ${textOf(row)}`, expected, digest)
  }

  #addRegister(subject: EventSubject): void {
    const change = subject['change']
    const expected = textOf(subject['digest'])
    const isNew = typeof change === 'number' && !this.#register.has(change)
    const digest = isNew ? this.#rows.digestRegister(change) : null
    if (isNew) this.#register.add(change)
    if (digest === expected) return
    this.#check.tell('event/register', `change ${textOf(change)}`, expected, digest)
  }

  /** The digest of a row that no event has named yet, or null. */
  #digest(kind: RowKind, number: number): string | null {
    if (this.#named[kind].has(number)) return null
    this.#named[kind].add(number)
    const row = this.#rows.read(kind, number)
    this.#lines.added += row?.added ?? 0
    this.#lines.retired += row?.retired ?? 0
    return row?.digest ?? null
  }

  #addBefore(subject: EventSubject): void {
    const digest = digestBefore(this.#before(subject))
    const expected = textOf(subject['digest'])
    if (digest === expected) return
    this.#check.tell('event/began', 'the history before event 1', expected, digest)
  }

  /** The first rows of each kind, as many as there were. */
  *#before(subject: EventSubject): Generator<DigestedRow> {
    for (const kind of ROW_KINDS) {
      let left = Number(subject[COUNT_NAMES[kind]])
      if (!(left > 0)) continue
      for (const number of this.#rows.numbers(kind)) {
        yield { kind, number, digest: this.#digest(kind, number) ?? '' }
        if (--left === 0) break
      }
    }
  }

  finish(): void {
    for (const kind of ROW_KINDS) {
      for (const number of this.#rows.numbers(kind)) {
        if (this.#check.isFull) return
        if (this.#named[kind].has(number)) continue
        this.#check.tell(`event/${kind}`, `${kind} ${number}`, 'no row without its event', 'a row')
      }
    }
    for (const number of this.#rows.registerNumbers()) {
      if (this.#check.isFull) return
      if (this.#register.has(number)) continue
      const place = `change ${number}`
      this.#check.tell('event/register', place, 'no change without its event', 'a change')
    }
    const there = this.#rows.countEntries()
    for (const what of ['added', 'retired'] as const) {
      const expected = this.#lines[what]
      if (there[what] === expected) continue
      const [one, other] = [`${expected} ${what} by decisions`, String(there[what])]
      this.#check.tell('event/entries', 'entries', one, other)
    }
    this.#proposals.finish()
    this.#reports.finish()
    this.#appeals.finish()
  }
}

/** A member of a subject that somebody may have changed. */
function textOf(value: EventSubject[string]): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : 'none'
}
