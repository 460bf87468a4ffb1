import type { Delta } from '../core/delta.ts'
import { diffLines } from '../core/diff-lines.ts'
import { Fault } from '../core/fault.ts'
import { countLines, measureLines } from '../core/hash-lines.ts'
import { deltaFile, listTarget, SNAPSHOT_FILE } from '../core/layout.ts'
import type { FindingCode } from './finding.ts'
import { isOpaque } from './is-opaque.ts'
import { stopsAudit } from './limit-published.ts'
import type { LineSpool, SpoolFolder } from './line-spool.ts'
import type { SerialFacts } from './list-facts.ts'
import type { AuditDeps } from './read-file.ts'
import { pathOf, readDelta, readSnapshot, takeTarget } from './read-target.ts'
import { ReplayChain, type BrokenStep, type ReplayStep } from './replay-chain.ts'
import type { LineCounts } from './serial-book.ts'
import { rootOfLines, TreeFollower } from './tree-follower.ts'
import type { SignedTarget } from './targets-of.ts'

/**
 * Follows one list through its serials by what is published for it: the first snapshot, then a delta for each serial, or a snapshot
 * where there is no delta. Each state that comes out must be the one that was signed.
 */
export class ListAudit {
  readonly #deps: AuditDeps
  readonly #spools: SpoolFolder
  readonly #place: string
  readonly #chain: ReplayChain
  /** Null where nobody but the authority can make the tree. */
  readonly #trees: TreeFollower | null
  #hasBegun = false

  constructor(deps: AuditDeps, spools: SpoolFolder, place: string) {
    this.#deps = deps
    this.#spools = spools
    this.#place = place
    this.#chain = new ReplayChain(spools)
    this.#trees = isOpaque(place) ? null : new TreeFollower(place)
  }

  /** The root of the proof tree at a serial that was gone to, in hex; null where it isn't known. */
  treeRoot(serial: number): string | null {
    return this.#trees?.root(serial) ?? null
  }

  /** The same at the last serial, of all its lines; null where nobody but the authority can make it. */
  lastTreeRoot(facts: SerialFacts, lines: LineSpool): string | null {
    return this.#trees && rootOfLines(this.#spools, { ...facts, place: this.#place }, lines)
  }

  /** Goes on to the next serial that the role has; gives how many lines it adds and removes, where that can be told. */
  async advance(facts: SerialFacts): Promise<LineCounts | null> {
    const { delta } = facts
    const isFirst = !this.#hasBegun
    this.#hasBegun = true
    // docs/spec/log.md §6: the snapshot of the first serial is kept for ever.
    if (delta === null || isFirst) return this.#bySnapshot(facts, true)
    const read = await this.#read(delta, true, () => readDelta(this.#deps.source, delta))
    const step = read && this.#stepOf(read, facts, delta)
    if (read === null || step === null) {
      await this.#bySnapshot(facts, false)
      return null
    }
    if (this.#chain.state === step.fromState && this.#chain.serial === facts.serial - 1) {
      this.#tellBroken(this.#chain.step(step))
      this.#trees?.step(facts.serial, facts.entries, step.diff)
    } else if (this.#chain.state !== null) {
      this.#differs(facts.serial, `a delta from the state ${this.#chain.state}`, step.fromState)
      await this.#bySnapshot(facts, false)
    } else {
      // Nothing is known of the serial before: the audit goes on from here, if it can.
      await this.#bySnapshot(facts, false)
    }
    return { added: read.header.added, removed: read.header.removed }
  }

  /** The newest serial: its snapshot must be there, too. Gives the lines, if they are known. */
  async end(facts: SerialFacts): Promise<LineSpool | null> {
    this.#tellBroken(this.#chain.flush())
    const spool = await this.#snapshot(facts, true)
    if (spool === null) return this.#chain.serial === facts.serial ? this.#chain.lines : null
    if (this.#chain.state !== null && this.#chain.state !== facts.state) {
      this.#differs(facts.serial, `the state ${facts.state} of the snapshot`, this.#chain.state)
    }
    this.#chain.start(facts.serial, facts.state, spool)
    return spool
  }

  close(): void {
    this.#chain.lose()
  }

  async #bySnapshot(facts: SerialFacts, isNeeded: boolean): Promise<LineCounts | null> {
    this.#tellBroken(this.#chain.flush())
    const spool = await this.#snapshot(facts, isNeeded)
    const before = this.#chain.serial === facts.serial - 1 ? this.#chain.lines : null
    const counts =
      spool === null
        ? null
        : facts.serial === 1
          ? { added: facts.entries, removed: 0 }
          : before && countDiff(before, spool)
    if (spool === null) {
      this.#chain.lose()
      this.#trees?.lose()
    } else {
      this.#chain.start(facts.serial, facts.state, spool)
      this.#trees?.start(facts.serial, facts.entries, spool)
    }
    return counts
  }

  async #snapshot(facts: SerialFacts, isNeeded: boolean): Promise<LineSpool | null> {
    const spool = this.#spools.spool()
    const { snapshot } = facts
    const taken = await this.#read(snapshot, isNeeded, () =>
      readSnapshot(this.#deps.source, snapshot, spool),
    )
    if (taken !== null) {
      const { list, serial, entries, state } = taken.header
      const got = `${list} ${serial} ${entries} ${state}`
      const expected = `${facts.list} ${facts.serial} ${facts.entries} ${facts.state}`
      if (got === expected) return spool
      this.#tell('target/invalid', snapshot, `the header ${expected}`, got)
    }
    spool.remove()
    return null
  }

  #stepOf(delta: Delta, facts: SerialFacts, target: SignedTarget): ReplayStep | null {
    const { header, added, removed } = delta
    const { from, to, fromState, toState, list } = target.custom
    const got = `${header.list} ${header.from} ${header.to} ${header.fromState} ${header.toState}`
    const signed = [list, from, to, fromState, toState].join(' ')
    const expected = `${facts.list} ${facts.serial - 1} ${facts.serial} ${header.fromState} ${facts.state}`
    if (got !== signed || got !== expected) {
      this.#tell('target/invalid', target, `the header ${expected} as it was signed`, got)
      return null
    }
    const bytes = measureLines(added) + measureLines(removed)
    return {
      serial: facts.serial,
      diff: { added, removed },
      fromState: header.fromState,
      toState: header.toState,
      bytes,
    }
  }

  #tellBroken(broken: BrokenStep | null): void {
    if (broken === null) return
    this.#differs(
      broken.serial,
      `the state that was signed for serial ${broken.serial}`,
      broken.fault,
    )
  }

  #differs(serial: number, expected: string, got: string | Fault): void {
    const name = serial === 1 ? SNAPSHOT_FILE : deltaFile(serial - 1, serial)
    this.#deps.findings.add('state/differs', listTarget(this.#place, name), expected, got)
  }

  async #read<T>(
    target: SignedTarget,
    isNeeded: boolean,
    act: () => Promise<T | null>,
  ): Promise<T | null> {
    try {
      const found = await act()
      if (found === null && isNeeded) this.#tell('target/missing', target, 'the file', 'none')
      return found
    } catch (error) {
      if (!(error instanceof Fault) || stopsAudit(error)) throw error
      this.#tell(targetCode(error), target, 'what was signed', error)
      return null
    }
  }

  #tell(code: FindingCode, target: SignedTarget, expected: string, got: string | Fault): void {
    this.#deps.findings.add(code, pathOf(target), expected, got)
  }
}

/** Whether every target is there as it was signed: those that the newest metadata names must be. */
export async function checkTargets(
  { source, findings }: AuditDeps,
  targets: Iterable<SignedTarget>,
): Promise<void> {
  for (const target of targets) {
    const path = pathOf(target)
    try {
      const isThere = await takeTarget(source, target, () => undefined)
      if (!isThere) findings.add('target/missing', path, 'the file', 'none')
    } catch (error) {
      if (!(error instanceof Fault) || stopsAudit(error)) throw error
      findings.add(targetCode(error), path, 'what was signed', error)
    }
  }
}

export function targetCode(fault: Fault): FindingCode {
  const { code } = fault
  if (code === 'trust/mismatch' || code === 'fetch/too-large') return 'target/damaged'
  return code.startsWith('fetch/') ? 'source/failed' : 'target/invalid'
}

function countDiff(from: Iterable<Uint8Array>, to: Iterable<Uint8Array>): LineCounts {
  const { added, removed } = diffLines(from, to)
  return { added: countLines(added), removed: countLines(removed) }
}
