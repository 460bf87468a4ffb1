import type { EntryKind, EntryValue } from './entry.ts'
import { Fault } from './fault.ts'

/** RFC 1035 §2.3.4: octets of a name on the wire, with its length octets and the root's. */
export const MAX_WIRE_NAME = 255

// The longest owners there are: `32.255.255.255.255.rpz-ip` and `127.` + eight groups of four + `rpz-ip`.
const MAX_IPV4_OWNER = 25
const MAX_IPV6_OWNER = 50
const WILDCARD = 2

/**
 * Whether the longest record made of an entry below `origin` (without a trailing dot) is a legal name.
 * A zone with a name that is not is refused as a whole by some resolvers and read in part by others.
 */
export function fitsZone(value: EntryValue, kind: EntryKind, origin: string): boolean {
  // The wire form of a name has two octets more than its text; the root's is shared.
  return ownerLength(value, kind) + 1 + (origin.length + 2) <= MAX_WIRE_NAME
}

/** As `fitsZone`, but throws `name/invalid`. */
export function assertFitsZone(value: EntryValue, kind: EntryKind, origin: string): void {
  if (fitsZone(value, kind, origin)) return
  const room = MAX_WIRE_NAME - 3 - origin.length
  throw new Fault(
    'name/invalid',
    `expected at most ${room} octets below the zone ${JSON.stringify(origin)}, got ${ownerLength(value, kind)} for the ${kind} ${JSON.stringify(value)}`,
  )
}

function ownerLength(value: EntryValue, kind: EntryKind): number {
  switch (kind) {
    case 'host':
      return value.length
    case 'domain':
    case 'subdomains':
      return value.length + WILDCARD
    case 'ip':
      return value.includes(':') ? MAX_IPV6_OWNER : MAX_IPV4_OWNER
    case 'url':
      // What steering writes is the host's record.
      return value.search(/[:/]/)
  }
}
