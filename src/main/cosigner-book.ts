import type { WitnessOutcome } from '../publish/collect-cosignatures.ts'
import type { WaitingForWitnesses } from '../publish/log-cosigners.ts'
import type { AnswerCount, WitnessFigures } from '../platform/log-metrics.ts'

/** What the witnesses of a log have answered since the start: counts, and who changed from one answer to another. */
export class CosignerBook {
  readonly #counts = new Map<string, Map<string, number>>()
  readonly #last = new Map<string, WitnessOutcome>()
  readonly #cosignedAt = new Map<string, Date>()
  readonly #tell: WitnessTold

  constructor(tell: WitnessTold) {
    this.#tell = tell
  }

  /** Takes in an answer; what is as it was the last time is told nobody again. */
  add(answer: WitnessOutcome, at: Date): void {
    const { witness, outcome } = answer
    const counts = this.#counts.get(witness) ?? new Map<string, number>()
    this.#counts.set(witness, counts.set(outcome, (counts.get(outcome) ?? 0) + 1))
    const before = this.#last.get(witness)?.outcome ?? 'cosigned'
    this.#last.set(witness, answer)
    if (outcome === 'cosigned') this.#cosignedAt.set(witness, at)
    if (before !== outcome) this.#tell(answer)
  }

  *answers(): Generator<AnswerCount> {
    for (const [witness, counts] of this.#counts) {
      for (const [outcome, count] of counts) yield { witness, outcome, count }
    }
  }

  cosignedAt(): ReadonlyMap<string, Date> {
    return this.#cosignedAt
  }

  /** How many of `witnesses` have cosigned a tree of `size`, as far as is known here. */
  cosigned(witnesses: readonly string[], size: number): number {
    return witnesses.filter((name) => {
      const last = this.#last.get(name)
      return last?.outcome === 'cosigned' && last.size === size
    }).length
  }
}

/** Told of a witness that does not cosign any more, or otherwise than before, and of one that does again. */
export type WitnessTold = (answer: WitnessOutcome) => void

/** The figures of a book; `waiting` is asked when they are read. */
export function cosignerFigures(
  book: CosignerBook,
  waiting: () => WaitingForWitnesses | null,
): WitnessFigures {
  return {
    answers: () => book.answers(),
    cosignedAt: () => book.cosignedAt(),
    waiting: () => {
      const batch = waiting()
      if (batch === null) return null
      const { since, size, witnesses } = batch
      return { since, witnesses: witnesses.length, cosigned: book.cosigned(witnesses, size) }
    },
  }
}
