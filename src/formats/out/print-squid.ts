import { EntryCursor, FORMAT_VERDICT, IS_IP, type Verdict } from './entry-cursor.ts'
import { printExportHeader } from './export-header.ts'
import { blockOnlyLoss, isBlock, omitted, rule, type Loss, type Rule } from './export-rules.ts'
import type { ExportSource, ExportSummary } from './export-source.ts'
import { NameTable } from './name-table.ts'
import { renderLines } from './render-lines.ts'

const COVERED: Verdict = FORMAT_VERDICT

/** The mark of a name that is written with its dot. */
const IS_WRITTEN = 1

/**
 * A file for Squid's `acl … dstdomain`: `.x` for a name and all below, `x` for the name alone. Nothing in it is covered by another
 * line: Squid refuses to start with some such pairs (`docs/spec/exports.md` §10). Memory grows with the `domain` entries.
 */
export function* printSquid(source: ExportSource): Generator<Uint8Array, ExportSummary> {
  const covering = coveringNames(source)
  return yield* renderLines(source, {
    rules: { name: squidRule, ip: () => omitted('ip'), url: () => omitted('url') },
    header: (summary) => printExportHeader('#', source, summary),
    refine: (entry) => refineCovered(entry, covering),
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

function coveringNames(source: ExportSource): NameTable {
  const names = new NameTable()
  const entries = new EntryCursor(source.lines())
  while (entries.next()) {
    if (entries.kinds >= IS_IP || !isBlock(entries.own) || !isBlock(entries.below)) continue
    names.mark(names.add(entries.bytes, entries.start, entries.end), IS_WRITTEN)
  }
  return names
}

function refineCovered(entry: EntryCursor, covering: NameTable): void {
  if (entry.kinds >= IS_IP) return
  if (covering.marksAbove(entry.bytes, entry.start, entry.end, IS_WRITTEN) === 0) return
  if (isBlock(entry.own)) entry.own = COVERED
  if (isBlock(entry.below)) entry.below = COVERED
}
