const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPENERS = new Set([0x5b, 0x7b])
const CLOSERS = new Set([0x5d, 0x7d])
const OPEN_BRACKET = 0x5b

/** What is found in a JSON text while it streams by. */
export interface JsonVisitor {
  /** The text of one element of the array that holds the entries, and the line it begins in. */
  element(text: string, line: number): void
}

/** Members of an object under which lists keep their entries. */
const ENTRY_KEYS = new Set(['entries', 'domains', 'hosts', 'urls', 'ips', 'data', 'list', 'items'])

/** The longest element, in bytes. */
export const MAX_ELEMENT = 1 << 16

/**
 * Cuts the elements out of a JSON text without holding it: of the array that is the whole text, or of the arrays that an object has
 * under one of `ENTRY_KEYS`. Only the brackets and strings are looked at here; whoever gets an element parses it.
 */
export class JsonElements {
  line = 1
  /** Whether the outermost value has begun, and has ended. */
  state: 'before' | 'inside' | 'after' = 'before'
  readonly #visitor: JsonVisitor
  #depth = 0
  /** The depth inside the array of entries; 0 while outside of one. */
  #elementDepth = 0
  #isInString = false
  #isEscaped = false
  #element: number[] = []
  #elementLine = 0
  #key = ''
  #text: number[] = []

  constructor(visitor: JsonVisitor) {
    this.#visitor = visitor
  }

  push(chunk: Uint8Array): void {
    for (const byte of chunk) {
      if (byte === 0x0a) this.line++
      if (this.#isInString) this.#inString(byte)
      else this.#outside(byte)
    }
  }

  #inString(byte: number): void {
    this.#keep(byte)
    if (this.#isEscaped) this.#isEscaped = false
    else if (byte === BACKSLASH) this.#isEscaped = true
    else if (byte === QUOTE) this.#isInString = false
    if (this.#depth === 1 && this.#isInString && this.#text.length < 64) this.#text.push(byte)
    if (this.#depth === 1 && !this.#isInString) this.#key = String.fromCharCode(...this.#text)
  }

  #outside(byte: number): void {
    if (byte === QUOTE) {
      this.#isInString = true
      this.#text = []
      this.#keep(byte)
    } else if (OPENERS.has(byte)) this.#open(byte)
    else if (CLOSERS.has(byte)) this.#close(byte)
    else if (byte === COMMA && this.#depth === this.#elementDepth) this.#end()
    else this.#keep(byte)
  }

  #open(byte: number): void {
    this.state = 'inside'
    this.#keep(byte)
    this.#depth++
    if (this.#elementDepth > 0 || byte !== OPEN_BRACKET) return
    if (this.#depth === 1 || (this.#depth === 2 && ENTRY_KEYS.has(this.#key))) {
      this.#elementDepth = this.#depth
      this.#element = []
    }
  }

  #close(byte: number): void {
    if (this.#depth === this.#elementDepth && this.#elementDepth > 0) {
      this.#end()
      this.#elementDepth = 0
    } else this.#keep(byte)
    if (--this.#depth <= 0) this.state = 'after'
  }

  #keep(byte: number): void {
    if (this.#elementDepth === 0) return
    if (this.#element.length === 0) {
      if (byte <= 0x20) return
      this.#elementLine = this.line
    }
    if (this.#element.length <= MAX_ELEMENT) this.#element.push(byte)
  }

  #end(): void {
    if (this.#element.length > 0) {
      this.#visitor.element(decoder.decode(Uint8Array.from(this.#element)), this.#elementLine)
    }
    this.#element = []
  }
}

const decoder = new TextDecoder('utf-8')
