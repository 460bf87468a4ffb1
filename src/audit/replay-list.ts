import { composeDeltas } from '../core/compose-deltas.ts'
import type { Delta } from '../core/delta.ts'
import type { HeldDiff } from '../core/diff-lines.ts'
import { Fault } from '../core/fault.ts'
import { measureLines } from '../core/hash-lines.ts'
import { mergePassing } from '../core/merge-lines.ts'
import { MAX_COMPOSED_BYTES } from './limits.ts'
import type { LineSpool, SpoolFolder } from './line-spool.ts'
import type { SerialFacts } from './list-facts.ts'
import type { HistorySerial } from './list-history.ts'
import type { Published } from './published.ts'
import { pathOf, readDelta, readSnapshot } from './read-target.ts'
import { ReplayChain } from './replay-chain.ts'

export interface ReplayDeps {
  readonly source: Published
  readonly spools: SpoolFolder
}

/** A list at one serial, rebuilt. */
export interface Replayed {
  readonly facts: SerialFacts
  readonly lines: LineSpool
  /** Serials whose state was computed from their lines, and those that were only passed through. */
  readonly computed: number
  readonly passed: number
}

/**
 * Rebuilds the list at the last of `serials` from the snapshot of the first one through every delta. Each delta must be the one that
 * was signed, and begin at the state where the one before it ends; the last state is computed from the lines and must be the signed
 * one. With `isEvery` the state of every serial is computed, which hashes the list as often as it has serials. Throws `trust/…`,
 * `snapshot/…`, `delta/…`, `fetch/…`.
 */
export async function replayList(
  deps: ReplayDeps,
  serials: readonly HistorySerial[],
  isEvery: boolean,
): Promise<Replayed> {
  const walk = isEvery ? new EveryState(deps) : new LastState(deps)
  let computed = 0
  for (const { facts } of serials) {
    const { delta } = facts
    if (delta === null || !walk.hasBegun) {
      const spool = deps.spools.spool()
      const taken = await readSnapshot(deps.source, facts.snapshot, spool)
      if (taken === null) throw missing(pathOf(facts.snapshot))
      assertHeader(taken.state, taken.header.serial, facts)
      walk.start(facts, spool)
      computed++
      continue
    }
    const read = await readDelta(deps.source, delta)
    if (read === null) throw missing(pathOf(delta))
    assertDelta(read, facts)
    walk.step(facts, read)
    if (isEvery) computed++
  }
  const last = serials.at(-1)
  if (last === undefined) throw new Fault('snapshot/not-found', 'expected a serial, got none')
  const lines = walk.end()
  const got = lines.end()
  if (got !== last.facts.state) throw wrongState(last.facts, got)
  const isLastCounted = isEvery || last.facts.delta === null || serials.length === 1
  const all = computed + (isLastCounted ? 0 : 1)
  return { facts: last.facts, lines, computed: all, passed: serials.length - all }
}

/** How a list gets from one serial to the next. */
interface Walk {
  readonly hasBegun: boolean
  readonly start: (facts: SerialFacts, lines: LineSpool) => void
  readonly step: (facts: SerialFacts, delta: Delta) => void
  readonly end: () => LineSpool
}

/** Through every state: each is hashed. */
class EveryState implements Walk {
  readonly #chain: ReplayChain

  constructor({ spools }: ReplayDeps) {
    this.#chain = new ReplayChain(spools)
  }

  get hasBegun(): boolean {
    return this.#chain.state !== null
  }

  start({ serial, state }: SerialFacts, lines: LineSpool): void {
    this.#assertWhole(this.#chain.flush())
    this.#chain.start(serial, state, lines)
  }

  step({ serial }: SerialFacts, { header, added, removed }: Delta): void {
    const bytes = measureLines(added) + measureLines(removed)
    const { fromState, toState } = header
    const diff = { added, removed }
    this.#assertWhole(this.#chain.step({ serial, diff, fromState, toState, bytes }))
  }

  end(): LineSpool {
    this.#assertWhole(this.#chain.flush())
    if (this.#chain.lines === null)
      throw new Fault('snapshot/not-found', 'expected lines, got none')
    return this.#chain.lines
  }

  #assertWhole(broken: { readonly serial: number; readonly fault: Fault } | null): void {
    if (broken === null) return
    const { serial, fault } = broken
    throw new Fault('delta/mismatch', `serial ${serial}: ${fault.message}`, { cause: fault })
  }
}

/** Through the deltas alone: they are composed, and the lines are gone through once for many of them. */
class LastState implements Walk {
  readonly #spools: SpoolFolder
  #lines: LineSpool | null = null
  #state = ''
  #diffs: HeldDiff[] = []
  #bytes = 0

  constructor({ spools }: ReplayDeps) {
    this.#spools = spools
  }

  get hasBegun(): boolean {
    return this.#lines !== null
  }

  start({ state }: SerialFacts, lines: LineSpool): void {
    // The deltas before it lead nowhere that is needed, and still have to fit each other.
    if (this.#lines !== null) this.end().remove()
    this.#lines = lines
    this.#state = state
  }

  step({ serial }: SerialFacts, { header, added, removed }: Delta): void {
    if (header.fromState !== this.#state) {
      throw new Fault(
        'delta/mismatch',
        `serial ${serial}: expected a delta from the state ${this.#state}, got one from ${header.fromState}`,
      )
    }
    this.#state = header.toState
    this.#diffs.push({ added, removed })
    this.#bytes += measureLines(added) + measureLines(removed)
    if (this.#bytes > MAX_COMPOSED_BYTES) this.end()
  }

  end(): LineSpool {
    const lines = this.#lines
    if (lines === null) throw new Fault('snapshot/not-found', 'expected lines, got none')
    if (this.#diffs.length === 0) return lines
    const next = this.#spools.spool()
    for (const block of mergePassing(lines, composeDeltas(this.#diffs))) next.write(block)
    lines.remove()
    const got = next.end()
    if (got !== this.#state) {
      throw new Fault('delta/mismatch', `expected the state ${this.#state}, got ${got}`)
    }
    this.#lines = next
    this.#diffs = []
    this.#bytes = 0
    return next
  }
}

function assertHeader(state: string, serial: number, facts: SerialFacts): void {
  if (state !== facts.state || serial !== facts.serial) throw wrongState(facts, state)
}

function assertDelta({ header }: Delta, facts: SerialFacts): void {
  const { list, serial, state } = facts
  const isOwn =
    header.list === list &&
    header.from === serial - 1 &&
    header.to === serial &&
    header.toState === state
  if (isOwn) return
  throw new Fault(
    'delta/invalid',
    `expected a delta of ${list} to serial ${serial} and state ${state}, got ${header.list}, ${header.to} and ${header.toState}`,
  )
}

function wrongState({ serial, state }: SerialFacts, got: string): Fault {
  return new Fault(
    'snapshot/invalid',
    `expected the state ${state} at serial ${serial}, got ${got}`,
  )
}

function missing(path: string): Fault {
  return new Fault(
    'snapshot/not-found',
    `expected ${JSON.stringify(path)}, which is kept for ever, got none`,
  )
}
