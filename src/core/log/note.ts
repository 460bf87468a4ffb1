import { Fault } from '../fault.ts'
import { decodeBase64, encodeBase64 } from './base64.ts'
import { isKeyName } from './note-key.ts'

/** Text with signatures below it (c2sp.org/signed-note). Nothing of it is to be believed before `verifyNote`. */
export interface Note {
  /** What is signed: it ends in a line feed. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

export interface NoteSignature {
  readonly name: string
  readonly keyId: number
  /** What the key's type makes of it; at least one byte. */
  readonly signature: Uint8Array
}

/** No note is longer. Ten post-quantum signatures of 5 kB fit in a twentieth of it. */
export const MAX_NOTE_BYTES = 1_000_000

/** No note has more signatures: signed-note asks for 16 at least. */
export const MAX_NOTE_SIGNATURES = 100

/** U+2014 and a space begin each signature line. */
const DASH = '\u2014 '

/** signed-note, «Format»: «MUST NOT contain any ASCII control characters (those below U+0020) other than newline». */
const CONTROL = /[\x00-\x09\x0b-\x1f]/

/** From outside. Throws `log/invalid`. */
export function parseNote(bytes: Uint8Array): Note {
  const note = decodeNoteText(bytes)
  // signed-note: «the text is separated from the signatures by the last empty line in the note.»
  const end = note.lastIndexOf('\n\n')
  if (end < 0) {
    throw new Fault('log/invalid', 'expected an empty line before the signatures, got none')
  }
  return { text: note.slice(0, end + 1), signatures: parseSignatureLines(note.slice(end + 2)) }
}

/** Throws `log/invalid` for what `parseNote` wouldn't give back. */
export function printNote({ text, signatures }: Note): string {
  const note = `${text}\n${printSignatureLines(signatures)}`
  const again = parseNote(Buffer.from(note))
  if (again.text === text && again.signatures.length === signatures.length) return note
  throw new Fault('log/invalid', 'expected a text in whole lines, got one that ends elsewhere')
}

/** The lines below a note, and the answer of a witness (c2sp.org/tlog-witness). */
export function printSignatureLines(signatures: readonly NoteSignature[]): string {
  return signatures
    .map(({ name, keyId, signature }) => {
      const octets = Buffer.alloc(4 + signature.length)
      octets.writeUInt32BE(keyId)
      octets.set(signature, 4)
      return `${DASH}${name} ${encodeBase64(octets)}\n`
    })
    .join('')
}

/** From outside: one line or more, each with its line feed. Throws `log/invalid`. */
export function parseSignatureLines(text: string): NoteSignature[] {
  const lines = text.split('\n', MAX_NOTE_SIGNATURES + 2)
  if (lines.length > MAX_NOTE_SIGNATURES + 1) {
    throw new Fault(
      'log/invalid',
      `expected ${MAX_NOTE_SIGNATURES} signatures at most, got more of them`,
    )
  }
  if (lines.pop() !== '' || lines.length === 0) {
    throw new Fault('log/invalid', 'expected signature lines with a line feed each, got others')
  }
  return lines.map(parseSignatureLine)
}

/** UTF-8 without control characters, in whole lines. Throws `log/invalid`, also above `MAX_NOTE_BYTES`. */
export function decodeNoteText(bytes: Uint8Array): string {
  if (bytes.length > MAX_NOTE_BYTES) {
    throw new Fault(
      'log/invalid',
      `expected a note of ${MAX_NOTE_BYTES} bytes at most, got ${bytes.length}`,
    )
  }
  const text = decodeUtf8(bytes)
  if (text !== null && !CONTROL.test(text) && text.endsWith('\n')) return text
  throw new Fault(
    'log/invalid',
    'expected UTF-8 in whole lines without control characters, got something else',
  )
}

function parseSignatureLine(line: string): NoteSignature {
  const [name = '', base64 = '', ...more] = line.startsWith(DASH)
    ? line.slice(DASH.length).split(' ')
    : []
  const octets = decodeBase64(base64)
  if (!isKeyName(name) || more.length > 0 || octets.length < 5) {
    throw new Fault(
      'log/invalid',
      `expected a signature line of dash, name and base64, got ${JSON.stringify(line.slice(0, 100))}`,
    )
  }
  return { name, keyId: octets.readUInt32BE(), signature: octets.subarray(4) }
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    // What the decoder throws for bytes that aren't UTF-8.
    if (error instanceof TypeError) return null
    throw error
  }
}
