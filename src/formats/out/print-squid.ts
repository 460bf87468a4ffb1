import { FORMAT_VERDICT, IS_IP, NOTHING, type EntryCursor, type Verdict } from './entry-cursor.ts'
import { printExportHeader } from './export-header.ts'
import { blockOnlyLoss, isBlock, omitted, rule, type Loss, type Rule } from './export-rules.ts'
import type { ExportSource, ExportSummary } from './export-source.ts'
import { openCoverage, type Coverage } from './coverage.ts'
import { renderLines } from './render-lines.ts'

const COVERED: Verdict = FORMAT_VERDICT

/**
 * A file for Squid's `acl … dstdomain`: `.x` for a name and all below, `x` for the name alone. Nothing in it is covered by another
 * line: Squid refuses to start with some such pairs (`docs/spec/exports.md` §10).
 */
export function* printSquid(source: ExportSource): Generator<Uint8Array, ExportSummary> {
  const coverage = openCoverage(source, writtenWithDot)
  return yield* renderLines(source, {
    rules: { name: squidRule, ip: () => omitted('ip'), url: () => omitted('url') },
    header: (summary) => printExportHeader('#', source, summary),
    ...(coverage && {
      restart: () => coverage.restart(),
      refine: (entry) => refineCovered(entry, coverage),
    }),
  })
}

function squidRule(own: Verdict, below: Verdict): Rule {
  if (!isBlock(own))
    return rule('', loss(own), isBlock(below) ? { omitted: 'subdomains' } : loss(below))
  return rule(isBlock(below) ? '.{v}\n' : '{v}\n', loss(own), loss(below))
}

function loss(verdict: Verdict): Loss | undefined {
  return verdict === COVERED ? { omitted: 'covered' } : blockOnlyLoss(verdict)
}

/** Only what is written with its dot covers: not a `subdomains` entry, nor a name with an exception of its own. */
function writtenWithDot(entry: EntryCursor): Verdict {
  return isBlock(entry.own) && isBlock(entry.below) ? COVERED : NOTHING
}

function refineCovered(entry: EntryCursor, coverage: Coverage): void {
  if (entry.kinds >= IS_IP || coverage.inherited() === NOTHING) return
  if (isBlock(entry.own)) entry.own = COVERED
  if (isBlock(entry.below)) entry.below = COVERED
}
