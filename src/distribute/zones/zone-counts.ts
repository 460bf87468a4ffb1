import type { Asked, Refusal } from '../../dns/dns-events.ts'
import type { Transfer } from '../../dns/zone-source.ts'

export interface TransferCount {
  /** The label of the list: its id, or for a restricted one its place; empty for catalogs. */
  readonly list: string
  readonly style: Transfer['style']
  readonly outcome: 'sent' | 'broken'
  readonly transfers: number
  /** Of records; what frames and signatures add is not counted. */
  readonly bytes: number
}

/** Counts what was done since the start, for metrics. Adding is all that it does when it is told. */
export class ZoneCounts {
  readonly #transfers = new Map<string, TransferCount>()
  readonly #questions = new Map<Asked['type'], number>()
  readonly #refusals = new Map<Refusal, number>()
  readonly #notifies = new Map<string, number>()

  countTransfer(one: Omit<TransferCount, 'transfers'>): void {
    const id = `${one.list} ${one.style} ${one.outcome}`
    const { transfers, bytes } = this.#transfers.get(id) ?? { transfers: 0, bytes: 0 }
    this.#transfers.set(id, { ...one, transfers: transfers + 1, bytes: bytes + one.bytes })
  }

  countQuestion(type: Asked['type']): void {
    this.#questions.set(type, (this.#questions.get(type) ?? 0) + 1)
  }

  countRefusal(reason: Refusal): void {
    this.#refusals.set(reason, (this.#refusals.get(reason) ?? 0) + 1)
  }

  /** `answer`: a response code in words, or `timeout`. */
  countNotify(answer: string): void {
    this.#notifies.set(answer, (this.#notifies.get(answer) ?? 0) + 1)
  }

  transfers(): Iterable<TransferCount> {
    return this.#transfers.values()
  }

  questions(): Iterable<readonly [type: Asked['type'], count: number]> {
    return this.#questions
  }

  refusals(): Iterable<readonly [reason: Refusal, count: number]> {
    return this.#refusals
  }

  notifies(): Iterable<readonly [answer: string, count: number]> {
    return this.#notifies
  }
}
