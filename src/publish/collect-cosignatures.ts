import { Fault, isFault, type FaultCode } from '../core/fault.ts'
import { checkQuorum, type QuorumFinding } from '../core/log/check-quorum.ts'
import type { NoteKey } from '../core/log/note-key.ts'
import { printNote, type Note, type NoteSignature } from '../core/log/note.ts'
import type { LogPolicy, PolicyWitness } from '../core/log/policy.ts'
import type { ProofHashes } from '../core/log/prove.ts'
import {
  addCosignatures,
  parseWitnessSize,
  printWitnessRequest,
} from '../core/log/witness-request.ts'
import { verifyNote } from '../core/log/verify-note.ts'

export interface CollectDeps {
  /** Asks within a time limit of its own: it settles, whatever the witness does. Throws the faults of the noun `fetch`. */
  readonly ask: (witness: ReachableWitness, body: string) => Promise<WitnessReply>
  /** The size that the witness cosigned last, as far as the authority knows, by its name in the policy; 0 for never. */
  readonly knownSize: (witness: string) => number
  /** From a smaller tree of the log, or the same, to the checkpoint's. */
  readonly proof: (from: number) => ProofHashes
}

/** A witness whom the policy says where to ask. */
export interface ReachableWitness extends PolicyWitness {
  readonly url: string
}

/** From the network, not yet verified. */
interface WitnessReply {
  readonly status: number
  readonly body: Uint8Array
}

export interface CollectedCosignatures {
  /** With the cosignatures that were verified, one a witness, in the policy's order behind the log's own signatures. */
  readonly note: Note
  readonly quorum: QuorumFinding
  /** One a witness, in the policy's order. */
  readonly answers: readonly WitnessOutcome[]
}

export interface WitnessOutcome {
  /** Its name in the policy. */
  readonly witness: string
  readonly outcome: 'cosigned' | FaultCode
  /** For people: what the witness did. */
  readonly sentence: string
  /** The size that it has cosigned, as it says; null where it said none. */
  readonly size: number | null
}

/**
 * Asks all witnesses of a policy at the same time to cosign `note`, the checkpoint of a tree of `size`. Whoever has cosigned it already
 * is not asked again. A witness that knows another size than was believed is asked once more from there; one that has seen a later or
 * another tree is told as `log/forked`. Nothing that a witness does makes it throw, nor wait for longer than two answers take.
 */
export async function collectCosignatures(
  deps: CollectDeps,
  policy: LogPolicy,
  note: Note,
  size: number,
): Promise<CollectedCosignatures> {
  const own = note.signatures.filter(
    (line) => !policy.witnesses.some(({ key }) => isLineOf(key, line)),
  )
  const checkpoint = printNote({ text: note.text, signatures: own })
  const replies = await Promise.all(
    policy.witnesses.map((witness) => askWitness(deps, { witness, note, checkpoint, size })),
  )
  const cosigned = replies.flatMap(({ cosignature }) => cosignature ?? [])
  return {
    note: { text: note.text, signatures: [...own, ...cosigned.map(({ line }) => line)] },
    quorum: checkQuorum(
      policy,
      cosigned.map(({ key }) => key),
    ),
    answers: replies.map(({ outcome }) => outcome),
  }
}

interface Question {
  readonly witness: PolicyWitness
  readonly note: Note
  /** What is sent: the note without cosignatures. */
  readonly checkpoint: string
  readonly size: number
}

interface Reply {
  readonly outcome: WitnessOutcome
  readonly cosignature: { readonly key: NoteKey; readonly line: NoteSignature } | null
}

async function askWitness(deps: CollectDeps, question: Question): Promise<Reply> {
  const { witness, note, size } = question
  try {
    const had = cosignatureIn(witness, note)
    if (had !== null) return cosigned(question, had, 'had cosigned before')
    const { url } = witness
    if (url === null) {
      throw new Fault('fetch/unreachable', 'expected a URL in the policy to ask at, got none')
    }
    const at = { ...question, witness: { ...witness, url } }
    const first = Math.min(deps.knownSize(witness.name), size)
    const told = await askFrom(deps, at, first)
    if ('outcome' in told) return told
    // A conflict at the size that was named, or above ours, is no matter of what we believed.
    if (told.size === first || told.size > size) return conflicting(question, told.size)
    const again = await askFrom(deps, at, told.size)
    return 'outcome' in again ? again : conflicting(question, again.size)
  } catch (error) {
    if (!isFault(error)) throw error
    return refused(question, error, null)
  }
}

/** The reply; or of a conflict the size that the witness has. Throws the faults of asking, and of an answer that is none. */
async function askFrom(
  { ask, proof }: CollectDeps,
  question: Question & { readonly witness: ReachableWitness },
  oldSize: number,
): Promise<Reply | { readonly size: number }> {
  const { witness, note, checkpoint } = question
  const { status, body } = await ask(
    witness,
    printWitnessRequest({ oldSize, proof: proof(oldSize), checkpoint }),
  )
  if (status === 409) return { size: parseWitnessSize(body) }
  if (status === 422 && oldSize > 0) {
    const sentence = `its tree of size ${oldSize} is another one than this log's`
    return refused(question, new Fault('log/forked', sentence), oldSize)
  }
  if (status !== 200) throw statusFault(status, body)
  const answered = addCosignatures([witness.key], { text: note.text, signatures: [] }, body)
  // The first of the key: all of them have been verified, and one a witness is enough.
  const line = answered.signatures.find((one) => isLineOf(witness.key, one))
  if (line === undefined) throw new Fault('log/signature', 'expected a cosignature, got none')
  return cosigned(question, line, 'has cosigned')
}

/** What is there of the witness on the note, which is the authority's own. Throws `log/signature` where it is wrong. */
function cosignatureIn({ key }: PolicyWitness, { text, signatures }: Note): NoteSignature | null {
  const lines = signatures.filter((line) => isLineOf(key, line))
  if (lines.length > 0) verifyNote([key], { text, signatures: lines })
  return lines[0] ?? null
}

function conflicting(question: Question, told: number): Reply {
  const { size } = question
  if (told > size) {
    const sentence = `it has cosigned a tree of size ${told}, which is larger than this one of ${size}`
    return refused(question, new Fault('log/forked', sentence), told)
  }
  if (told === size) {
    const sentence = `it has cosigned another tree of this size, ${size}`
    return refused(question, new Fault('log/forked', sentence), told)
  }
  const sentence = `expected a proof from size ${told} to be taken, got that size as a conflict again`
  return refused(question, new Fault('fetch/unexpected', sentence), told)
}

const FAULT_BY_STATUS: Readonly<Record<number, readonly [FaultCode, string]>> = {
  403: ['fetch/denied', 'it does not trust the key of this log'],
  404: ['fetch/not-found', 'it does not know this log, or is at another URL'],
  429: ['fetch/busy', 'it was asked too often'],
  503: ['fetch/busy', 'it has too much to do'],
}

function statusFault(status: number, body: Uint8Array): Fault {
  const [code, sentence] = FAULT_BY_STATUS[status] ?? ['fetch/failed', 'expected status 200']
  const said = Buffer.from(body.subarray(0, MAX_SAID_BYTES)).toString()
  return new Fault(code, `${sentence}, got ${status} ${JSON.stringify(said)}`)
}

/** How much of a refusal is told. */
const MAX_SAID_BYTES = 200

function cosigned({ witness, size }: Question, line: NoteSignature, did: string): Reply {
  const sentence = `${JSON.stringify(witness.name)} ${did} the tree of size ${size}`
  return {
    outcome: { witness: witness.name, outcome: 'cosigned', sentence, size },
    cosignature: { key: witness.key, line },
  }
}

function refused({ witness }: Question, { code, message }: Fault, size: number | null): Reply {
  const sentence = `${JSON.stringify(witness.name)} has not cosigned: ${message}`
  return { outcome: { witness: witness.name, outcome: code, sentence, size }, cosignature: null }
}

function isLineOf({ name, id }: NoteKey, line: NoteSignature): boolean {
  return line.name === name && line.keyId === id
}
