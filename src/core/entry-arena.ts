import type { EntryAction, EntryKind } from './entry.ts'
import { ENTRY_KINDS, NONE } from './entry.ts'
import { Fault } from './fault.ts'

/**
 * What is known of an entry beside its value and kind. Equal ones share one number in the arena, so that
 * a list of millions holds each once.
 */
export interface EntryAttributes {
  readonly action: EntryAction
  /** Empty for none. */
  readonly category: string
  /** Empty for none. */
  readonly reference: string
}

/** Kinds as numbers: `ENTRY_KINDS` is sorted, so their order is the order of their names. */
export const KIND_CODE = Object.fromEntries(
  ENTRY_KINDS.map((kind, code) => [kind, code]),
) as Readonly<Record<EntryKind, number>>

/**
 * Some syntaxes say an entry in two lines, perhaps far from each other. Each line puts down a mark in the place of a kind,
 * and sealing makes entries of the marks of one value (`docs/spec/import.md` §5):
 *
 * - `name`, `wildcard`: a record of a zone at the name, or at its wildcard. Two that agree are a `domain`;
 *   alone they are a `host` and `subdomains`.
 * - `freed`: what is below the name passes. It turns a `domain` with another action into a `host`; alone, or beside one
 *   with the same action, it is `subdomains`.
 */
export const MARK = {
  name: ENTRY_KINDS.length,
  wildcard: ENTRY_KINDS.length + 1,
  freed: ENTRY_KINDS.length + 2,
} as const

/** A tag is the attributes' number and, in its three lowest bits, the kind code or mark. */
export const KIND_BITS = 3
export const KIND_MASK = (1 << KIND_BITS) - 1

/** Values are copied by words: what they lie in has so many bytes more than they have. */
export const WORD = 4

/** Offsets are 32 bits wide. */
const MAX_BYTES = 0xffff_ffff

/**
 * Entries as they come in, without an object or a string each: the bytes of all values in one array, and for each
 * entry where it begins and its tag. Values MUST be canonical: only the parsers of `core/` write here.
 *
 * The fields are open to the scanners, which write a value at `bytes[end…]` and then call `push`.
 */
export class EntryArena {
  bytes: Uint8Array
  /** Where the next value begins. */
  end = 0
  /** Entries so far. */
  count = 0
  /**
   * Value i is `bytes[slots[2i], slots[2i + 2])` and its tag `slots[2i + 1]`: side by side, because sorted entries are read
   * in an order in which every look elsewhere misses the processor's cache.
   */
  slots: Uint32Array
  /** Whether all values are names, whose alphabet is small; sorting is faster then. */
  isNamesOnly = true
  readonly attributes: EntryAttributes[] = []
  readonly #numbers = new Map<string, number>()
  #lastAttributes: EntryAttributes | undefined
  #lastNumber = 0

  /** Whether all that is made of the entries lies in memory that other threads can read, too. */
  readonly isShared: boolean

  /** `expectedBytes` and `expectedEntries` avoid growing on the way; they are no limit. */
  constructor({ expectedBytes = 1 << 16, expectedEntries = 1 << 12, isShared = false } = {}) {
    this.isShared = isShared
    // Memory that is never written is never resident, so a generous guess costs nothing.
    this.bytes = newBytes(expectedBytes, isShared)
    this.slots = new Uint32Array(2 * expectedEntries + 1)
  }

  /** Makes sure that `length` bytes fit at `end` and that one more entry can be pushed. */
  reserve(length: number): void {
    if (this.end + length > this.bytes.length) this.#growBytes(length)
    if (2 * this.count + 2 >= this.slots.length) this.#growSlots()
  }

  /** Makes an entry of the `length` bytes at `end`. `reserve` must have been called for them. */
  push(length: number, tag: number): void {
    const slot = 2 * this.count++
    this.end += length
    this.slots[slot + 1] = tag
    this.slots[slot + 2] = this.end
  }

  /** Adds a value that is at hand as text. */
  add(value: string, kind: EntryKind, attributes: EntryAttributes): void {
    this.addTagged(value, this.tag(kind, attributes))
  }

  /** Adds a value that is at hand as text, with the tag of `tag()`, or of a mark. Values are ASCII. */
  addTagged(value: string, tag: number): void {
    this.reserve(value.length)
    for (let i = 0; i < value.length; i++) this.bytes[this.end + i] = value.charCodeAt(i)
    const kind = tag & KIND_MASK
    if (kind === KIND_CODE.ip || kind === KIND_CODE.url) this.isNamesOnly = false
    this.push(value.length, tag)
  }

  /** The tag for a kind with attributes, to be kept by whoever adds many alike. */
  tag(kind: EntryKind, attributes: EntryAttributes): number {
    return (this.attributesNumber(attributes) << KIND_BITS) | KIND_CODE[kind]
  }

  /** The number under which equal attributes are kept. */
  attributesNumber(attributes: EntryAttributes): number {
    if (attributes === this.#lastAttributes) return this.#lastNumber
    const key = `${attributes.action}\t${attributes.category || NONE}\t${attributes.reference || NONE}`
    let number = this.#numbers.get(key)
    if (number === undefined) {
      number = this.attributes.push(attributes) - 1
      this.#numbers.set(key, number)
    }
    this.#lastAttributes = attributes
    this.#lastNumber = number
    return number
  }

  /** Forgets all entries from number `count` on: a line is taken whole or not at all. */
  truncate(count: number): void {
    this.count = count
    this.end = this.slots[2 * count] ?? 0
  }

  /** Hands the memory over; the arena is empty afterwards. A word of room stands behind the last value. */
  take(): { bytes: Uint8Array; slots: Uint32Array; count: number } {
    this.reserve(WORD)
    const { bytes, slots, count } = this
    this.bytes = new Uint8Array(0)
    this.slots = new Uint32Array(1)
    this.end = this.count = 0
    return { bytes, slots, count }
  }

  /** The value of entry `index` as text. */
  value(index: number): string {
    const [start = 0, , end = 0] = this.slots.subarray(2 * index, 2 * index + 3)
    return Buffer.from(this.bytes.buffer, start, end - start).toString('latin1')
  }

  #growBytes(more: number): void {
    const needed = this.end + more
    if (needed > MAX_BYTES) {
      throw new Fault('import/too-large', 'expected at most 4 GiB of values in one list')
    }
    const length = Math.min(MAX_BYTES, Math.max(needed, this.bytes.length * 2))
    const grown = newBytes(length, this.isShared)
    grown.set(this.bytes.subarray(0, this.end))
    this.bytes = grown
  }

  #growSlots(): void {
    const grown = new Uint32Array(2 * Math.max(1 << 12, this.slots.length) + 1)
    grown.set(this.slots)
    this.slots = grown
  }
}

/** Memory for bytes, of one thread or of all. */
export function newBytes(length: number, isShared: boolean): Uint8Array {
  return new Uint8Array(isShared ? new SharedArrayBuffer(length) : new ArrayBuffer(length))
}
