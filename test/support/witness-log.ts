import { sign, type KeyObject } from 'node:crypto'
import { printCheckpoint } from '../../src/core/log/checkpoint.ts'
import type { HashReader } from '../../src/core/log/hash-reader.ts'
import { makeNoteKey, type NoteKeyType } from '../../src/core/log/note-key.ts'
import { printNote, type Note } from '../../src/core/log/note.ts'
import { proveConsistency, readRoot, type ProofHashes } from '../../src/core/log/prove.ts'
import { signNote, type NoteSigner } from '../../src/core/log/sign-note.ts'
import { hashLeaf, hashRow } from '../../src/core/log/tree-hash.ts'
import { printWitnessRequest } from '../../src/core/log/witness-request.ts'
import { ed25519Pair } from './ed25519-pair.ts'

/** A log in memory, as a witness sees it: leaves that are numbers. */
export interface TestLog {
  readonly signer: NoteSigner
  readonly root: (size: number) => Uint8Array
  readonly note: (size: number) => Promise<Note>
  readonly proof: (from: number, to: number) => ProofHashes
  /** The body of an `add-checkpoint` request. */
  readonly request: (oldSize: number, size: number) => Promise<string>
  /** The same log with other leaves from `size` on. */
  readonly forkAt: (size: number, name?: string) => TestLog
}

export function makeSigner(name: string, type: NoteKeyType): NoteSigner {
  const { raw, privateKey } = ed25519Pair()
  return { key: makeNoteKey(name, type, raw), sign: signWith(privateKey) }
}

function signWith(key: KeyObject): NoteSigner['sign'] {
  return (message) => Promise.resolve(sign(null, message, key))
}

export function makeLog(
  signer = makeSigner('log.example', 'ed25519'),
  leafOf: (index: number) => string = (index) => `leaf ${index}`,
): TestLog {
  const reader: HashReader = {
    hash: (level, index) => {
      const width = 2 ** level
      const leaves = Array.from({ length: width }, (_, i) => leafOf(index * width + i))
      return hashRow(Buffer.concat(leaves.map((leaf) => hashLeaf(Buffer.from(leaf)))))
    },
  }
  const root = (size: number): Uint8Array => readRoot(reader, size)
  const proof = (from: number, to: number): ProofHashes => proveConsistency(reader, from, to)
  const note = async (size: number): Promise<Note> => {
    const text = printCheckpoint({ origin: signer.key.name, size, root: root(size) })
    return { text, signatures: [await signNote(signer, text)] }
  }
  return {
    ...{ signer, root, note, proof },
    request: async (oldSize, size) =>
      printWitnessRequest({
        oldSize,
        proof: oldSize <= size ? proof(oldSize, size) : [],
        checkpoint: printNote(await note(size)),
      }),
    forkAt: (size, name = 'fork') =>
      makeLog(signer, (index) => (index < size ? leafOf(index) : `${name} ${index}`)),
  }
}
