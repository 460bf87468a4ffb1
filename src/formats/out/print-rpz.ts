import type { ListZone } from '../../core/list-definition.ts'
import { IS_IP, IS_URL, type EntryCursor } from './entry-cursor.ts'
import { printExportHeader } from './export-header.ts'
import type { ExportSource, ExportSummary } from './export-source.ts'
import { parseRedirectTarget } from './redirect-target.ts'
import { renderLines } from './render-lines.ts'
import { openRpzCoverage, type RpzCoverage } from './rpz-coverage.ts'
import {
  checkSteered,
  inheritedVerdict,
  refineIp,
  refineName,
  type OwnerLimits,
} from './rpz-owner.ts'
import { rpzBetween, rpzRules } from './rpz-rules.ts'
import { openSteering } from './rpz-steering.ts'
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
  const limits = { room: MAX_NAME_AND_ORIGIN - origin.length, redirect }
  const coverage = openRpzCoverage(source)
  const steered = proxy && openSteering(source, (entry) => checkSteered(entry, limits.room, proxy))
  return yield* renderLines(source, {
    rules: rpzRules(redirect, proxy),
    header: (summary) => printExportHeader(';', source, summary) + printApex(zone, origin, source),
    restart: () => {
      coverage?.restart()
      steered?.restart()
    },
    refine: (entry) => {
      if (entry.kinds === IS_URL) steered?.refine(entry)
      else if (entry.kinds === IS_IP) refineIp(entry, limits)
      else refineName(entry, limits, coverage)
    },
    ...(coverage?.hasBetween === true && {
      before: (entry: EntryCursor) => printBetween(entry, coverage, limits),
    }),
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

function printBetween(
  entry: EntryCursor,
  coverage: RpzCoverage,
  { redirect }: OwnerLimits,
): string {
  if (entry.kinds >= IS_IP) return ''
  return coverage
    .between(entry)
    .map(({ name, inherited }) => {
      const bytes = Buffer.from(name, 'latin1')
      const verdict = inheritedVerdict(bytes, 0, bytes.length, inherited, redirect)
      return rpzBetween(name, verdict, redirect)
    })
    .join('')
}
