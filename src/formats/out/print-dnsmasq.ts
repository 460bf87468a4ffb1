import {
  FORMAT_VERDICT,
  IS_IP,
  NOTHING,
  NXDOMAIN,
  PASSTHRU,
  TCP_ONLY,
  type EntryCursor,
  type Verdict,
} from './entry-cursor.ts'
import { printExportHeader } from './export-header.ts'
import { isBlock, omitted, rule, type Loss, type Rule } from './export-rules.ts'
import type { ExportSource, ExportSummary } from './export-source.ts'
import { openCoverage, type Coverage } from './coverage.ts'
import { renderLines } from './render-lines.ts'
import { hasSingleNames } from './single-names.ts'

/** What happens below a name of which the list says nothing there: what the nearest listed name above says. */
const BLOCKED_FROM_ABOVE: Verdict = FORMAT_VERDICT

/**
 * `server=` lines, which both `conf-file` and `servers-file` take; only the latter is read again on SIGHUP. dnsmasq asks the line
 * with the longest matching name. `docs/spec/exports.md` §7.
 */
export function* printDnsmasq(source: ExportSource): Generator<Uint8Array, ExportSummary> {
  // Only for a name alone it matters what is above it.
  const coverage = hasSingleNames(source) ? openCoverage(source, ({ below }) => below) : null
  return yield* renderLines(source, {
    rules: { name: dnsmasqRule, ip: () => omitted('ip'), url: () => omitted('url') },
    header: (summary) => printExportHeader('#', source, summary),
    ...(coverage && {
      restart: () => coverage.restart(),
      refine: (entry) => refineSingle(entry, coverage),
    }),
  })
}

function dnsmasqRule(own: Verdict, below: Verdict): Rule {
  const [ownLine, belowLine] = [serverLine('{v}', own), serverLine('*.{v}', below)]
  const [ownLoss, belowLoss] = [loss(own), loss(below)]
  if (below === BLOCKED_FROM_ABOVE) {
    if (isBlock(own)) return rule('', { omitted: 'covered' })
    return rule(ownLine && ownLine + serverLine('*.{v}', NXDOMAIN), ownLoss)
  }
  // `server=/x/` alone holds below x, too: a block of x alone hands back what is below it.
  if (isBlock(own) && !isBlock(below))
    return rule(`${ownLine}server=/*.{v}/#\n`, ownLoss, belowLoss)
  const isSame = isBlock(own) === isBlock(below) && ownLine !== '' && belowLine !== ''
  return rule(isSame ? ownLine : ownLine + belowLine, ownLoss, belowLoss)
}

function serverLine(name: string, verdict: Verdict): string {
  if (isBlock(verdict)) return `server=/${name}/\n`
  return verdict === PASSTHRU ? `server=/${name}/#\n` : ''
}

function loss(verdict: Verdict): Loss | undefined {
  if (verdict === TCP_ONLY) return { omitted: 'tcp-only' }
  return isBlock(verdict) && verdict !== NXDOMAIN ? { changed: 'nxdomain' } : undefined
}

function refineSingle(entry: EntryCursor, coverage: Coverage): void {
  if (entry.kinds >= IS_IP) return
  const inherited = coverage.inherited()
  if (entry.below === NOTHING && isBlock(inherited)) entry.below = BLOCKED_FROM_ABOVE
}
