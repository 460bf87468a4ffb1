import { createHash } from 'node:crypto'
import { canonicalize } from '@tufjs/canonical-json'
import { Fault } from '../core/fault.ts'

/**
 * Checks of one metadata file that tuf-js 5.0.1 leaves out, made on the bytes from the network before it sees them:
 * - Each key stands under its own id, the SHA-256 of its canonical form (TUF 1.0 §4.2). Else one key under two names would
 *   count twice towards a threshold.
 * - The JSON is compact, and signatures are lower-case hex: two different files are never the same metadata, so a flipped
 *   byte is always seen.
 * Throws `trust/invalid` or `trust/key-id`. It vouches for nothing else: the signatures are still to be verified.
 */
export function assertMetadataBytes(bytes: Uint8Array, name: string): void {
  const text = Buffer.from(bytes).toString('utf8')
  const metadata = parseMetadata(text, name)
  if (JSON.stringify(metadata) !== text.replace(/\n$/, '')) {
    throw invalid(name, 'compact JSON', 'another form of it')
  }
  const signatures = Array.isArray(metadata['signatures'])
    ? (metadata['signatures'] as unknown[])
    : []
  for (const signature of signatures) {
    const sig = isRecord(signature) ? signature['sig'] : undefined
    // Empty: a place kept for a signature that was not made (root rotation).
    if (typeof sig !== 'string' || !/^[0-9a-f]*$/.test(sig)) {
      throw invalid(name, 'signatures in lower-case hex', JSON.stringify(sig))
    }
  }
  assertKeyIds(metadata, name)
}

/** The metadata in `text`, nothing in it verified. Throws `trust/invalid`. */
function parseMetadata(text: string, name: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (isRecord(value) && isRecord(value['signed'])) return value
  } catch (cause) {
    throw invalid(name, 'JSON', JSON.stringify(text.slice(0, 40)), cause)
  }
  throw invalid(name, 'signed metadata', JSON.stringify(text.slice(0, 40)))
}

function assertKeyIds(metadata: Record<string, unknown>, name: string): void {
  const signed = metadata['signed'] as Record<string, unknown>
  const delegations = signed['delegations']
  for (const keys of [signed['keys'], isRecord(delegations) ? delegations['keys'] : undefined]) {
    if (!isRecord(keys)) continue
    for (const [id, key] of Object.entries(keys)) {
      const digest = createHash('sha256').update(canonicalize(key)).digest('hex')
      if (id === digest) continue
      throw new Fault(
        'trust/key-id',
        `expected each key of ${JSON.stringify(name)} under its own id ${digest}, got ${JSON.stringify(id)}`,
      )
    }
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(name: string, expected: string, got: string, cause?: unknown): Fault {
  return new Fault('trust/invalid', `expected ${expected} in ${JSON.stringify(name)}, got ${got}`, {
    cause,
  })
}
