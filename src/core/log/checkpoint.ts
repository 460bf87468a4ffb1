import { Fault } from '../fault.ts'
import { decodeHash, encodeBase64 } from './base64.ts'
import type { TreeHead } from './tree-hash.ts'
import { isTreeSize, parseTreeSize } from './tree-size.ts'

/** The text of a note in which a log states its tree (c2sp.org/tlog-checkpoint). */
export interface Checkpoint extends TreeHead {
  /** Which log it is: for ours the name of its key. */
  readonly origin: string
}

/** No origin is longer, in UTF-16 units. */
export const MAX_ORIGIN_LENGTH = 255

/** Three lines; extension lines are never written. Throws `log/invalid` for what couldn't be read again. */
export function printCheckpoint({ origin, size, root }: Checkpoint): string {
  if (origin === '' || origin.length > MAX_ORIGIN_LENGTH || /[\x00-\x1f]/.test(origin)) {
    throw new Fault('log/invalid', `expected an origin of one line, got ${JSON.stringify(origin)}`)
  }
  if (!isTreeSize(size)) throw new Fault('log/invalid', `expected a tree size, got ${size}`)
  return `${origin}\n${size}\n${encodeBase64(root)}\n`
}

/**
 * The text of a note, which may come from outside. Extension lines may follow the three and mean nothing here; they are a part of
 * what was signed. Throws `log/invalid`.
 */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.split('\n')
  const [origin = '', size = '', root = ''] = lines
  // tlog-checkpoint: «at least three non-empty lines»; the last line feed ends the text.
  if (lines.length < 4 || lines.pop() !== '' || lines.includes('')) {
    throw new Fault(
      'log/invalid',
      'expected a checkpoint of three lines or more, none of them empty, got something else',
    )
  }
  if (origin.length > MAX_ORIGIN_LENGTH) {
    throw new Fault(
      'log/invalid',
      `expected an origin of ${MAX_ORIGIN_LENGTH} characters at most, got ${origin.length}`,
    )
  }
  return { origin, size: parseTreeSize(size), root: decodeHash(root) }
}
