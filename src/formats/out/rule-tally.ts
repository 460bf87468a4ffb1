import { IS_DOMAIN, IS_HOST, IS_SUBDOMAINS, type EntryCursor } from './entry-cursor.ts'
import type { ExportReason } from './export-reason.ts'
import {
  ruleNumber,
  ruleOf,
  RULES,
  type ExportRules,
  type Loss,
  type Rule,
} from './export-rules.ts'
import type { ExportSummary } from './export-source.ts'

/** How often each rule met each set of kinds: all a summary needs. */
export class RuleTally {
  readonly #counts = new Float64Array(RULES * 8)

  add(entry: EntryCursor): void {
    const at = ruleNumber(entry) * 8 + (entry.kinds & 7)
    this.#counts[at] = (this.#counts[at] ?? 0) + 1
  }

  summary(rules: ExportRules): ExportSummary {
    const summary: Counts = { written: 0, omitted: {}, changed: {} }
    this.#counts.forEach((count, at) => {
      if (count === 0) return
      const found = ruleOf(rules, Math.floor(at / 8))
      for (const losses of lossesOfLines(found, at % 8)) countLosses(summary, losses, count)
    })
    return {
      written: summary.written,
      omitted: sorted(summary.omitted),
      changed: sorted(summary.changed),
    }
  }
}

/** For each line behind a value the losses of the halves that it decides; no kinds stand for one `ip` or `url` line. */
function lossesOfLines(found: Rule, kinds: number): (Loss | undefined)[][] {
  if (kinds === 0) return [[found.own]]
  const lines: (Loss | undefined)[][] = []
  if ((kinds & IS_DOMAIN) !== 0) {
    const own = (kinds & IS_HOST) === 0 ? [found.own] : []
    const below = (kinds & IS_SUBDOMAINS) === 0 ? [found.below] : []
    const decided = [...own, ...below]
    // One that decides nothing shares the lot of those that do: without a line for its name it is in no line either.
    const isSaid = decided.length > 0 || found.text !== ''
    lines.push(isSaid ? decided : [found.own, found.below])
  }
  if ((kinds & IS_HOST) !== 0) lines.push([found.own])
  if ((kinds & IS_SUBDOMAINS) !== 0) lines.push([found.below])
  return lines
}

type ByReason = Partial<Record<ExportReason, number>>

interface Counts {
  written: number
  readonly omitted: ByReason
  readonly changed: ByReason
}

/** A line is omitted when none of its halves is said; one that lost a half only is changed. */
function countLosses(counts: Counts, losses: readonly (Loss | undefined)[], count: number): void {
  const lost = losses.filter((loss) => loss !== undefined)
  const [first] = lost
  if (first !== undefined && lost.length === losses.length && lost.every(isOmitted)) {
    add(counts.omitted, reasonOf(first), count)
    return
  }
  counts.written += count
  for (const reason of new Set(lost.map(reasonOf))) add(counts.changed, reason, count)
}

function isOmitted(loss: Loss): boolean {
  return 'omitted' in loss
}

function reasonOf(loss: Loss): ExportReason {
  return 'omitted' in loss ? loss.omitted : loss.changed
}

function add(counts: ByReason, reason: ExportReason, count: number): void {
  counts[reason] = (counts[reason] ?? 0) + count
}

function sorted(counts: ByReason): ByReason {
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)))
}
