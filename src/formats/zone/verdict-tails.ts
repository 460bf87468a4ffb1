import {
  DROP,
  NODATA,
  NXDOMAIN,
  PASSTHRU,
  REDIRECT,
  TCP_ONLY,
  VERDICTS,
  type Verdict,
} from '../out/entry-cursor.ts'
import type { RedirectTarget } from '../out/redirect-target.ts'
import type { ZoneRecipe } from './zone-recipe.ts'
import { APEX, concat, encodeName, encodeTail, TYPE } from './wire-record.ts'

/** A host of URLs that goes to the filtering proxy. */
export const STEER: Verdict = 7

/**
 * What stands behind an owner's labels in each of its records: the pointer to the zone, type, class, TTL and data. In canonical
 * order; a text stands between those of `before` and those of `after`.
 */
export interface Tails {
  readonly before: readonly Uint8Array[]
  readonly after: readonly Uint8Array[]
}

/** What each action is in a zone. `docs/spec/rpz.md` §3. */
const CNAME_TARGETS: readonly (readonly [Verdict, string])[] = [
  [DROP, 'rpz-drop'],
  [NODATA, '*'],
  [NXDOMAIN, ''],
  [PASSTHRU, 'rpz-passthru'],
  [TCP_ONLY, 'rpz-tcp-only'],
]

/** The tails of each verdict, by its number. */
export function verdictTails({ zone, redirect, proxy }: ZoneRecipe): readonly Tails[] {
  const none: Tails = { before: [], after: [] }
  const tails = new Array<Tails>(VERDICTS).fill(none)
  for (const [verdict, target] of CNAME_TARGETS) tails[verdict] = toName(target, zone.ttl)
  // A redirection with nowhere to go stays a block; «no data» is what its other types get anyhow.
  tails[REDIRECT] = redirect === null ? toName('*', zone.ttl) : toTarget(redirect, zone.ttl)
  if (proxy !== null) tails[STEER] = toTarget(proxy, zone.ttl)
  return tails
}

function toTarget({ name, v4, v6 }: RedirectTarget, ttl: number): Tails {
  if (name !== null) return toName(name, ttl)
  return {
    before: addressTails(TYPE.A, ttl, v4.map(encodeIPv4)),
    after: addressTails(TYPE.AAAA, ttl, v6.map(encodeIPv6)),
  }
}

function toName(name: string, ttl: number): Tails {
  return { before: [concat(APEX, encodeTail(TYPE.CNAME, ttl, encodeName(name)))], after: [] }
}

/** Sorted, and each address once: no record may stand twice. */
function addressTails(type: number, ttl: number, addresses: readonly Uint8Array[]): Uint8Array[] {
  const known = new Map(addresses.map((address) => [address.join('.'), address]))
  const sorted = [...known.values()].sort((a, b) => {
    const at = a.findIndex((byte, i) => byte !== b[i])
    return (a[at] ?? 0) - (b[at] ?? 0)
  })
  return sorted.map((address) => concat(APEX, encodeTail(type, ttl, address)))
}

function encodeIPv4(text: string): Uint8Array {
  return Uint8Array.from(text.split('.').map(Number))
}

/** `text` is canonical: hex groups, `::` at most once. */
function encodeIPv6(text: string): Uint8Array {
  const [head = [], tail = []] = text
    .split('::')
    .map((part) => (part === '' ? [] : part.split(':')))
  const zeros = new Array<string>(8 - head.length - tail.length).fill('0')
  return Uint8Array.from(
    [...head, ...zeros, ...tail].flatMap((group) => {
      const number = Number.parseInt(group, 16)
      return [number >> 8, number & 0xff]
    }),
  )
}
