import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { printCheckpoint } from '../../src/core/log/checkpoint.ts'
import { tileHashReader, type HashReader } from '../../src/core/log/hash-reader.ts'
import { makeNoteKey, type NoteKeyType } from '../../src/core/log/note-key.ts'
import { printNote, type NoteSignature } from '../../src/core/log/note.ts'
import { planAppend } from '../../src/core/log/plan-append.ts'
import { cosignCheckpoint, signNote, type NoteSigner } from '../../src/core/log/sign-note.ts'
import { EMPTY_ROOT, type TreeHead } from '../../src/core/log/tree-hash.ts'

/** A key that is the same in every run: its seed is made from its name. */
export function testSigner(name: string, type: NoteKeyType): NoteSigner {
  const seed = createHash('sha256').update(`${type} ${name}`).digest()
  const privateKey = createPrivateKey({
    // RFC 8410 §7: what stands before the seed in a PKCS#8 key.
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
    format: 'der',
    type: 'pkcs8',
  })
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return {
    key: makeNoteKey(name, type, spki.subarray(-32)),
    sign: (message) => Promise.resolve(sign(null, message, privateKey)),
  }
}

export function testEntries(from: number, to: number): Buffer[] {
  return Array.from({ length: to - from }, (_, i) => Buffer.from(`entry ${from + i}`))
}

/** A log in memory. */
export class MemoryLog {
  readonly files = new Map<string, Uint8Array>()
  readonly heads: TreeHead[] = [{ size: 0, root: EMPTY_ROOT }]

  get head(): TreeHead {
    return this.heads.at(-1)!
  }

  readonly read = (path: string): Uint8Array | null => this.files.get(path) ?? null

  get reader(): HashReader {
    return tileHashReader(this.read, this.head.size)
  }

  /** Appends entries and gives the paths that this wrote. */
  append(entries: readonly Uint8Array[]): string[] {
    const { head, files } = planAppend(this.read, this.head.size, entries)
    for (const { path, bytes } of files) this.files.set(path, bytes)
    this.heads.push(head)
    return files.map(({ path }) => path)
  }

  growTo(size: number): this {
    this.append(testEntries(this.head.size, size))
    return this
  }
}

/** A checkpoint signed by `log` and cosigned by `witnesses` at `timestamp`. */
export async function signedCheckpoint(
  log: NoteSigner,
  head: TreeHead,
  witnesses: readonly NoteSigner[] = [],
  timestamp = 1_893_456_000,
): Promise<string> {
  const text = printCheckpoint({ origin: log.key.name, ...head })
  const signatures: NoteSignature[] = [await signNote(log, text)]
  for (const witness of witnesses) {
    signatures.push(await cosignCheckpoint(witness, text, timestamp))
  }
  return printNote({ text, signatures })
}

/** `bytes` with one bit turned. */
export function flip(bytes: Uint8Array, bit: number): Buffer {
  const flipped = Buffer.from(bytes)
  flipped[bit >> 3]! ^= 1 << (bit & 7)
  return flipped
}
