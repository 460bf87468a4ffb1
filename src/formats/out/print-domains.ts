import type { Verdict } from './entry-cursor.ts'
import { printExportHeader } from './export-header.ts'
import { blockOnlyLoss, isBlock, omitted, rule, type Rule } from './export-rules.ts'
import type { ExportSource, ExportSummary } from './export-source.ts'
import { renderLines } from './render-lines.ts'

/** Names, one a line: `x` for a domain or a host, `*.x` for all below x alone. `docs/spec/exports.md` §5. */
export function* printDomains(source: ExportSource): Generator<Uint8Array, ExportSummary> {
  return yield* renderLines(source, {
    rules: { name: domainsRule, ip: () => omitted('ip'), url: () => omitted('url') },
    header: (summary) => printExportHeader('#', source, summary),
  })
}

function domainsRule(own: Verdict, below: Verdict): Rule {
  const belowLoss = blockOnlyLoss(below)
  if (!isBlock(own)) {
    return rule(isBlock(below) ? '*.{v}\n' : '', blockOnlyLoss(own), belowLoss)
  }
  const ownLoss = isBlock(below) ? blockOnlyLoss(own) : ({ changed: 'host' } as const)
  return rule('{v}\n', ownLoss, belowLoss)
}
