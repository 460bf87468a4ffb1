import type { ChainCheck } from '../core/check-events.ts'
import type { ChainEvent } from '../core/event.ts'
import { printSortedJson } from '../core/sorted-json.ts'
import { isAppealEvent, tellAppealAct } from './appeal-events.ts'
import type { AppealActRow, AppealRows } from './appeal-rows.ts'

/** Compares appeals with what events say of them: each act, in their common order. */
export class AppealCheck {
  readonly #rows: AppealRows
  readonly #check: ChainCheck
  readonly #acts: Iterator<AppealActRow>

  constructor(rows: AppealRows, check: ChainCheck) {
    this.#rows = rows
    this.#check = check
    this.#acts = rows.acts()[Symbol.iterator]()
  }

  add({ number, act, actor, subject }: ChainEvent): void {
    if (!isAppealEvent(act)) return
    const next = this.#acts.next()
    const got = next.done === true ? 'none' : told(next.value)
    const expected = printSortedJson({ act, actor, subject })
    if (got !== expected) this.#tell(`event ${number}`, expected, got)
  }

  finish(): void {
    if (this.#acts.next().done !== true) {
      this.#acts.return?.()
      this.#tell('acts on appeals', 'none without its event', 'one')
    }
    for (const id of this.#rows.unopened()) {
      if (this.#check.isFull) return
      this.#tell(`a${id}`, 'an appeal that an event tells of', 'one without')
    }
  }

  #tell(place: string, expected: string, got: string): void {
    this.#check.tell('event/appeal', place, expected, got)
  }
}

function told({ appeal, act }: AppealActRow): string {
  return printSortedJson({ ...tellAppealAct(appeal, act) })
}
