import { createHash, type Hash } from 'node:crypto'
import type { HeldDiff } from '../core/diff-lines.ts'
import { Fault } from '../core/fault.ts'
import { mergePassing } from '../core/merge-lines.ts'
import { MAX_STEP_BYTES_IN_PASS, MAX_STEPS_IN_PASS } from './limits.ts'
import type { LineSpool, SpoolFolder } from './line-spool.ts'

/** A delta on the way from one serial to the next. */
export interface ReplayStep {
  readonly serial: number
  readonly diff: HeldDiff
  readonly fromState: string
  readonly toState: string
  /** Of the diff. */
  readonly bytes: number
}

/** A step that doesn't lead where it says. */
export interface BrokenStep {
  readonly serial: number
  readonly fault: Fault
}

/**
 * A list that goes through its serials. Deltas are gathered, and many of them applied in one pass over the lines: they stream through
 * one merge after the other, and between each two of them every byte is hashed, so that each state is checked and no list is ever
 * held. Memory is one block for each step of a pass and the deltas themselves, which are bounded together.
 */
export class ReplayChain {
  readonly #folder: SpoolFolder
  #lines: LineSpool | null = null
  #state: string | null = null
  #serial = 0
  #steps: ReplayStep[] = []
  #stepBytes = 0

  constructor(folder: SpoolFolder) {
    this.#folder = folder
  }

  /** Of the last step that was taken; 0 where nothing is known. */
  get serial(): number {
    return this.#steps.at(-1)?.serial ?? this.#serial
  }

  /** The lines at `serial`, all steps applied; null where nothing is known. To be called after `flush`. */
  get lines(): LineSpool | null {
    return this.#lines
  }

  get state(): string | null {
    return this.#steps.at(-1)?.toState ?? this.#state
  }

  /** Goes on from these lines. */
  start(serial: number, state: string, lines: LineSpool): void {
    this.lose()
    this.#lines = lines
    this.#state = state
    this.#serial = serial
  }

  /** Forgets everything: nothing is known until the next `start`. */
  lose(): void {
    this.#lines?.remove()
    this.#lines = null
    this.#state = null
    this.#serial = 0
    this.#steps = []
    this.#stepBytes = 0
  }

  /** Takes the step to the next serial; gives what was wrong if that made a pass. Throws `delta/mismatch` unless it starts where this is. */
  step(step: ReplayStep): BrokenStep | null {
    if (this.#lines === null || step.fromState !== this.state || step.serial !== this.serial + 1) {
      throw new Fault(
        'delta/mismatch',
        `expected a delta from the state ${this.state ?? 'of a serial that is known'}, got one from ${step.fromState}`,
      )
    }
    this.#steps.push(step)
    this.#stepBytes += step.bytes
    const isFull =
      this.#steps.length >= MAX_STEPS_IN_PASS || this.#stepBytes >= MAX_STEP_BYTES_IN_PASS
    return isFull ? this.flush() : null
  }

  /** Applies what was gathered. After a broken step nothing is known any more. */
  flush(): BrokenStep | null {
    const steps = this.#steps
    const last = steps.at(-1)
    if (this.#lines === null || last === undefined) return null
    const next = this.#folder.spool()
    const broken = applySteps(this.#lines, steps, next)
    if (broken !== null) {
      next.remove()
      this.lose()
      return broken
    }
    this.start(last.serial, last.toState, next)
    return null
  }
}

/** Streams the lines of `base` through all steps into `next`; the first step that isn't right, if any. */
function applySteps(
  base: Iterable<Uint8Array>,
  steps: readonly ReplayStep[],
  next: LineSpool,
): BrokenStep | null {
  const hashes: Hash[] = []
  let lines = base
  for (const step of steps) {
    const hash = createHash('sha256')
    hashes.push(hash)
    lines = stage(lines, step, hash)
  }
  try {
    for (const block of lines) next.write(block)
  } catch (error) {
    if (error instanceof StepFailure) return { serial: error.serial, fault: error.fault }
    throw error
  }
  for (const [i, { serial, toState }] of steps.entries()) {
    const got = hashes[i]?.digest('hex') ?? ''
    if (got === toState) continue
    const fault = new Fault('delta/mismatch', `expected the state ${toState}, got ${got}`)
    return { serial, fault }
  }
  return null
}

function* stage(
  lines: Iterable<Uint8Array>,
  { serial, diff }: ReplayStep,
  hash: Hash,
): Generator<Uint8Array, void, undefined> {
  try {
    for (const block of mergePassing(lines, diff)) {
      hash.update(block)
      yield block
    }
  } catch (error) {
    // The innermost stage tells; those around it pass it on.
    if (error instanceof Fault) throw new StepFailure(serial, error)
    throw error
  }
}

class StepFailure extends Error {
  readonly serial: number
  readonly fault: Fault

  constructor(serial: number, fault: Fault) {
    super(fault.message)
    this.serial = serial
    this.fault = fault
  }
}
