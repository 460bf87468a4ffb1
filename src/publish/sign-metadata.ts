import { createHash } from 'node:crypto'
import { canonicalize } from '@tufjs/canonical-json'
import { Fault } from '../core/fault.ts'
import { printSortedJson } from '../core/sorted-json.ts'
import type { KeyRing, Signature, SignedMetadata } from './ports.ts'
import type { RoleKeys, Signed } from './tuf-metadata.ts'

/**
 * Signs one metadata file with every key of its roles that this host holds, and gives its bytes. More than one role is for root,
 * whose next version must satisfy the old keys and the new (TUF 1.0 §6.1). The same payload and keys give the same bytes. `given` are
 * signatures of keys elsewhere, verified by whoever took them; of those that nobody asked for none is used.
 *
 * Throws `signature/threshold` when the host holds too few keys for one of the roles, and what the keys throw.
 */
export async function signMetadata(
  keys: KeyRing,
  signed: Signed & { readonly version: number },
  by: { readonly role: string; readonly keys: readonly RoleKeys[] },
  given: readonly Signature[] = [],
): Promise<SignedMetadata> {
  const held = new Set(keys.all().map((key) => key.keyid))
  const there = new Map(given.map((signature) => [signature.keyid, signature]))
  for (const needed of by.keys)
    assertThreshold(by.role, needed, new Set([...held, ...there.keys()]))
  const payload = payloadOf(signed)
  const signatures: Signature[] = []
  for (const keyid of [...new Set(by.keys.flatMap((needed) => needed.keyids))].sort()) {
    const signature = there.get(keyid)
    if (signature !== undefined) signatures.push({ keyid, sig: signature.sig })
    else if (held.has(keyid)) signatures.push(await (await keys.signer(keyid)).sign(payload))
  }
  return {
    role: by.role,
    version: signed.version,
    bytes: Buffer.from(printSortedJson({ signatures, signed })),
    expiresAt: new Date(signed.expires),
  }
}

/** The bytes that are signed: OLPC's canonical JSON (TUF 1.0 §4.1). */
export function payloadOf(signed: Signed): Buffer {
  return Buffer.from(canonicalize(signed))
}

function assertThreshold(
  role: string,
  { keyids, threshold }: RoleKeys,
  held: ReadonlySet<string>,
): void {
  const count = keyids.filter((keyid) => held.has(keyid)).length
  if (count >= threshold) return
  throw new Fault(
    'signature/threshold',
    `expected ${threshold} of the keys of ${role} (${keyids.map((keyid) => keyid.slice(0, 8)).join(', ')}) to be on this host, got ${count}: bring the key files into keys/`,
  )
}

/** SHA-256 in lower-case hex. */
export function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
