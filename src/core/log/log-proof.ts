import { Fault } from '../fault.ts'
import { decodeBase64, decodeHash, encodeBase64 } from './base64.ts'
import { parseCheckpoint } from './checkpoint.ts'
import { decodeNoteText, MAX_NOTE_BYTES, parseNote } from './note.ts'
import type { LogPolicy } from './policy.ts'
import type { ProofHashes } from './prove.ts'
import { parseTreeSize } from './tree-size.ts'
import { verifyCheckpoint, type TrustedCheckpoint } from './verify-checkpoint.ts'
import { verifyInclusion } from './verify-proof.ts'

/** A file that proves to whoever has a policy, and nothing else, that a leaf is in a log (c2sp.org/tlog-proof). */
export interface LogProof {
  /** Anything that is needed with the leaf. Nothing vouches for it. Null where there is none. */
  readonly extra: Uint8Array | null
  readonly index: number
  /** From the leaf's sibling up. */
  readonly hashes: ProofHashes
  /** The note, byte for byte. */
  readonly checkpoint: string
}

/** No extra data is longer, in bytes. */
export const MAX_EXTRA_BYTES = 65_535

/** No proof has more hashes: as many as a tree of 2⁶³ leaves is high. */
export const MAX_PROOF_HASHES = 63

/** No proof file is longer: the whole of it is held to the limit of a note. */
export const MAX_LOG_PROOF_BYTES = MAX_NOTE_BYTES

const FORMAT = 'c2sp.org/tlog-proof@v1'

/** Throws `log/invalid` for what couldn't be read again. */
export function printLogProof({ extra, index, hashes, checkpoint }: LogProof): string {
  const lines = [
    FORMAT,
    ...(extra === null ? [] : [`extra ${encodeBase64(extra)}`]),
    `index ${index}`,
    ...hashes.map(encodeBase64),
  ]
  const text = `${lines.join('\n')}\n\n${checkpoint}`
  parseLogProof(Buffer.from(text))
  return text
}

/** From outside: the form is checked here, also that of the checkpoint. Throws `log/invalid`. */
export function parseLogProof(bytes: Uint8Array): LogProof {
  const text = decodeNoteText(bytes)
  const end = text.indexOf('\n\n')
  const lines = text.slice(0, Math.max(end, 0)).split('\n')
  if (end < 0 || lines.shift() !== FORMAT) {
    throw new Fault(
      'log/invalid',
      `expected a proof that begins with ${JSON.stringify(FORMAT)}, got something else`,
    )
  }
  const extra = lines[0]?.startsWith('extra ') === true ? parseExtra(lines.shift() ?? '') : null
  const [index = '', ...hashes] = lines
  if (!index.startsWith('index ') || hashes.length > MAX_PROOF_HASHES) {
    throw new Fault(
      'log/invalid',
      `expected an index and ${MAX_PROOF_HASHES} hashes at most, got ${hashes.length} lines behind ${JSON.stringify(index.slice(0, 100))}`,
    )
  }
  const checkpoint = text.slice(end + 2)
  parseCheckpoint(parseNote(Buffer.from(checkpoint)).text)
  return {
    extra,
    index: parseTreeSize(index.slice('index '.length)),
    hashes: hashes.map(decodeHash),
    checkpoint,
  }
}

/**
 * Verifies that the leaf is in a log of the policy, at a checkpoint that its witnesses have seen, and gives that checkpoint. Throws
 * what `verifyCheckpoint` throws, and `log/mismatch` where the leaf isn't the one of the proof.
 */
export function verifyLogProof(
  policy: LogPolicy,
  { index, hashes, checkpoint }: LogProof,
  leafHash: Uint8Array,
): TrustedCheckpoint {
  const trusted = verifyCheckpoint(policy, Buffer.from(checkpoint))
  verifyInclusion(trusted, { index, hash: leafHash }, hashes)
  return trusted
}

function parseExtra(line: string): Buffer {
  const extra = decodeBase64(line.slice('extra '.length))
  // tlog-proof: «If no extra data is present, this line is omitted.»
  if (extra.length > 0 && extra.length <= MAX_EXTRA_BYTES) return extra
  throw new Fault(
    'log/invalid',
    `expected extra data of 1 to ${MAX_EXTRA_BYTES} bytes, got ${extra.length}`,
  )
}
