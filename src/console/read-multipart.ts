import { Fault } from '../core/fault.ts'

/** One part of a form with files (RFC 7578). */
export interface FormPart {
  readonly name: string
  /** What the browser says of its name; null of a part that is no file. */
  readonly fileName: string | null
  /** To be read before the next part is asked for; what is left is passed over. */
  readonly chunks: AsyncIterable<Uint8Array>
}

/** Parts of one form, and bytes of the head of each. */
const MAX_PARTS = 40
const MAX_HEAD_BYTES = 8 * 1024

/**
 * The parts of a form, as they come: nothing but the head of a part, and what may be the beginning of the next, is held. Faults: `request/body`
 * beyond `maxBytes`, `request/invalid` for what is no such form.
 */
export async function* readMultipart(
  { body, contentType }: { readonly body: AsyncIterable<Uint8Array>; readonly contentType: string },
  maxBytes: number,
): AsyncGenerator<FormPart> {
  const reader = new PartReader(body, boundaryOf(contentType), maxBytes)
  for (let parts = 0; ; parts++) {
    const head = await reader.nextHead()
    if (head === null) return
    if (parts === MAX_PARTS) throw invalid(`at most ${MAX_PARTS} parts`)
    yield { ...parseHead(head), chunks: reader.chunks() }
  }
}

/** RFC 2046 §5.1.1: at most 70 characters. */
function boundaryOf(contentType: string): string {
  const [, quoted, plain] =
    /^multipart\/form-data\s*;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))\s*$/i.exec(
      contentType,
    ) ?? []
  const boundary = quoted ?? plain
  if (boundary !== undefined) return boundary
  throw invalid('multipart/form-data with a boundary')
}

/** From the network, not yet verified. */
class PartReader {
  readonly #source: AsyncIterator<Uint8Array>
  /** What ends a part: also the beginning of the first. */
  readonly #delimiter: Buffer
  readonly #maxBytes: number
  #received = 0
  #held: Buffer
  /** Whether the held bytes begin inside of a part. */
  #isInPart = true

  constructor(body: AsyncIterable<Uint8Array>, boundary: string, maxBytes: number) {
    this.#source = body[Symbol.asyncIterator]()
    this.#delimiter = Buffer.from(`\r\n--${boundary}`)
    this.#maxBytes = maxBytes
    // The first delimiter has no line before it.
    this.#held = Buffer.from('\r\n')
  }

  /** The head of the next part, or null at the end. */
  async nextHead(): Promise<string | null> {
    await this.#passOver()
    while (this.#held.length < 2) await this.#more()
    if (this.#held.subarray(0, 2).toString('latin1') === '--') return null
    if (this.#held.subarray(0, 2).toString('latin1') !== '\r\n') throw invalid('a boundary')
    for (;;) {
      const end = this.#held.indexOf('\r\n\r\n')
      if (end >= 0) {
        const head = this.#held.subarray(2, end).toString('utf8')
        this.#held = this.#held.subarray(end + 4)
        this.#isInPart = true
        return head
      }
      if (this.#held.length > MAX_HEAD_BYTES) throw invalid('a shorter head of a part')
      await this.#more()
    }
  }

  /** The bytes of the part, up to its delimiter. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    while (this.#isInPart) {
      const at = this.#held.indexOf(this.#delimiter)
      // What may be the beginning of a delimiter stays.
      const length = at >= 0 ? at : this.#held.length - this.#delimiter.length + 1
      const part = this.#held.subarray(0, Math.max(0, length))
      this.#held = this.#held.subarray(at >= 0 ? at + this.#delimiter.length : Math.max(0, length))
      this.#isInPart = at < 0
      if (part.length > 0) yield part
      if (this.#isInPart) await this.#more()
    }
  }

  async #passOver(): Promise<void> {
    const rest = this.chunks()
    while ((await rest.next()).done !== true);
  }

  async #more(): Promise<void> {
    const next = await this.#source.next()
    if (next.done === true) throw invalid('a form with its end')
    this.#received += next.value.length
    if (this.#received > this.#maxBytes) {
      throw new Fault('request/body', `expected at most ${this.#maxBytes} bytes of body, got more`)
    }
    this.#held =
      this.#held.length === 0 ? Buffer.from(next.value) : Buffer.concat([this.#held, next.value])
  }
}

function parseHead(head: string): Pick<FormPart, 'name' | 'fileName'> {
  const line = head.split('\r\n').find((one) => /^content-disposition:\s*form-data\b/i.test(one))
  const name = parameterOf(line, 'name')
  if (name === null) throw invalid('the name of each part')
  return { name, fileName: parameterOf(line, 'filename') }
}

/** Browsers write `"` as `%22`, and line ends as `%0D%0A` (HTML, «multipart/form-data encoding algorithm»). */
function parameterOf(line: string | undefined, name: string): string | null {
  const [, value] = new RegExp(`;\\s*${name}="([^"]*)"`, 'i').exec(line ?? '') ?? []
  if (value === undefined) return null
  return value.replaceAll('%22', '"').replaceAll('%0D', '\r').replaceAll('%0A', '\n')
}

function invalid(expected: string): Fault {
  return new Fault('request/invalid', `expected ${expected}, got something else`)
}
