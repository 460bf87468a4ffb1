import { Fault } from '../../core/fault.ts'
import { HEADER_BYTES } from './numbers.ts'
import type { WireReader } from './reader.ts'

/** RFC 1035 §3.1: length octets and the root's included. */
export const MAX_NAME_BYTES = 255
export const MAX_LABEL_BYTES = 63

/** A name has at most 127 labels, so no honest one needs more pointers. */
const MAX_POINTERS = 127

const POINTER = 0xc0

/**
 * Each octet as text. What could be taken for the syntax of a zone file, and what is not printable, is `\DDD`; so each name has one
 * text only, and names can be compared as texts. Capital letters are small ones (RFC 4343 §3).
 */
const TEXT: readonly string[] = Array.from({ length: 256 }, (_, octet) => printOctet(octet))

/**
 * The name at the reader's place, as text: lower case, no dot at the end, the root is ''. Follows compression (RFC 1035 §4.1.4)
 * backwards only, never into the header, and each time further back: so there is no loop.
 */
export function readName(reader: WireReader): string {
  const { bytes } = reader
  let at = reader.at
  let floor = at
  let resume = -1
  let pointers = 0
  let length = 1
  let text = ''
  for (;;) {
    const size = bytes[at]
    if (size === undefined) return failName(reader, 'message-cut')
    if (size === 0) {
      reader.at = resume < 0 ? at + 1 : resume
      return text
    }
    if (size >= POINTER) {
      const low = bytes[at + 1]
      if (low === undefined) return failName(reader, 'message-cut')
      const target = ((size - POINTER) << 8) | low
      if (target < HEADER_BYTES || target >= floor || ++pointers > MAX_POINTERS) {
        return failName(reader, 'name-pointer')
      }
      if (resume < 0) resume = at + 2
      at = floor = target
      continue
    }
    // The two other kinds of label were never in use (RFC 6891 §5).
    if (size > MAX_LABEL_BYTES) return failName(reader, 'name-label')
    length += size + 1
    if (length > MAX_NAME_BYTES) return failName(reader, 'name-long')
    const end = at + 1 + size
    if (end > bytes.length) return failName(reader, 'message-cut')
    if (text !== '') text += '.'
    while (++at < end) {
      const octet = bytes[at] ?? 0
      if (isCapital(octet)) reader.folded = true
      text += TEXT[octet] ?? ''
    }
  }
}

/**
 * Passes over the name at the reader's place without reading it, up to its first label that is elsewhere: that is looked at by whoever
 * reads the name. So it costs what the name has in octets here, and not what it would be as a text.
 */
export function skipName(reader: WireReader): void {
  const { bytes, at: from } = reader
  let at = from
  let size = bytes[at]
  while (size !== undefined && size > 0 && size <= MAX_LABEL_BYTES) size = bytes[(at += 1 + size)]
  if (size === undefined) reader.fail('message-cut')
  else if (size > 0 && size < POINTER) reader.fail('name-label')
  const end = size === 0 ? at + 1 : passPointer(reader, at)
  if (end - from > MAX_NAME_BYTES) reader.fail('name-long')
  if (!reader.hasFailed()) reader.at = end
}

/** The place behind the pointer, which must lead to a label, by as many pointers as may be. */
function passPointer(reader: WireReader, from: number): number {
  const { bytes } = reader
  let floor = reader.at
  let at = from
  for (let pointers = 0; (bytes[at] ?? 0) >= POINTER; at = floor) {
    const low = bytes[at + 1]
    const target = (((bytes[at] ?? 0) - POINTER) << 8) | (low ?? 0)
    const isWrong = target < HEADER_BYTES || target >= floor || ++pointers > MAX_POINTERS
    if (low === undefined || isWrong) {
      reader.fail(low === undefined ? 'message-cut' : 'name-pointer')
      break
    }
    floor = target
  }
  return from + 2
}

/**
 * The name as on the wire: lower case, not compressed, which is also its canonical form (RFC 4034 §6.2). Takes what `readName` gives
 * and a dot at the end, too. Throws name/invalid: these names are of our own configuration.
 */
export function encodeName(text: string): Uint8Array {
  const wire = new Uint8Array(MAX_NAME_BYTES)
  let start = 0
  let at = 1
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '.') {
      if (text === '.') break
      closeLabel(wire, start, at, text)
      start = at++
      continue
    }
    const escaped = text[i] === '\\'
    const digits = escaped ? /^\d{3}/.exec(text.slice(i + 1, i + 4))?.[0] : undefined
    const octet = digits === undefined ? text.charCodeAt(escaped ? ++i : i) : Number(digits)
    if (digits !== undefined) i += 3
    if (!(octet <= 0xff) || at >= MAX_NAME_BYTES) throw invalidName(text)
    wire[at++] = isCapital(octet) ? octet + 0x20 : octet
  }
  if (at - start > 1) {
    closeLabel(wire, start, at, text)
    start = at++
  }
  if (at > MAX_NAME_BYTES) throw invalidName(text)
  return wire.slice(0, start + 1)
}

function closeLabel(wire: Uint8Array, start: number, at: number, text: string): void {
  const size = at - start - 1
  if (size < 1 || size > MAX_LABEL_BYTES || at >= MAX_NAME_BYTES) throw invalidName(text)
  wire[start] = size
}

function invalidName(text: string): Fault {
  return new Fault('name/invalid', `expected a name of the DNS, got ${JSON.stringify(text)}`)
}

function failName(reader: WireReader, problem: Parameters<WireReader['fail']>[0]): string {
  reader.fail(problem)
  return ''
}

function isCapital(octet: number): boolean {
  return octet >= 0x41 && octet <= 0x5a
}

function printOctet(octet: number): string {
  if (isCapital(octet)) return String.fromCharCode(octet + 0x20)
  const isPlain = octet > 0x20 && octet < 0x7f && !'."();@$\\'.includes(String.fromCharCode(octet))
  return isPlain ? String.fromCharCode(octet) : `\\${String(octet).padStart(3, '0')}`
}
