import type { ChainCheck } from '../core/check-events.ts'
import type { ChainEvent } from '../core/event.ts'
import { printSortedJson } from '../core/sorted-json.ts'
import { isProposalEvent, tellProposalAct } from './proposal-events.ts'
import type { ActRow, ProposalRows } from './proposal-rows.ts'

/** Compares proposals with what events say of them: act by act, in their common order, and revision by revision. */
export class ProposalCheck {
  readonly #rows: ProposalRows
  readonly #check: ChainCheck
  readonly #acts: Iterator<ActRow>
  #revisions = 0
  #decided = 0

  constructor(rows: ProposalRows, check: ChainCheck) {
    this.#rows = rows
    this.#check = check
    this.#acts = rows.acts()[Symbol.iterator]()
  }

  add(event: ChainEvent): void {
    if (event.act === 'decision') this.#addDecision(event)
    if (!isProposalEvent(event.act)) return
    const next = this.#acts.next()
    const row = next.done === true ? null : next.value
    const told = row === null ? null : tellProposalAct(row.revision, row.act)
    const { act, actor, subject } = event
    const [expected, got] = [printSortedJson({ act, actor, subject }), printSortedJson(told)]
    const place = `event ${event.number}`
    if (expected !== got) this.#tell(place, expected, got)
    if (act === 'proposal' || act === 'proposal-changed') this.#addRevision(event)
  }

  #addRevision({ subject }: ChainEvent): void {
    this.#revisions++
    const { proposal, revision, digest } = subject
    const found =
      typeof proposal === 'number' && typeof revision === 'number'
        ? this.#rows.digestRevision(proposal, revision)
        : null
    if (found === digest) return
    this.#tell(`revision ${textOf(revision)} of p${textOf(proposal)}`, textOf(digest), found)
  }

  #addDecision({ subject }: ChainEvent): void {
    const { decision, proposal, revision } = subject
    if (proposal !== undefined) this.#decided++
    const expected = proposal === undefined ? '' : `${textOf(proposal)} ${textOf(revision)}`
    const got = typeof decision === 'number' ? this.#rows.originOf(decision) : ''
    if (expected !== got) this.#tell(`the proposal of decision ${textOf(decision)}`, expected, got)
  }

  finish(): void {
    if (this.#acts.next().done !== true) {
      this.#acts.return?.()
      this.#tell('acts of proposals', 'none without its event', 'one')
    }
    const there = [this.#rows.countRevisions(), this.#rows.countDecided()]
    const [revisions, decided] = [this.#revisions, this.#decided]
    if (there[0] !== revisions || there[1] !== decided) {
      const [one, other] = [`${revisions}, ${decided} decided`, `${there[0]}, ${there[1]} decided`]
      this.#tell('revisions of proposals', one, other)
    }
    for (const id of this.#rows.strays()) {
      if (this.#check.isFull) return
      this.#tell(`p${id}`, 'to stand as its acts say', 'otherwise')
    }
  }

  #tell(place: string, expected: string, got: string | null): void {
    this.#check.tell('event/proposal', place, expected, got)
  }
}

/** A member of a subject that somebody may have changed. */
function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : 'none'
}
