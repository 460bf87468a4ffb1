import { openCoverage, type Coverage } from './coverage.ts'
import {
  FORMAT_VERDICT,
  IS_IP,
  NOTHING,
  PASSTHRU,
  REDIRECT,
  TCP_ONLY,
  type EntryCursor,
  type Verdict,
} from './entry-cursor.ts'
import { printExportHeader } from './export-header.ts'
import { isBlock, omitted, rule, type Loss, type Rule } from './export-rules.ts'
import type { ExportSource, ExportSummary } from './export-source.ts'
import { renderLines } from './render-lines.ts'

/** Of no effect, because a name above is excepted. */
const EXCEPTED: Verdict = FORMAT_VERDICT

/**
 * Adblock rules as DNS filters read them (AdGuard Home and its kin): `||x^` the name and all below, `|x^` the name alone,
 * `||*.x^` all below, and with `@@` before it an exception. `docs/spec/exports.md` §6.
 */
export function* printAdblock(source: ExportSource): Generator<Uint8Array, ExportSummary> {
  const coverage = openCoverage(source, exceptionBelow)
  return yield* renderLines(source, {
    rules: { name: adblockRule, ip: () => omitted('ip'), url: () => omitted('url') },
    header: (summary) => printExportHeader('!', source, summary),
    ...(coverage && {
      restart: () => coverage.restart(),
      refine: (entry) => refineExcepted(entry, coverage),
    }),
  })
}

function exceptionBelow({ below }: EntryCursor): Verdict {
  return below === PASSTHRU ? PASSTHRU : NOTHING
}

/** An exception wins over every block, however much nearer that is to the name. */
function refineExcepted(entry: EntryCursor, coverage: Coverage): void {
  if (entry.kinds >= IS_IP || coverage.inherited() === NOTHING) return
  if (isBlock(entry.own)) entry.own = EXCEPTED
  if (isBlock(entry.below)) entry.below = EXCEPTED
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
  if (verdict === EXCEPTED) return { omitted: 'excepted' }
  if (verdict === TCP_ONLY) return { omitted: 'tcp-only' }
  return verdict === REDIRECT ? { changed: 'unredirected' } : undefined
}
