import { nextWitnessState, type WitnessDecision } from '../core/log/next-witness-state.ts'
import type { NoteKey } from '../core/log/note-key.ts'
import { parseNote, printNote, printSignatureLines } from '../core/log/note.ts'
import { cosignCheckpoint, type NoteSigner } from '../core/log/sign-note.ts'
import { parseCheckpoint } from '../core/log/checkpoint.ts'
import { parseWitnessRequest, printWitnessSize } from '../core/log/witness-request.ts'
import type { CheckpointFolder } from './checkpoint-folder.ts'
import { nextCosignatureTime } from './next-cosignature-time.ts'

export interface AddCheckpointDeps {
  /** The keys of each log that may ask, by its origin. */
  readonly logs: ReadonlyMap<string, readonly NoteKey[]>
  readonly checkpoints: CheckpointFolder
  readonly signer: NoteSigner
  readonly now: () => Date
  /** The clock is right, though it is earlier than what was signed. */
  readonly isClockTrusted: boolean
}

/** What is answered, and what is told of it in the log. */
export interface WitnessAnswer {
  readonly status: WitnessDecision['status']
  readonly contentType: string
  readonly body: string
  readonly told: {
    readonly reason?: string
    /** Of a log that is known, and signed the checkpoint. */
    readonly origin?: string
    readonly size?: number
    /** What the log should not have signed, or somebody sent with a wrong proof: the note as it came. */
    readonly evidence?: string
  }
}

/** c2sp.org/tlog-witness gives the one for a conflict; the rest is for people. */
const CONTENT_TYPES = { size: 'text/x.tlog.size', text: 'text/plain; charset=utf-8' } as const

/**
 * Answers the body of an `add-checkpoint` request. A cosignature is made only after its checkpoint is on the disk.
 *
 * Faults are those of the machine, `clock/back` and `witness/state`; after each of them nothing was signed, and the next request is
 * decided by what the disk has.
 */
export async function addCheckpoint(
  deps: AddCheckpointDeps,
  body: Uint8Array,
): Promise<WitnessAnswer> {
  const recorded = decideAndRecord(deps, body)
  if ('contentType' in recorded) return recorded
  const { origin, size, text, cosignedAt } = recorded
  const cosignature = await cosignCheckpoint(deps.signer, text, cosignedAt)
  return {
    status: 200,
    contentType: CONTENT_TYPES.text,
    body: printSignatureLines([cosignature]),
    told: { origin, size },
  }
}

interface Recorded {
  readonly origin: string
  readonly size: number
  readonly text: string
  readonly cosignedAt: number
}

/**
 * tlog-witness: «checking the old size against the latest checkpoint and persisting the new checkpoint must be performed atomically».
 * Nothing is awaited here, so no other request comes between.
 */
function decideAndRecord(deps: AddCheckpointDeps, body: Uint8Array): Recorded | WitnessAnswer {
  const { logs, checkpoints } = deps
  const decision = nextWitnessState(
    {
      keysOf: (origin) => logs.get(origin),
      lastOf: (origin) => checkpoints.find(origin)?.checkpoint,
    },
    body,
  )
  if (decision.status !== 200) return refusal(decision, body)
  const { checkpoint, text } = decision
  const cosignedAt = nextCosignatureTime({
    now: deps.now(),
    newest: checkpoints.find(checkpoint.origin)?.cosignedAt ?? 0,
    isTrusted: deps.isClockTrusted,
  })
  const note = ownNote(logs.get(checkpoint.origin) ?? [], body)
  // The commit point. A crash before it leaves the checkpoint before, and nothing signed; after it the new one, which the log gets
  // cosigned when it asks again from its size.
  checkpoints.keep({ checkpoint, note, cosignedAt })
  return { origin: checkpoint.origin, size: checkpoint.size, text, cosignedAt }
}

/** The note with the signatures of `keys` alone, one each: what others have added to it may be of any length. */
function ownNote(keys: readonly NoteKey[], body: Uint8Array): string {
  const { text, signatures } = parseNote(Buffer.from(parseWitnessRequest(body).checkpoint))
  const own = keys.flatMap(
    (key) => signatures.find(({ name, keyId }) => name === key.name && keyId === key.id) ?? [],
  )
  return printNote({ text, signatures: own })
}

type Refusal = Exclude<WitnessDecision, { readonly status: 200 }>

function refusal(decision: Refusal, body: Uint8Array): WitnessAnswer {
  const { status, reason } = decision
  if (status === 409) {
    return {
      status,
      contentType: CONTENT_TYPES.size,
      body: printWitnessSize(decision.size),
      told: { reason, ...tellSigned(body, ({ oldSize }) => oldSize === decision.size) },
    }
  }
  return {
    status,
    contentType: CONTENT_TYPES.text,
    body: `${reason}\n`,
    told: { reason, ...(status === 422 && tellSigned(body, () => true)) },
  }
}

/** Of a request whose form and signature are right. A conflict at the witness's own size means two roots of it. */
function tellSigned(
  body: Uint8Array,
  isEvidence: (request: { readonly oldSize: number }) => boolean,
): Pick<WitnessAnswer['told'], 'origin' | 'size' | 'evidence'> {
  const request = parseWitnessRequest(body)
  const { text } = parseNote(Buffer.from(request.checkpoint))
  const { origin, size } = parseCheckpoint(text)
  return { origin, size, ...(isEvidence(request) && { evidence: request.checkpoint }) }
}
