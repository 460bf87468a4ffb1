import { Fault } from './fault.ts'
import {
  commitManifest,
  parseLeaf,
  printLeaf,
  SALT_BYTES,
  type ManifestBasis,
  type PublicationLeaf,
} from './log-leaf.ts'
import { printSortedJson } from './sorted-json.ts'

/** What opens the commitments of one serial (`docs/spec/log.md` §12). For whoever may know the list. */
export interface LogOpening {
  readonly manifest: PublicationLeaf
  readonly basis: ManifestBasis
  readonly salt: Uint8Array
}

const FORMAT = 'bailiwick-opening/1'

/** No opening is longer, in bytes. */
export const MAX_OPENING_BYTES = 8192

/** One line, without a line feed. */
export function printOpening({ manifest, basis, salt }: LogOpening): string {
  return printSortedJson({
    format: FORMAT,
    manifest,
    basis,
    salt: Buffer.from(salt).toString('hex'),
  })
}

/** From outside: all members, no others, in the one form. Throws `log/invalid`. */
export function parseOpening(line: string): LogOpening {
  const opening = line.length <= MAX_OPENING_BYTES ? readOpening(line) : null
  if (opening !== null && printOpening(opening) === line) return opening
  throw new Fault(
    'log/invalid',
    `expected an opening as docs/spec/log.md §12 has it, got ${JSON.stringify(line.slice(0, 200))}`,
  )
}

/** The leaves that the log may have of the serial: the manifest itself, or the commitment to it. */
export function openedLeaves({ manifest, salt }: LogOpening): readonly Buffer[] {
  return [printLeaf(manifest), printLeaf(commitManifest(manifest, salt))]
}

function readOpening(line: string): LogOpening | null {
  const told = parseJson(line)
  const { manifest, basis, salt } = told
  if (!isBasis(basis) || typeof salt !== 'string' || !/^[0-9a-f]{64}$/.test(salt)) return null
  const leaf = parseLeaf(Buffer.from(printSortedJson(manifest ?? null)))
  if (leaf.kind !== 'publication' || 'commitment' in leaf) return null
  const bytes = Buffer.from(salt, 'hex')
  return bytes.length === SALT_BYTES ? { manifest: leaf, basis, salt: bytes } : null
}

function parseJson(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // It is told above what it is not.
  }
  return {}
}

function isBasis(value: unknown): value is ManifestBasis {
  if (typeof value !== 'object' || value === null) return false
  const { decisions, hash, number, through, ...more } = value as Record<string, unknown>
  const hashes = [decisions, hash].every(
    (one) => typeof one === 'string' && /^[0-9a-f]{64}$/.test(one),
  )
  const counts = [number, through].every((one) => Number.isSafeInteger(one) && (one as number) >= 0)
  return hashes && counts && Object.keys(more).length === 0
}
