import { FORMAT_VERDICT, IS_URL, TCP_ONLY, type EntryCursor, type Verdict } from './entry-cursor.ts'
import { printExportHeader } from './export-header.ts'
import { isBlock, omitted, rule, type Rule } from './export-rules.ts'
import type { ExportSource, ExportSummary } from './export-source.ts'
import { renderLines } from './render-lines.ts'
import { MAX_URL_REGEX, printUrlRegex } from './url-regex.ts'

const TOO_LONG: Verdict = FORMAT_VERDICT

/** A file for Squid's `acl … url_regex`: one anchored expression for each URL. `docs/spec/exports.md` §11. */
export function* printSquidUrls(source: ExportSource): Generator<Uint8Array, ExportSummary> {
  return yield* renderLines(source, {
    rules: { name: () => omitted('name'), ip: () => omitted('ip'), url: urlRule },
    header: (summary) => printExportHeader('#', source, summary),
    refine: refineUrl,
  })
}

function urlRule(own: Verdict): Rule {
  if (isBlock(own)) return rule('{v}\n')
  if (own === TOO_LONG) return omitted('too-long')
  return omitted(own === TCP_ONLY ? 'tcp-only' : 'passthru')
}

function refineUrl(entry: EntryCursor): void {
  if (entry.kinds !== IS_URL || !isBlock(entry.own)) return
  const value = Buffer.from(entry.bytes.subarray(entry.start, entry.end)).toString('latin1')
  entry.bytes = Buffer.from(printUrlRegex(value), 'latin1')
  entry.start = 0
  entry.end = entry.bytes.length
  if (entry.end > MAX_URL_REGEX) entry.own = TOO_LONG
}
