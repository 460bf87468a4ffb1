import { PASSTHRU, REDIRECT, TCP_ONLY, type Verdict } from './entry-cursor.ts'
import { printExportHeader } from './export-header.ts'
import { isBlock, omitted, rule, type Loss, type Rule } from './export-rules.ts'
import type { ExportSource, ExportSummary } from './export-source.ts'
import { renderLines } from './render-lines.ts'

/**
 * Adblock rules as DNS filters read them (AdGuard Home and its kin): `||x^` the name and all below, `|x^` the name alone,
 * `||*.x^` all below, and with `@@` before it an exception. `docs/spec/exports.md` §6.
 */
export function* printAdblock(source: ExportSource): Generator<Uint8Array, ExportSummary> {
  return yield* renderLines(source, {
    rules: { name: adblockRule, ip: () => omitted('ip'), url: () => omitted('url') },
    header: (summary) => printExportHeader('!', source, summary),
  })
}

function adblockRule(own: Verdict, below: Verdict): Rule {
  const [ownSign, belowSign] = [sign(own), sign(below)]
  const text =
    ownSign !== null && ownSign === belowSign
      ? `${ownSign}||{v}^\n`
      : line(ownSign, '|{v}^') + line(belowSign, '||*.{v}^')
  return rule(text, loss(own), loss(below))
}

function sign(verdict: Verdict): '' | '@@' | null {
  if (verdict === PASSTHRU) return '@@'
  return isBlock(verdict) ? '' : null
}

function line(prefix: string | null, pattern: string): string {
  return prefix === null ? '' : `${prefix}${pattern}\n`
}

function loss(verdict: Verdict): Loss | undefined {
  if (verdict === TCP_ONLY) return { omitted: 'tcp-only' }
  return verdict === REDIRECT ? { changed: 'unredirected' } : undefined
}
