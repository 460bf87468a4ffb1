import { ENTRY_ACTIONS, ENTRY_KINDS, NONE } from './entry.ts'
import { type EntryAttributes, KIND_BITS, KIND_MASK, newBytes, WORD } from './entry-arena.ts'
import { IndexedLines, packSpan, SPAN_CONTINUES } from './indexed-lines.ts'

/** Size of the blocks of lines. */
const BLOCK_BYTES = 1 << 20

/** A line at its longest (`docs/spec/entry.md` §6, MAX_ENTRY_LINE), once for each kind that a value can have. */
const ROOM = 8192 * ENTRY_KINDS.length

/** No line is shorter than this: `a.b`, its kind, its action, and `-` twice. */
const MIN_LINE = 16

/** The end of a line as 32-bit words, the last padded. */
interface Ending {
  readonly length: number
  readonly action: number
  readonly words: Uint32Array
}

/** Where the values lie. */
interface LineSource {
  readonly bytes: Uint8Array
  readonly attributes: readonly EntryAttributes[]
  readonly isShared: boolean
}

/** Writes the snapshot lines of entries, in the order asked for. */
export class EntryLineWriter {
  /** How many were written of each kind code. */
  readonly written = new Uint32Array(ENTRY_KINDS.length)
  readonly #attributes: readonly EntryAttributes[]
  readonly #blocks: Uint8Array[] = []
  readonly #allSpans: Uint32Array[] = []
  readonly #endings: Ending[] = []
  readonly #source: DataView
  readonly #isShared: boolean
  #spare: Uint8Array
  #block: Uint8Array
  #view: DataView
  #spans: Uint32Array
  #end = 0
  #lines = 0

  /** `bytes` has the values and a word more. The lines are written into `spare` while there is some. */
  constructor({ bytes, attributes, isShared }: LineSource, spare: Uint8Array) {
    this.#source = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#attributes = attributes
    this.#isShared = isShared
    this.#spare = spare
    this.#block = this.#newBlock()
    this.#view = viewOf(this.#block)
    this.#spans = this.#newSpans()
  }

  /** Writes the line of the value `bytes[start, end)` with this tag. Lines of one value follow each other. */
  write(start: number, end: number, tag: number): void {
    if (this.#end + ROOM > BLOCK_BYTES) this.#flush()
    this.#put(start, end, tag)
  }

  /** Writes another line of the value that was written last. */
  writeMore(start: number, end: number, tag: number): void {
    const last = this.#lines - 1
    this.#spans[last] = (this.#spans[last] ?? 0) | SPAN_CONTINUES
    this.#put(start, end, tag)
  }

  #put(start: number, end: number, tag: number): void {
    const block = this.#view
    const source = this.#source
    const at = this.#end
    // Four bytes at a time, past the end if need be: what follows is written over or beyond the last line.
    for (let i = start, j = at; i < end; i += 4, j += 4) block.setUint32(j, source.getUint32(i))
    const ending = this.#endings[tag] ?? this.#makeEnding(tag)
    const { words } = ending
    for (let i = 0, j = at + end - start; i < words.length; i++, j += 4)
      block.setUint32(j, words[i] ?? 0)
    this.#end = at + end - start + ending.length
    const kind = tag & KIND_MASK
    this.#spans[this.#lines++] = packSpan(end - start, ending.length, kind, ending.action)
    this.written[kind] = (this.written[kind] ?? 0) + 1
  }

  /** All lines. Nothing may be written afterwards. */
  finish(): IndexedLines {
    if (this.#end > 0) this.#flush()
    this.#block = new Uint8Array(0)
    return new IndexedLines(this.#blocks, this.#allSpans)
  }

  #flush(): void {
    this.#blocks.push(this.#block.subarray(0, this.#end))
    this.#allSpans.push(this.#spans.subarray(0, this.#lines))
    this.#block = this.#newBlock()
    this.#view = viewOf(this.#block)
    this.#spans = this.#newSpans()
    this.#end = this.#lines = 0
  }

  #newSpans(): Uint32Array {
    const bytes = (BLOCK_BYTES / MIN_LINE) * Uint32Array.BYTES_PER_ELEMENT
    return new Uint32Array(newBytes(bytes, this.#isShared).buffer)
  }

  #newBlock(): Uint8Array {
    if (this.#spare.length < BLOCK_BYTES) return newBytes(BLOCK_BYTES, this.#isShared)
    const block = this.#spare.subarray(0, BLOCK_BYTES)
    this.#spare = this.#spare.subarray(BLOCK_BYTES)
    return block
  }

  /** What stands behind the value in the lines with this tag. */
  #makeEnding(tag: number): Ending {
    const { action, category, reference } = this.#attributes[tag >>> KIND_BITS] ?? NO_ATTRIBUTES
    const kind = ENTRY_KINDS[tag & KIND_MASK] ?? ''
    const text = `\t${kind}\t${action}\t${category || NONE}\t${reference || NONE}\n`
    const words = new Uint32Array(Math.ceil(text.length / WORD))
    const bytes = new DataView(new ArrayBuffer(words.length * WORD))
    for (let i = 0; i < text.length; i++) bytes.setUint8(i, text.charCodeAt(i))
    for (let i = 0; i < words.length; i++) words[i] = bytes.getUint32(i * WORD)
    const ending = { length: text.length, action: ENTRY_ACTIONS.indexOf(action), words }
    // Only the first few: a list in which every entry has its own reference would keep millions.
    if (tag < MAX_KEPT_ENDINGS) this.#endings[tag] = ending
    return ending
  }
}

const MAX_KEPT_ENDINGS = 1 << 12

const NO_ATTRIBUTES = { action: 'nxdomain', category: '', reference: '' } as const

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
