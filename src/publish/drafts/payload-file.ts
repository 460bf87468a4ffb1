import type { PublishStore } from '../ports.ts'
import { isObject } from '../../core/event.ts'
import { LOG_POLICY_TARGET } from '../../core/layout.ts'
import { sha256Hex, payloadOf } from '../sign-metadata.ts'
import type { RootSigned, TargetsSigned } from '../tuf-metadata.ts'
import { invalid, isHex, parseCanonicalFile, printCanonicalFile } from './canonical-file.ts'
import { draftId, type Draft } from './draft.ts'
import { MAX_TITLE_LENGTH, partsOf, type TrustPlan } from './trust-plan.ts'
import { isCanonical, readRoot, readTargets } from './read-signed.ts'
import { isSignature } from './verify-given.ts'

/** What a holder is handed (`docs/spec/keys.md` §6): what is to be signed, and what it follows. */
const FORMAT = 'bailiwick-payload/1'

const ABOUT = {
  what: 'a file to be signed',
  format: FORMAT,
  members: ['authority', 'before', 'draft', 'payloads', 'policy', 'title'],
}

/** A draft as its holders get it. */
export interface PayloadFile extends Pick<TrustPlan, 'title' | 'root' | 'targets' | 'policy'> {
  /** SHA-256 of the authority's first root: the fingerprint that everybody knows it by. */
  readonly authority: string
  readonly draft: string
  readonly before: {
    readonly root: MetadataBefore<RootSigned>
    readonly targets: MetadataBefore<TargetsSigned>
  }
}

export interface MetadataBefore<T> {
  readonly signed: T
  /** SHA-256 of the file: what was written down when it was signed. */
  readonly sha256: string
}

export function printPayloadFile(
  { metadata }: Pick<PublishStore, 'metadata'>,
  draft: Draft,
): string {
  const { plan, before, id } = draft
  const root = readRoot(signedOf(before.root))
  const payloads = partsOf({ root }, plan).map(({ role, signed }) => {
    return { role, payload: payloadOf(signed).toString() }
  })
  const authority = sha256Hex(metadata.find('root', 1)?.bytes ?? Buffer.alloc(0))
  const { title, policy } = plan
  return printCanonicalFile({
    format: FORMAT,
    authority,
    before,
    draft: id,
    payloads,
    policy,
    title,
  })
}

/**
 * From a host that may be somebody else's by now: nothing of it is believed but what follows from the signatures of the metadata before.
 * Throws `draft/invalid`.
 */
export function parsePayloadFile(bytes: Uint8Array): PayloadFile {
  const { authority, before, draft, payloads, policy, title } = parseCanonicalFile(bytes, ABOUT)
  if (!isHex(authority, 32) || !isHex(draft, 8) || !isTitle(title) || !isBefore(before)) {
    throw invalid(`expected ${ABOUT.what} to say of which authority and draft it is, got none`)
  }
  const root = readRoot(signedOf(before.root))
  assertSignedBy(before.root, root, 'root')
  const targets = readTargets(signedOf(before.targets))
  assertSignedBy(before.targets, root, 'targets')
  assertFirst(authority, before.root, root)
  const parts = readPayloads(payloads)
  assertNext(parts.root, root)
  assertNext(parts.targets, targets)
  assertPolicy(targets, parts.targets, policy)
  assertOwnId(draft, parts)
  return {
    ...{ authority, draft, title, ...parts, policy },
    before: {
      root: { signed: root, sha256: sha256Hex(Buffer.from(String(before.root))) },
      targets: { signed: targets, sha256: sha256Hex(Buffer.from(String(before.targets))) },
    },
  }
}

function readPayloads(payloads: unknown): Pick<PayloadFile, 'root' | 'targets'> {
  const found = new Map<string, unknown>()
  if (!Array.isArray(payloads)) throw invalid('expected payloads, got none')
  for (const one of payloads as unknown[]) {
    const { role, payload, ...more } = isObject(one) ? one : {}
    const isKnown = (role === 'root' && found.size === 0) || role === 'targets'
    if (typeof payload !== 'string' || !isKnown || found.has(role) || hasMembers(more)) {
      throw invalid(
        'expected a payload of root, of targets, or one of each, root first, got another',
      )
    }
    const signed = parse(payload)
    // What is signed are these bytes: with another text of the same value readers would find the signature wrong.
    if (!isCanonical(payload, signed)) {
      throw invalid(`expected the canonical bytes of ${role}, got a text that was changed`)
    }
    found.set(role, signed)
  }
  if (found.size === 0) throw invalid('expected payloads, got none')
  return {
    root: found.has('root') ? readRoot(found.get('root')) : null,
    targets: found.has('targets') ? readTargets(found.get('targets')) : null,
  }
}

/** Of the first root the fingerprint is known; of a later one it can't be seen from the file. */
function assertFirst(authority: string, text: unknown, { version }: RootSigned): void {
  if (version > 1 || sha256Hex(Buffer.from(String(text))) === authority) return
  throw invalid(
    'expected the authority to be that of the first root, which is in the file, got another',
  )
}

/** Drafts are told apart by their ids, which holders read to each other. */
function assertOwnId(
  draft: string,
  { root, targets }: Pick<PayloadFile, 'root' | 'targets'>,
): void {
  const id = draftId({ root, targets })
  if (draft === id) return
  throw invalid(`expected the draft ${id}, which is made of its payloads, got ${draft}`)
}

function assertNext(
  next: RootSigned | TargetsSigned | null,
  before: RootSigned | TargetsSigned,
): void {
  if (next === null || next.version === before.version + 1) return
  throw invalid(
    `expected version ${before.version + 1} of ${next._type}, which follows the one in the file, got ${next.version}`,
  )
}

/** Holders are shown the policy that targets name, to its last line, wherever that isn't the one of before. */
function assertPolicy(
  before: TargetsSigned,
  targets: TargetsSigned | null,
  policy: unknown,
): asserts policy is string | null {
  const named = targets?.targets[LOG_POLICY_TARGET]
  if (policy === null) {
    const old = before.targets[LOG_POLICY_TARGET]
    if (named === undefined || named.hashes.sha256 === old?.hashes.sha256) return
    throw invalid('expected the policy that the targets name anew, got none')
  }
  const bytes = Buffer.from(typeof policy === 'string' ? policy : '')
  if (sha256Hex(bytes) !== named?.hashes.sha256 || bytes.length !== named.length) {
    throw invalid('expected the policy that the targets name, got another')
  }
}

function assertSignedBy(text: unknown, root: RootSigned, role: 'root' | 'targets'): void {
  const file = parse(String(text))
  const { signed, signatures } = isObject(file) ? file : {}
  const payload = payloadOf(signed as RootSigned)
  const { keyids, threshold } = root.roles[role]
  const good = new Set(
    (Array.isArray(signatures) ? (signatures as unknown[]) : []).flatMap((one) => {
      const { keyid, sig } = isObject(one) ? one : {}
      if (typeof keyid !== 'string' || typeof sig !== 'string' || !keyids.includes(keyid)) return []
      return isSignature(root.keys[keyid]?.keyval.public ?? '', payload, sig) ? [keyid] : []
    }),
  )
  if (good.size >= threshold) return
  throw invalid(
    `expected the ${role} before to be signed by its keys, got ${good.size} of ${threshold}`,
  )
}

function isBefore(value: unknown): value is { readonly root: unknown; readonly targets: unknown } {
  return isObject(value) && Object.keys(value).join() === 'root,targets'
}

function hasMembers(value: object): boolean {
  return Object.keys(value).length > 0
}

function signedOf(text: unknown): unknown {
  const file = typeof text === 'string' ? parse(text) : null
  return isObject(file) ? file['signed'] : null
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw invalid('expected metadata in JSON, got something else', cause)
  }
}

/** Shown on a terminal: one short line of no more than letters, digits and signs, in which nothing stands apart as if it were another line. */
function isTitle(title: unknown): title is string {
  return (
    typeof title === 'string' &&
    title.length <= MAX_TITLE_LENGTH &&
    !/[\p{C}\p{Zl}\p{Zp}]|\p{Zs}{2}/u.test(title)
  )
}
