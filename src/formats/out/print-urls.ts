import { isBlock, omitted, rule, type Rule } from './export-rules.ts'
import { TCP_ONLY, type Verdict } from './entry-cursor.ts'
import { printExportHeader } from './export-header.ts'
import type { ExportSource, ExportSummary } from './export-source.ts'
import { renderLines } from './render-lines.ts'

/** The URLs, one a line, as the list has them: no scheme, and `/*` behind a prefix. `docs/spec/exports.md` §9. */
export function* printUrls(source: ExportSource): Generator<Uint8Array, ExportSummary> {
  return yield* renderLines(source, {
    rules: { name: () => omitted('name'), ip: () => omitted('ip'), url: urlRule },
    header: (summary) => printExportHeader('#', source, summary),
  })
}

function urlRule(own: Verdict): Rule {
  if (isBlock(own)) return rule('{v}\n')
  return omitted(own === TCP_ONLY ? 'tcp-only' : 'passthru')
}
