import { verify } from 'node:crypto'
import { Fault } from '../../core/fault.ts'
import { ed25519Key } from '../../core/minisign.ts'
import type { AuthorityRoles } from '../authority-roles.ts'
import { payloadsOf, type Draft, type GivenSignature } from './draft.ts'
import type { PlannedPart } from './trust-plan.ts'

interface Asked {
  readonly roles: Pick<AuthorityRoles, 'root'>
  readonly draft: Draft
  readonly parts: readonly PlannedPart[]
}

/** Throws `key/unasked` where the key is none that the payload asks for, `signature/invalid` where its signature is wrong. */
export function verifyGiven({ roles, draft, parts }: Asked, given: GivenSignature): void {
  const { keyid, sig, payload } = given
  const found = payloadsOf(draft).get(payload)
  const part = parts.find(({ role }) => role === found?.role)
  const isAsked = part?.needs.some(({ keyids }) => keyids.includes(keyid)) ?? false
  const key = draft.plan.root?.keys[keyid] ?? roles.root.keys[keyid]
  if (found === undefined || !isAsked || key === undefined) {
    throw new Fault(
      'key/unasked',
      `expected a signature by a key of ${found?.role ?? 'a role'}, got one by ${keyid}: another key of that holder may be the one`,
    )
  }
  if (isSignature(key.keyval.public, found.bytes, sig)) return
  throw new Fault(
    'signature/invalid',
    `expected the signature by ${keyid.slice(0, 16)} to be of the ${found.role} of draft ${draft.id}, got another one: the file was altered; ask for it again`,
  )
}

/** Whether `sig`, in hex, is an Ed25519 signature of `bytes`. */
export function isSignature(publicHex: string, bytes: Uint8Array, sig: string): boolean {
  if (!/^[0-9a-f]{128}$/.test(sig)) return false
  return verify(null, bytes, ed25519Key(Buffer.from(publicHex, 'hex')), Buffer.from(sig, 'hex'))
}
