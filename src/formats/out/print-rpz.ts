import type { ListZone } from '../../core/list-definition.ts'
import { IS_IP, IS_URL, NOTHING, REDIRECT, type EntryCursor, type Verdict } from './entry-cursor.ts'
import { printExportHeader } from './export-header.ts'
import type { ExportSource, ExportSummary } from './export-source.ts'
import { isHostName } from './host-name.ts'
import { parseRedirectTarget, type RedirectTarget } from './redirect-target.ts'
import { renderLines } from './render-lines.ts'
import { rpzIpOwner } from './rpz-ip-owner.ts'
import { rpzRules } from './rpz-rules.ts'
import { openSteering } from './rpz-steering.ts'
import { NO_HOST_NAME, REFERENCED_REDIRECT, TOO_LONG, UNSTEERED } from './rpz-verdicts.ts'
import { parseZoneName } from './zone-name.ts'

/** Stands in where neither the list's definition nor the reader names a zone. */
const DEFAULT_ZONE: ListZone = {
  origin: 'rpz.invalid',
  ttl: 300,
  refresh: 300,
  retry: 60,
  // Long: BIND unloads the policy of a zone that expired, and then blocks nothing.
  expire: 2_419_200,
  zonemd: false,
}

/** RFC 1035 §2.3.4: 255 octets on the wire, less the root and the first length octet of the name and of the origin. */
const MAX_NAME_AND_ORIGIN = 252

/**
 * A response policy zone, for BIND, Unbound, PowerDNS Recursor and Knot Resolver: `docs/spec/rpz.md`. No owner has the same record
 * twice, nor a CNAME beside another record.
 */
export function* printRpz(source: ExportSource): Generator<Uint8Array, ExportSummary> {
  const { action, steering } = source.definition
  const zone = source.definition.zone ?? DEFAULT_ZONE
  const origin = parseZoneName(source.zone ?? zone.origin)
  const redirect = parseRedirectTarget(action.type === 'redirect' ? action.to : [])
  const proxy = parseRedirectTarget(steering?.to ?? [])
  const room = MAX_NAME_AND_ORIGIN - origin.length
  const steered = proxy && openSteering(source, (entry) => checkSteered(entry, room, proxy))
  return yield* renderLines(source, {
    rules: rpzRules(redirect, proxy),
    header: (summary) => printExportHeader(';', source, summary) + printApex(zone, origin, source),
    ...(steered && { restart: steered.restart }),
    refine: (entry) => {
      if (entry.kinds === IS_URL) steered?.refine(entry)
      else if (entry.kinds === IS_IP) refineIp(entry, redirect)
      else refineName(entry, room, redirect)
    },
  })
}

/** `localhost.`: an NS of the zone's own would need an address there, and every owner in here is a rule for that name. */
function printApex(zone: ListZone, origin: string, source: ExportSource): string {
  const { ttl, refresh, retry, expire } = zone
  const timers = `${refresh} ${retry} ${expire} ${ttl}`
  return (
    `$TTL ${ttl}\n$ORIGIN ${origin}.\n` +
    `@ SOA localhost. hostmaster.localhost. ${source.serial} ${timers}\n@ NS localhost.\n`
  )
}

function refineName(entry: EntryCursor, room: number, redirect: RedirectTarget | null): void {
  const length = entry.end - entry.start
  // `*.` needs two octets more.
  if (length + 2 > room && entry.below !== NOTHING) entry.below = TOO_LONG
  if (length > room && entry.own !== NOTHING) entry.own = TOO_LONG
  if (entry.own !== REDIRECT && entry.below !== REDIRECT) return
  if (redirect === null || redirect.name !== null) return
  const isHost = isHostName(entry.bytes, entry.start, entry.end)
  if (entry.own === REDIRECT) entry.own = redirectVerdict(entry, isHost, entry.ownLine)
  if (entry.below === REDIRECT) entry.below = redirectVerdict(entry, isHost, entry.belowLine)
}

function redirectVerdict(entry: EntryCursor, isHost: boolean, line: number): Verdict {
  if (!isHost) return NO_HOST_NAME
  return hasReference(entry.block, line) ? REFERENCED_REDIRECT : REDIRECT
}

/** Whether the line that ends at `lf` has a reference: its last field is not `-`. */
function hasReference(block: Uint8Array, lf: number): boolean {
  return block[lf - 1] !== 0x2d || block[lf - 2] !== 0x09
}

function refineIp(entry: EntryCursor, redirect: RedirectTarget | null): void {
  const value = Buffer.from(entry.bytes.subarray(entry.start, entry.end)).toString('latin1')
  entry.bytes = Buffer.from(rpzIpOwner(value), 'latin1')
  entry.start = 0
  entry.end = entry.bytes.length
  if (entry.own === REDIRECT && redirect !== null && redirect.name === null) {
    entry.own = redirectVerdict(entry, true, entry.ownLine)
  }
}

function checkSteered(entry: EntryCursor, room: number, proxy: RedirectTarget): Verdict {
  if (entry.end - entry.start > room) return TOO_LONG
  if (proxy.name !== null || isHostName(entry.bytes, entry.start, entry.end)) return NOTHING
  return UNSTEERED
}
