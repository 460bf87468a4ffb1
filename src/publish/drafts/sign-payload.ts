import { Fault } from '../../core/fault.ts'
import type { KeyRing } from '../ports.ts'
import { payloadOf, sha256Hex } from '../sign-metadata.ts'
import type { GivenSignature } from './draft.ts'
import type { PayloadFile } from './payload-file.ts'
import { partsOf, type PlannedPart } from './trust-plan.ts'

/** The keys of a ring that a file asks for, with the parts that each is to sign. Throws `key/unasked` where there is none. */
export function keysAsked(
  keys: Pick<KeyRing, 'all'>,
  file: PayloadFile,
): { readonly keyid: string; readonly part: PlannedPart }[] {
  const plan = { ...file, ...NOTHING_ELSE }
  const parts = partsOf({ root: file.before.root.signed }, plan)
  const held = keys.all().map(({ keyid }) => keyid)
  const asked = parts.flatMap((part) =>
    held
      .filter((keyid) => part.needs.some(({ keyids }) => keyids.includes(keyid)))
      .map((keyid) => ({ keyid, part })),
  )
  if (asked.length > 0) return asked
  const wanted = parts.flatMap(({ needs }) => needs.flatMap(({ keyids }) => keyids))
  throw new Fault(
    'key/unasked',
    `expected one of the keys ${[...new Set(wanted)].map((keyid) => keyid.slice(0, 16)).join(', ')}, got ${held.map((keyid) => keyid.slice(0, 16)).join(', ') || 'none'}: this file is for other holders`,
  )
}

/** Signs all that a file asks of these keys. Throws `key/unasked`, `draft/expired`, and what the keys throw. */
export async function signPayload(
  keys: Pick<KeyRing, 'all' | 'signer'>,
  file: PayloadFile,
  now: Date,
): Promise<GivenSignature[]> {
  for (const signed of [file.root, file.targets]) {
    if (signed === null || new Date(signed.expires) > now) continue
    throw new Fault(
      'draft/expired',
      `expected ${signed._type} to be valid for a while, got one that ends on ${signed.expires}: ask for a new draft, or set the clock of this machine right`,
    )
  }
  const signatures: GivenSignature[] = []
  for (const { keyid, part } of keysAsked(keys, file)) {
    const bytes = payloadOf(part.signed)
    const { sig } = await (await keys.signer(keyid)).sign(bytes)
    signatures.push({ keyid, payload: sha256Hex(bytes), sig })
  }
  return signatures
}

const NOTHING_ELSE = { lists: [], isSealed: false, acts: [], isForced: false, joins: false }
