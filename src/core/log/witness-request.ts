import { Fault } from '../fault.ts'
import { decodeHash, encodeBase64 } from './base64.ts'
import { parseCheckpoint } from './checkpoint.ts'
import { MAX_PROOF_HASHES } from './log-proof.ts'
import type { NoteKey } from './note-key.ts'
import {
  decodeNoteText,
  MAX_NOTE_BYTES,
  parseNote,
  parseSignatureLines,
  printNote,
  type Note,
} from './note.ts'
import type { ProofHashes } from './prove.ts'
import { parseTreeSize } from './tree-size.ts'
import { verifyNote } from './verify-note.ts'

/** The bodies that a log and a witness exchange (c2sp.org/tlog-witness, «add-checkpoint»). */
export interface WitnessRequest {
  /** The size of the checkpoint that the witness cosigned last, as the log believes. */
  readonly oldSize: number
  /** From that size to the checkpoint's. */
  readonly proof: ProofHashes
  /** The note, byte for byte. */
  readonly checkpoint: string
}

/** No request is longer, and no answer: they are held to the limit of a note. */
export const MAX_WITNESS_BODY_BYTES = MAX_NOTE_BYTES

export function printWitnessRequest({ oldSize, proof, checkpoint }: WitnessRequest): string {
  return [`old ${oldSize}`, ...proof.map(encodeBase64), '', checkpoint].join('\n')
}

/** From outside: the form is checked here, also that of the checkpoint. Throws `log/invalid`. */
export function parseWitnessRequest(body: Uint8Array): WitnessRequest {
  const text = decodeNoteText(body)
  const end = text.indexOf('\n\n')
  const [old = '', ...proof] = text.slice(0, Math.max(end, 0)).split('\n')
  // tlog-witness: «The client MUST NOT send more than 63 consistency proof lines.»
  if (!old.startsWith('old ') || proof.length > MAX_PROOF_HASHES) {
    throw new Fault(
      'log/invalid',
      `expected an old size and ${MAX_PROOF_HASHES} hashes at most, got ${proof.length} lines behind ${JSON.stringify(old.slice(0, 100))}`,
    )
  }
  const checkpoint = text.slice(end + 2)
  parseCheckpoint(parseNote(Buffer.from(checkpoint)).text)
  return {
    oldSize: parseTreeSize(old.slice('old '.length)),
    proof: proof.map(decodeHash),
    checkpoint,
  }
}

/** The body of a 409: the size that the witness has (`Content-Type: text/x.tlog.size`). */
export function printWitnessSize(size: number): string {
  return `${size}\n`
}

/** From a witness. Throws `log/invalid`. */
export function parseWitnessSize(body: Uint8Array): number {
  // 2⁵³−1 has 16 digits: nothing longer is looked at.
  const text = Buffer.from(body.subarray(0, 20)).toString('latin1')
  if (text.endsWith('\n')) return parseTreeSize(text.slice(0, -1))
  throw new Fault('log/invalid', `expected a size and a line feed, got ${JSON.stringify(text)}`)
}

/**
 * The checkpoint with those signatures of a witness's answer that are of `keys`; others are left out. Throws `log/invalid`, and
 * `log/signature` where none is there or one is wrong.
 */
export function addCosignatures(keys: readonly NoteKey[], note: Note, answer: Uint8Array): Note {
  const signatures = parseSignatureLines(decodeNoteText(answer))
  verifyNote(keys, { text: note.text, signatures })
  const known = signatures.filter(({ name, keyId }) =>
    keys.some((key) => key.name === name && key.id === keyId),
  )
  const added = { text: note.text, signatures: [...note.signatures, ...known] }
  // More signatures than a note may have are refused by this.
  printNote(added)
  return added
}
