import { NOTHING, REDIRECT, type EntryCursor, type Verdict } from './entry-cursor.ts'
import { isHostName } from './host-name.ts'
import type { RedirectTarget } from './redirect-target.ts'
import type { RpzCoverage } from './rpz-coverage.ts'
import { rpzIpOwner } from './rpz-ip-owner.ts'
import { COVERED, NO_HOST_NAME, REFERENCED_REDIRECT, TOO_LONG, UNSTEERED } from './rpz-verdicts.ts'

/** What decides on an owner beside the list itself. */
export interface OwnerLimits {
  /** How many octets a name may have as text, to stand below the zone's origin. */
  readonly room: number
  readonly redirect: RedirectTarget | null
}

/** The last word on a name: left out if covered, else with both halves where it stands below a wildcard, as far as they fit. */
export function refineName(
  entry: EntryCursor,
  limits: OwnerLimits,
  coverage: RpzCoverage | null,
): void {
  const inherited = coverage === null ? NOTHING : coverage.inherited()
  if (coverage !== null && inherited !== NOTHING && coverage.isCovered(entry, inherited)) {
    if (entry.own !== NOTHING) entry.own = COVERED
    if (entry.below !== NOTHING) entry.below = COVERED
    return
  }
  if (entry.own === REDIRECT || entry.below === REDIRECT) refineRedirect(entry, limits)
  if (inherited !== NOTHING) inherit(entry, inherited, limits)
  refineLength(entry, limits.room)
}

function refineRedirect(entry: EntryCursor, { redirect }: OwnerLimits): void {
  if (!isToAddresses(redirect)) return
  const isHost = isHostName(entry.bytes, entry.start, entry.end)
  if (entry.own === REDIRECT) entry.own = redirectVerdict(entry, isHost, entry.ownLine)
  if (entry.below === REDIRECT) entry.below = redirectVerdict(entry, isHost, entry.belowLine)
}

function isToAddresses(redirect: RedirectTarget | null): boolean {
  return redirect !== null && redirect.name === null
}

function redirectVerdict(entry: EntryCursor, isHost: boolean, line: number): Verdict {
  if (!isHost) return NO_HOST_NAME
  return hasReference(entry.block, line) ? REFERENCED_REDIRECT : REDIRECT
}

/** Whether the line that ends at `lf` has a reference: its last field is not `-`. */
function hasReference(block: Uint8Array, lf: number): boolean {
  return block[lf - 1] !== 0x2d || block[lf - 2] !== 0x09
}

/** Gives the halves of which the list says nothing what a wildcard above would have given them. */
function inherit(entry: EntryCursor, inherited: Verdict, { redirect }: OwnerLimits): void {
  const verdict = inheritedVerdict(entry.bytes, entry.start, entry.end, inherited, redirect)
  if (entry.own === NOTHING) entry.own = verdict
  if (entry.below === NOTHING) entry.below = verdict
}

/** `inherited` at that name: without a reference, which is another entry's, and without addresses where none may stand. */
// eslint-disable-next-line max-params -- spans instead of views, as everywhere that bytes are names
export function inheritedVerdict(
  bytes: Uint8Array,
  start: number,
  end: number,
  inherited: Verdict,
  redirect: RedirectTarget | null,
): Verdict {
  if (inherited !== REDIRECT || !isToAddresses(redirect)) return inherited
  return isHostName(bytes, start, end) ? REDIRECT : NO_HOST_NAME
}

function refineLength(entry: EntryCursor, room: number): void {
  const length = entry.end - entry.start
  // `*.` needs two octets more.
  if (length + 2 > room && entry.below !== NOTHING) entry.below = TOO_LONG
  if (length > room && entry.own !== NOTHING) entry.own = TOO_LONG
}

/** Puts the owner of an `ip` entry in the place of its value. */
export function refineIp(entry: EntryCursor, { redirect }: OwnerLimits): void {
  const value = Buffer.from(entry.bytes.subarray(entry.start, entry.end)).toString('latin1')
  if (entry.own === REDIRECT && isToAddresses(redirect)) {
    entry.own = redirectVerdict(entry, true, entry.ownLine)
  }
  entry.bytes = Buffer.from(rpzIpOwner(value), 'latin1')
  entry.start = 0
  entry.end = entry.bytes.length
}

/** What keeps the host that is the entry's value from a record that sends it to `proxy`, or `NOTHING`. */
export function checkSteered(entry: EntryCursor, room: number, proxy: RedirectTarget): Verdict {
  if (entry.end - entry.start > room) return TOO_LONG
  if (proxy.name !== null || isHostName(entry.bytes, entry.start, entry.end)) return NOTHING
  return UNSTEERED
}
