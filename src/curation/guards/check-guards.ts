import type { EntryKind } from '../../core/entry.ts'
import { readDomainName } from '../../core/domain-name.ts'
import { readSuffix } from '../../core/public-suffix.ts'
import { isRegisterNetwork } from '../../core/register.ts'
import { isUrlPrefix, urlHost } from '../../core/url-value.ts'
import { BatchProfile } from './batch-profile.ts'
import { checkAddress, watchAddresses, type AddressWatch } from './check-address.ts'
import {
  checkSuffix,
  checkWatched,
  partOf,
  type CheckedName,
  type WatchedParts,
} from './check-name.ts'
import {
  checkPopularFile,
  NOT_POPULAR,
  popularAboveFinding,
  popularFinding,
  popularityOf,
  type Popularity,
} from './check-popular.ts'
import { checkCovering } from './check-covering.ts'
import { Covering } from './covering.ts'
import type { GuardDeps, GuardedBatch, GuardedList } from './guard-deps.ts'
import {
  GuardTally,
  type GuardedEntry,
  type GuardFinding,
  type GuardReport,
} from './guard-finding.ts'
import { GUARD_LIMITS, type GuardLimits } from './guard-limits.ts'
import { NO_RANK } from './rank-table.ts'
import { actionCode, LineSplitter, type SplitLine } from './split-line.ts'
import { WatchedNames } from './watched-names.ts'

/** Entries between two steps: some milliseconds of work. */
const STEP_ENTRIES = 2000

/**
 * What all guards have against adding a batch to a list, one entry or millions. It stops after every few milliseconds of work, so that whoever
 * serves may do something else meanwhile (`runInSlices`); `checkGuardsNow` does not. The findings are the same for the same batch, list and
 * day. An entry that lets pass (`passthru`) blocks nothing, and has none.
 */
export function* checkGuards(
  deps: GuardDeps,
  list: GuardedList,
  batch: GuardedBatch,
): Generator<undefined, GuardReport> {
  const check = new GuardCheck(deps, list, batch)
  const covering = list.isEmpty ? null : yield* compareWithList(list, batch)
  let at = 0
  const line = new LineSplitter()
  for (const block of batch.lines()) {
    line.enter(block)
    while (line.next()) {
      check.add(line, covering)
      if (++at % STEP_ENTRIES === 0) yield
    }
  }
  return check.finish()
}

/** As `checkGuards`, at one go. */
export function checkGuardsNow(
  deps: GuardDeps,
  list: GuardedList,
  batch: GuardedBatch,
): GuardReport {
  const steps = checkGuards(deps, list, batch)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

function* compareWithList(list: GuardedList, batch: GuardedBatch): Generator<undefined, Covering> {
  const covering = new Covering()
  let at = 0
  const line = new LineSplitter()
  for (const block of batch.lines()) {
    line.enter(block)
    while (line.next()) {
      covering.want(line)
      if (++at % STEP_ENTRIES === 0) yield
    }
  }
  for (const block of list.lines()) {
    line.enter(block)
    while (line.next()) {
      covering.see(line)
      if (++at % STEP_ENTRIES === 0) yield
    }
  }
  return covering
}

const PASSTHRU = actionCode('passthru')

class GuardCheck {
  readonly #deps: GuardDeps
  readonly #list: GuardedList
  readonly #limits: GuardLimits
  readonly #tally: GuardTally
  readonly #profile: BatchProfile
  readonly #names: WatchedParts
  readonly #addresses: AddressWatch
  readonly #isBatch: boolean
  #entries = 0

  constructor(deps: GuardDeps, list: GuardedList, batch: GuardedBatch) {
    this.#deps = deps
    this.#list = list
    this.#limits = { ...GUARD_LIMITS, ...deps.limits }
    this.#tally = new GuardTally(deps.onStopped)
    this.#profile = new BatchProfile(this.#limits)
    this.#names = watchNames(deps)
    this.#addresses = watchAddresses(deps.register)
    this.#isBatch = batch.size > 1
  }

  add(line: SplitLine, covering: Covering | null): void {
    this.#entries++
    const entry = { value: line.value, kind: line.kind }
    if (line.action === PASSTHRU) {
      this.#profile.skip()
      return
    }
    this.#addAppeal(entry)
    if (line.kind === 'ip') {
      this.#profile.skip()
      this.#tell(checkAddress(this.#addresses, this.#limits, entry))
    } else {
      this.#addName(line, entry)
    }
    if (covering !== null) this.#tell(checkCovering(covering, line, entry))
  }

  finish(): GuardReport {
    const { popular, today } = this.#deps
    if (this.#isBatch) this.#tell(this.#profile.findings(this.#list.pastBatches))
    this.#tell(checkPopularFile(popular, today, this.#limits))
    return this.#tally.report(this.#entries)
  }

  #addAppeal(entry: GuardedEntry): void {
    const appeal = this.#deps.retiredOnAppeal(entry.value, this.#list.definition.id)
    if (appeal === null) return
    this.#tally.add({
      guard: 'guard/appealed',
      class: 'stop',
      entry,
      text: `${entry.value} was retired from ${appeal.list} on appeal by decision ${appeal.decision} on ${appeal.at.toISOString().slice(0, 10)}`,
      cure: 'read that case first: who appealed was right then',
    })
  }

  #addName(line: SplitLine, entry: GuardedEntry): void {
    const checked = checkedName(line, entry, this.#list.definition.steering !== null)
    if (checked === null) {
      this.#profile.skip()
      return
    }
    const suffix = checkSuffix(checked)
    if (suffix !== null) this.#tally.add(suffix)
    this.#tell(checkWatched(this.#names, checked))
    this.#profile.add(checked, this.#addPopular(checked))
  }

  #addPopular(checked: CheckedName): Popularity {
    const { popular } = this.#deps
    if (popular === null) return NOT_POPULAR
    const { name, suffix } = checked
    const found = popularityOf(checked, findRank(popular.find, name))
    if (found.rank !== NO_RANK) {
      this.#tally.add(popularFinding(checked, found, popular.facts, this.#limits))
      return found
    }
    if (suffix.registrable === null || suffix.registrable === name) return found
    const above = findRank(popular.find, suffix.registrable)?.own ?? NO_RANK
    if (above !== NO_RANK && above <= this.#limits.popularAboveRank) {
      this.#tally.add(popularAboveFinding(checked, above, popular.facts))
    }
    return found
  }

  #tell(findings: readonly GuardFinding[]): void {
    for (const finding of findings) this.#tally.add(finding)
  }
}

function watchNames({ register }: GuardDeps): WatchedParts {
  const names = register.filter(({ value }) => !isRegisterNetwork(value))
  const part = (wanted: keyof WatchedParts) =>
    new WatchedNames(names.filter((row) => partOf(row) === wanted))
  return { own: part('own'), shielded: part('shielded'), shared: part('shared') }
}

/** What the entry takes down of a name; null where that is nothing: a URL, but where it is a whole site, or steering sends the whole host elsewhere. */
function checkedName(
  { value, kind }: SplitLine,
  entry: GuardedEntry,
  isSteered: boolean,
): CheckedName | null {
  const host = kind === 'url' ? hostTakenDown(value, isSteered) : value
  if (host === null) return null
  return {
    entry,
    name: host,
    kind: kind === 'url' ? 'host' : (kind as Exclude<EntryKind, 'ip' | 'url'>),
    suffix: readSuffix(host),
  }
}

function hostTakenDown(url: string, isSteered: boolean): string | null {
  const host = urlHost(url)
  const isWhole = isUrlPrefix(url) && url.indexOf('/') === url.length - 2
  if (!isSteered && !isWhole) return null
  return 'name' in readDomainName(host) ? host : null
}

const scratch = Buffer.alloc(256)

function findRank<T>(find: (bytes: Uint8Array, start: number, end: number) => T, name: string): T {
  return find(scratch, 0, scratch.write(name, 'latin1'))
}
