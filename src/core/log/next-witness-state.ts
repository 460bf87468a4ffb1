import { isFault } from '../fault.ts'
import { parseCheckpoint, type Checkpoint } from './checkpoint.ts'
import type { NoteKey } from './note-key.ts'
import { parseNote, type Note } from './note.ts'
import { EMPTY_ROOT, isSameHash, type TreeHead } from './tree-hash.ts'
import { verifyConsistency } from './verify-proof.ts'
import { verifyNote } from './verify-note.ts'
import { parseWitnessRequest, type WitnessRequest } from './witness-request.ts'

/** What a witness knows. */
export interface WitnessView {
  /** The keys that it trusts for a log, by its origin; nothing for a log that it doesn't know. */
  readonly keysOf: (origin: string) => readonly NoteKey[] | undefined
  /** The tree that it cosigned last for an origin; nothing where it never did. */
  readonly lastOf: (origin: string) => TreeHead | undefined
}

/** What a witness does with a request: the status of its answer, by c2sp.org/tlog-witness. */
export type WitnessDecision =
  | {
      /** Record `checkpoint` for its origin, durably and only where the last one is still `old`; then cosign `text`. */
      readonly status: 200
      readonly old: TreeHead
      readonly checkpoint: Checkpoint
      readonly text: string
    }
  | { readonly status: 400 | 403 | 404 | 422; readonly reason: string }
  | {
      readonly status: 409
      readonly reason: string
      /** Of the tree that it cosigned last: the body of the answer. */
      readonly size: number
    }

/** Decides about the body of an `add-checkpoint` request. Throws nothing for anything that a body can hold. */
export function nextWitnessState(view: WitnessView, body: Uint8Array): WitnessDecision {
  const read = readRequest(body)
  if (read === null) return { status: 400, reason: 'the body is no request with a checkpoint' }
  const { request, note, checkpoint } = read
  const keys = view.keysOf(checkpoint.origin)
  if (keys === undefined) return { status: 404, reason: 'the origin is unknown' }
  if (!isSigned(keys, note)) {
    return { status: 403, reason: 'no signature of a key that is trusted for the origin' }
  }
  if (request.oldSize > checkpoint.size) {
    return { status: 400, reason: 'the old size is above that of the checkpoint' }
  }
  const last = view.lastOf(checkpoint.origin) ?? { size: 0, root: EMPTY_ROOT }
  if (request.oldSize !== last.size) {
    return { status: 409, reason: 'the old size is not that of the last tree', size: last.size }
  }
  // «If the old size matches the checkpoint size, the witness MUST check that the root hashes are also identical.» The log has forked.
  if (last.size === checkpoint.size && !isSameHash(last.root, checkpoint.root)) {
    return { status: 409, reason: 'the root is another one at the same size', size: last.size }
  }
  if (!isConsistent(last, checkpoint, request)) {
    return { status: 422, reason: 'the proof does not lead from the last tree to this one' }
  }
  return { status: 200, old: last, checkpoint, text: note.text }
}

interface ReadRequest {
  readonly request: WitnessRequest
  readonly note: Note
  readonly checkpoint: Checkpoint
}

function readRequest(body: Uint8Array): ReadRequest | null {
  try {
    const request = parseWitnessRequest(body)
    const note = parseNote(Buffer.from(request.checkpoint))
    return { request, note, checkpoint: parseCheckpoint(note.text) }
  } catch (error) {
    if (isFault(error, 'log/invalid')) return null
    throw error
  }
}

function isSigned(keys: readonly NoteKey[], note: Note): boolean {
  try {
    return verifyNote(keys, note).length > 0
  } catch (error) {
    if (isFault(error, 'log/signature')) return false
    throw error
  }
}

function isConsistent(last: TreeHead, next: TreeHead, { proof }: WitnessRequest): boolean {
  try {
    verifyConsistency(last, next, proof)
    return true
  } catch (error) {
    if (isFault(error, 'log/mismatch')) return false
    throw error
  }
}
