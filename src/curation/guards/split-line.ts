import { ENTRY_ACTIONS, type EntryKind } from '../../core/entry.ts'
import type { GuardedEntry } from './guard-finding.ts'

/** An entry line, split; the value is also `bytes[start, end)`. */
export interface SplitLine extends GuardedEntry {
  /** As `actionCode` gives it. */
  readonly action: number
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
}

const TAB = 0x09
const LF = 0x0a

/** Each line of a block of whole lines, or of the one line that `bytes[start, lf)` is: always the same object, good until the next step. */
export class LineSplitter implements SplitLine {
  bytes: Uint8Array = new Uint8Array(0)
  start = 0
  end = 0
  kind: EntryKind = 'domain'
  action = 0
  #next = 0
  #value: GuardedEntry['value'] | null = null

  /** The block that `next` walks. */
  enter(block: Uint8Array): void {
    this.bytes = block
    this.#next = 0
  }

  next(): boolean {
    if (this.#next >= this.bytes.length) return false
    this.read(this.bytes, this.#next)
    return true
  }

  /** Reads the line that begins at `start`, and ends with LF or with `bytes`. */
  read(bytes: Uint8Array, start: number): void {
    this.bytes = bytes
    this.start = start
    this.#value = null
    this.end = this.#fieldEnd(start)
    this.kind = KINDS[bytes[this.end + 1] ?? 0] ?? 'domain'
    const action = this.#fieldEnd(this.end + 1) + 1
    this.action = (ACTIONS[bytes[action] ?? 0] ?? 0) + (bytes[action + 1] === 0x78 ? 1 : 0)
    let lf = action
    while (lf < bytes.length && bytes[lf] !== LF) lf++
    this.#next = lf + 1
  }

  /** A string is made for those alone that are asked for it: a list has millions. */
  get value(): GuardedEntry['value'] {
    this.#value ??= Buffer.from(
      this.bytes.buffer,
      this.bytes.byteOffset + this.start,
      this.end - this.start,
    ).toString('latin1') as GuardedEntry['value']
    return this.#value
  }

  #fieldEnd(start: number): number {
    const { bytes } = this
    let at = start
    while (at < bytes.length && bytes[at] !== TAB && bytes[at] !== LF) at++
    return at
  }
}

/** Kinds differ in their first letters. */
const KINDS: Readonly<Record<number, EntryKind>> = {
  0x64: 'domain',
  0x68: 'host',
  0x69: 'ip',
  0x73: 'subdomains',
  0x75: 'url',
}

/** An action as a number from 1; 0 for none. */
export function actionCode(action: string): number {
  return (ENTRY_ACTIONS as readonly string[]).indexOf(action) + 1
}

/** Actions differ in their first letters, but for `nodata` and, one further by its second, `nxdomain`. */
const ACTIONS: Readonly<Record<number, number>> = Object.fromEntries(
  ENTRY_ACTIONS.filter((action) => action !== 'nxdomain').map((action) => [
    action.charCodeAt(0),
    actionCode(action),
  ]),
)
