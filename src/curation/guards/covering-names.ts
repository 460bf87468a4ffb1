import type { EntryKind } from '../../core/entry.ts'
import { nextHash, NO_HASH } from '../../formats/out/name-hash.ts'
import { NameFilter } from '../../formats/out/name-filter.ts'
import { NameTable } from '../../formats/out/name-table.ts'
import { CoveredTally, type Covered } from './covered-tally.ts'
import type { GuardedEntry } from './guard-finding.ts'
import type { SplitLine } from './split-line.ts'

const DOT = 0x2e
const SLASH = 0x2f
const COLON = 0x3a
const QUESTION = 0x3f

/** What entries can say of names, each by the kind that says it. */
const KINDS = ['domain', 'host', 'subdomains'] as const
type NameKind = (typeof KINDS)[number]

/** `Covering`, for names and for the hosts of URLs. */
export class CoveringNames {
  /** Names of the batch, and all names above them. */
  readonly #table = new NameTable()
  /** For each name and kind the action that the batch has, and that the list has: 0 for none. */
  readonly #wanted = new Actions()
  readonly #seen = new Actions()
  readonly #covered = new CoveredTally<number>()
  #filter: NameFilter | null = null

  want(line: SplitLine): void {
    const end = nameEnd(line)
    for (let i = line.start; i < end; i++) {
      if (i === line.start || line.bytes[i - 1] === DOT) this.#table.add(line.bytes, i, end)
    }
    if (line.kind === 'url') return
    const number = this.#table.find(line.bytes, line.start, end)
    this.#wanted.set(number, line.kind as NameKind, line.action)
  }

  see(line: SplitLine): void {
    const filter = (this.#filter ??= this.#makeFilter())
    const { bytes, start } = line
    const end = nameEnd(line)
    let hash = NO_HASH
    for (let i = end - 1; i >= start; i--) {
      hash = nextHash(hash, bytes[i] ?? 0)
      const isName = i === start || bytes[i - 1] === DOT
      if (!isName || !filter.has(hash)) continue
      const number = this.#table.find(bytes, i, end)
      if (number >= 0) this.#meet(line, number, i === start)
    }
  }

  #meet(line: SplitLine, number: number, isOwn: boolean): void {
    const { kind, action, value } = line
    if (isOwn && kind !== 'url') this.#seen.set(number, kind as NameKind, action)
    for (const one of KINDS) {
      if (this.#wanted.get(number, one) !== action) continue
      if (isCovered(kind, one, isOwn))
        this.#covered.add(number * KINDS.length + KINDS.indexOf(one), value)
    }
  }

  coveredBy(line: SplitLine): GuardedEntry | null {
    const { bytes, start, kind, action } = line
    const end = nameEnd(line)
    for (let i = start; i < end; i++) {
      if (i !== start && bytes[i - 1] !== DOT) continue
      const number = this.#table.find(bytes, i, end)
      for (const one of KINDS) {
        if (number < 0 || this.#seen.get(number, one) !== action) continue
        if (isCovered(kind, one, i === start)) return { value: nameOf(line, i, end), kind: one }
      }
    }
    return null
  }

  covers({ bytes, start, end, kind }: SplitLine): Covered | null {
    const number = this.#table.find(bytes, start, end)
    return this.#covered.find(number * KINDS.length + KINDS.indexOf(kind as NameKind))
  }

  #makeFilter(): NameFilter {
    const filter = new NameFilter(this.#table.size)
    this.#table.eachHash((hash) => filter.add(hash))
    return filter
  }
}

/** Whether an entry of `kind` is covered by one of kind `by` at the same name, or at one above it. */
function isCovered(kind: EntryKind, by: NameKind, isSameName: boolean): boolean {
  if (!isSameName) return by !== 'host'
  if (kind === 'url') return by !== 'subdomains'
  return by === 'domain' && kind !== 'domain'
}

/** Where the name ends: of a URL its host. */
function nameEnd({ bytes, start, end, kind }: SplitLine): number {
  if (kind !== 'url') return end
  let at = start
  while (at < end && bytes[at] !== SLASH && bytes[at] !== COLON && bytes[at] !== QUESTION) at++
  return at
}

function nameOf({ bytes }: SplitLine, start: number, end: number): GuardedEntry['value'] {
  const name = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start)
  return name.toString('latin1') as GuardedEntry['value']
}

/** An action for each number and kind. */
class Actions {
  #actions = new Uint8Array(1 << 10)

  set(number: number, kind: NameKind, action: number): void {
    const at = number * KINDS.length + KINDS.indexOf(kind)
    if (at >= this.#actions.length) {
      const larger = new Uint8Array(2 * (at + 1))
      larger.set(this.#actions)
      this.#actions = larger
    }
    this.#actions[at] = action
  }

  /** 0 for none. */
  get(number: number, kind: NameKind): number {
    return this.#actions[number * KINDS.length + KINDS.indexOf(kind)] ?? 0
  }
}
