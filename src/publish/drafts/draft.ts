import { createHash } from 'node:crypto'
import { Fault } from '../../core/fault.ts'
import { LOG_POLICY_TARGET } from '../../core/layout.ts'
import { printSortedJson } from '../../core/sorted-json.ts'
import { payloadOf, sha256Hex } from '../sign-metadata.ts'
import type { Signature } from '../ports.ts'
import { partsOf, type TrustPlan } from './trust-plan.ts'
import { parseOwnMetadata } from '../tuf-metadata.ts'

/** A signature of a key elsewhere. */
export interface GivenSignature extends Signature {
  /** SHA-256 of the payload that it is over. */
  readonly payload: string
}

/** A plan that waits for signatures which this host can't give. Nothing of it is signed here before the others have. */
export interface Draft {
  /** 16 hex digits, made of what is to be signed. */
  readonly id: string
  readonly draftedAt: Date
  readonly plan: TrustPlan
  /** The metadata files that it follows, as texts. */
  readonly before: { readonly root: string; readonly targets: string }
  readonly signatures: readonly GivenSignature[]
}

const FORMAT = 'bailiwick-draft/1'

/** A draft without signatures. */
export function makeDraft({
  draftedAt,
  plan,
  before,
}: Pick<Draft, 'draftedAt' | 'plan' | 'before'>): Draft {
  return { id: draftId(plan), draftedAt, plan, before, signatures: [] }
}

/** The id of a draft with these parts (`docs/spec/keys.md` §6). */
export function draftId({ root, targets }: Pick<TrustPlan, 'root' | 'targets'>): string {
  const payloads = [root, targets].flatMap((signed) => (signed === null ? [] : payloadOf(signed)))
  const hash = createHash('sha256')
  for (const payload of payloads) hash.update(createHash('sha256').update(payload).digest())
  return hash.digest('hex').slice(0, 16)
}

/** The payloads of a draft, by their SHA-256. */
export function payloadsOf(draft: Pick<Draft, 'plan' | 'before'>): Map<string, DraftPayload> {
  const root = parseOwnMetadata(Buffer.from(draft.before.root), 'root')
  const parts = partsOf({ root }, draft.plan)
  return new Map(
    parts.map(({ role, signed }) => {
      const bytes = payloadOf(signed)
      return [sha256Hex(bytes), { role, bytes }]
    }),
  )
}

export interface DraftPayload {
  readonly role: 'root' | 'targets'
  readonly bytes: Buffer
}

/** A draft as its file has it; written and read by this program alone. */
export function printDraft(draft: Draft): Buffer {
  const file = { format: FORMAT, ...draft, draftedAt: draft.draftedAt.toISOString() }
  return Buffer.from(`${printSortedJson(file)}\n`)
}

/** Throws `draft/invalid` for a file that is damaged. */
export function parseDraft(name: string, bytes: Uint8Array): Draft {
  try {
    const { format, ...file } = JSON.parse(Buffer.from(bytes).toString()) as DraftFile
    const draft = { ...file, draftedAt: new Date(file.draftedAt) }
    // Its name is made of what is to be signed: a file that was edited doesn't bear it any more.
    const isWhole = format === FORMAT && draft.id === name && makeDraft(draft).id === name
    if (isWhole && hasNamedPolicy(draft.plan)) return draft
  } catch (cause) {
    if (!(cause instanceof SyntaxError) && !(cause instanceof TypeError)) throw cause
    throw damaged(name, cause)
  }
  throw damaged(name)
}

/** A policy that targets don't name would stop the log when it is committed. */
function hasNamedPolicy({ policy, targets }: TrustPlan): boolean {
  if (policy === null) return true
  return targets?.targets[LOG_POLICY_TARGET]?.hashes.sha256 === sha256Hex(Buffer.from(policy))
}

interface DraftFile extends Omit<Draft, 'draftedAt'> {
  readonly format: string
  readonly draftedAt: string
}

function damaged(name: string, cause?: Error): Fault {
  return new Fault(
    'draft/invalid',
    `expected the draft ${JSON.stringify(name)} to be what was drafted, got a damaged file: drop it, and draft the change again`,
    { cause },
  )
}
