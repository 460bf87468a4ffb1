import { openCoverage, type Coverage } from './coverage.ts'
import {
  DROP,
  FORMAT_VERDICT,
  IS_IP,
  NODATA,
  NOTHING,
  NXDOMAIN,
  PASSTHRU,
  REDIRECT,
  TCP_ONLY,
  type EntryCursor,
  type Verdict,
} from './entry-cursor.ts'
import { printExportHeader } from './export-header.ts'
import { isBlock, omitted, rule, type Loss, type Rule } from './export-rules.ts'
import type { ExportSource, ExportSummary } from './export-source.ts'
import { parseRedirectTarget, type RedirectTarget } from './redirect-target.ts'
import { renderLines } from './render-lines.ts'
import { hasSingleNames } from './single-names.ts'

/** Blocked by a zone above. */
const COVERED: Verdict = FORMAT_VERDICT

const ZONE_TYPES = new Map<Verdict, string>([
  [DROP, 'always_deny'],
  [NODATA, 'always_nodata'],
  [NXDOMAIN, 'always_nxdomain'],
  // Not `always_transparent`, which ignores the data of names below it.
  [PASSTHRU, 'transparent'],
])

/**
 * `local-zone` and `local-data` for Unbound's `include:`. A local zone always holds for all below its name, so a name alone becomes
 * local data outside any zone, which answers at that name only. `docs/spec/exports.md` §8.
 */
export function* printUnbound(source: ExportSource): Generator<Uint8Array, ExportSummary> {
  const { action } = source.definition
  const target = parseRedirectTarget(action.type === 'redirect' ? action.to : [])
  const coverage = hasSingleNames(source) ? openCoverage(source, zoneType) : null
  return yield* renderLines(source, {
    rules: {
      name: (own, below) => unboundRule(own, below, target),
      ip: () => omitted('ip'),
      url: () => omitted('url'),
    },
    header: (summary) => `${printExportHeader('#', source, summary)}server:\n`,
    ...(coverage && {
      restart: () => coverage.restart(),
      refine: (entry) => refineCovered(entry, coverage),
    }),
  })
}

/** The zone that is written for a name, by what it does to the names below. */
function zoneType({ own, below }: EntryCursor): Verdict {
  if (below === PASSTHRU) return own === NOTHING ? NOTHING : PASSTHRU
  return isBlock(own) && isBlock(below) ? below : NOTHING
}

/** Zones that block ignore the data of names below, and Unbound does not start with such data in a `redirect` zone. */
function refineCovered(entry: EntryCursor, coverage: Coverage): void {
  if (entry.kinds >= IS_IP) return
  const isBlocked = isBlock(coverage.inherited())
  if (isBlocked && isBlock(entry.own) && zoneType(entry) === NOTHING) entry.own = COVERED
}

function unboundRule(own: Verdict, below: Verdict, target: RedirectTarget | null): Rule {
  if (isBlock(below) && isBlock(own)) {
    const mixed: Loss | undefined = own === below ? undefined : { changed: 'mixed' }
    return rule(zone(below, target), mixed ?? zoneLoss(below, target), zoneLoss(below, target))
  }
  if (below === PASSTHRU) return belowPassthru(own, target)
  const belowLoss = lossBelow(below)
  if (isBlock(own)) return rule(data(own, target), dataLoss(own, target), belowLoss)
  if (own === COVERED) return rule('', { omitted: 'covered' }, belowLoss)
  return rule('', lossOfNoBlock(own), belowLoss)
}

/** A transparent zone frees all below its name; where the name itself is blocked, by data of its own. */
function belowPassthru(own: Verdict, target: RedirectTarget | null): Rule {
  if (isBlock(own)) {
    return rule(zone(PASSTHRU, target) + data(own, target), dataLoss(own, target))
  }
  if (own === NOTHING) return omitted('passthru')
  return rule(zone(PASSTHRU, target), own === PASSTHRU ? undefined : lossOfNoBlock(own))
}

function zone(verdict: Verdict, target: RedirectTarget | null): string {
  if (verdict !== REDIRECT || target === null) {
    return `local-zone: "{v}." ${ZONE_TYPES.get(verdict) ?? 'always_nodata'}\n`
  }
  const cname = target.name === null ? '' : `local-data: "{v}. CNAME ${target.name}."\n`
  return `local-zone: "{v}." redirect\n${cname}${addressData(target)}`
}

function zoneLoss(verdict: Verdict, target: RedirectTarget | null): Loss | undefined {
  return verdict === REDIRECT && target === null ? { changed: 'nodata' } : undefined
}

/** A name with any data has no data of the other types: TXT with the reference is «no data» for all who ask for an address. */
function data(own: Verdict, target: RedirectTarget | null): string {
  if (own === REDIRECT && target !== null && target.name === null) return addressData(target)
  return `local-data: '{v}. TXT "{r}"'\n`
}

function dataLoss(own: Verdict, target: RedirectTarget | null): Loss | undefined {
  const isExact = own === NODATA || (own === REDIRECT && target !== null && target.name === null)
  return isExact ? undefined : { changed: 'nodata' }
}

function addressData(target: RedirectTarget): string {
  const v4 = target.v4.map((address) => `local-data: "{v}. A ${address}"\n`)
  const v6 = target.v6.map((address) => `local-data: "{v}. AAAA ${address}"\n`)
  return [...v4, ...v6].join('')
}

function lossBelow(below: Verdict): Loss | undefined {
  if (isBlock(below)) return { omitted: 'subdomains' }
  return lossOfNoBlock(below)
}

function lossOfNoBlock(verdict: Verdict): Loss | undefined {
  if (verdict === NOTHING) return undefined
  return { omitted: verdict === TCP_ONLY ? 'tcp-only' : 'passthru' }
}
