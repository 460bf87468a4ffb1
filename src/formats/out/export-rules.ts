import {
  DROP,
  IS_DOMAIN,
  IS_HOST,
  IS_IP,
  IS_SUBDOMAINS,
  NODATA,
  NXDOMAIN,
  PASSTHRU,
  REDIRECT,
  TCP_ONLY,
  VERDICTS,
  type EntryCursor,
  type Verdict,
} from './entry-cursor.ts'
import type { ExportReason } from './export-reason.ts'
import type { ExportSummary } from './export-source.ts'
import { lineTemplate, type LineTemplate } from './line-template.ts'

/** What a format makes of an entry: a pure table, asked once for each combination that occurs. */
export interface ExportRules {
  /** A name: what happens at it and what happens below it, `NOTHING` where the list says nothing. */
  readonly name: (own: Verdict, below: Verdict) => Rule
  readonly ip: (own: Verdict) => Rule
  readonly url: (own: Verdict) => Rule
}

export interface Rule {
  /** The lines, as a template (`line-template.ts`), or empty. */
  readonly text: string
  /** What the text does not say, or says otherwise, of the one half and of the other. */
  readonly own?: Loss
  readonly below?: Loss
}

export type Loss = { readonly omitted: ExportReason } | { readonly changed: ExportReason }

export function omitted(reason: ExportReason): Rule {
  return { text: '', own: { omitted: reason }, below: { omitted: reason } }
}

/** Whether a verdict keeps a name from being reached as it is. `tcp-only` does not: the second question, over TCP, is answered. */
export function isBlock(verdict: Verdict): boolean {
  return verdict === DROP || verdict === NODATA || verdict === NXDOMAIN || verdict === REDIRECT
}

/** The loss of a format that can only block, in one way, with no exceptions. */
export function blockOnlyLoss(verdict: Verdict): Loss | undefined {
  if (verdict === PASSTHRU) return { omitted: 'passthru' }
  if (verdict === TCP_ONLY) return { omitted: 'tcp-only' }
  if (verdict === REDIRECT) return { changed: 'unredirected' }
  return undefined
}

/** Without the halves that have no loss. */
export function rule(text: string, own?: Loss, below?: Loss): Rule {
  return { text, ...(own && { own }), ...(below && { below }) }
}

const NAME_RULES = VERDICTS * VERDICTS

/** The number of the rule for the entry: below `RULES`. */
export function ruleNumber(entry: EntryCursor): number {
  const { kinds, own } = entry
  if (kinds < IS_IP) return own * VERDICTS + entry.below
  return NAME_RULES + (kinds === IS_IP ? 0 : VERDICTS) + own
}

export const RULES = NAME_RULES + 2 * VERDICTS

export function ruleOf(rules: ExportRules, number: number): Rule {
  if (number < NAME_RULES) return rules.name(Math.floor(number / VERDICTS), number % VERDICTS)
  const own = (number - NAME_RULES) % VERDICTS
  return number < NAME_RULES + VERDICTS ? rules.ip(own) : rules.url(own)
}

/** The templates of `rules`, each made when it is first asked for. */
export class RuleTemplates {
  readonly #rules: ExportRules
  readonly #made: (LineTemplate | undefined)[] = new Array<undefined>(RULES).fill(undefined)

  constructor(rules: ExportRules) {
    this.#rules = rules
  }

  of(entry: EntryCursor): LineTemplate {
    const number = ruleNumber(entry)
    return (
      this.#made[number] ?? (this.#made[number] = lineTemplate(ruleOf(this.#rules, number).text))
    )
  }
}

/** How often each rule met each set of kinds: all a summary needs. */
export class RuleTally {
  readonly #counts = new Float64Array(RULES * 8)

  add(entry: EntryCursor): void {
    const at = ruleNumber(entry) * 8 + (entry.kinds & 7)
    this.#counts[at] = (this.#counts[at] as number) + 1
  }

  summary(rules: ExportRules): ExportSummary {
    const summary = { written: 0, omitted: {}, changed: {} }
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
    lines.push([...own, ...below])
  }
  if ((kinds & IS_HOST) !== 0) lines.push([found.own])
  if ((kinds & IS_SUBDOMAINS) !== 0) lines.push([found.below])
  return lines
}

interface Counts {
  written: number
  omitted: Partial<Record<ExportReason, number>>
  changed: Partial<Record<ExportReason, number>>
}

/** A line is omitted when none of its halves is said; one that lost a half only is changed. */
function countLosses(counts: Counts, losses: readonly (Loss | undefined)[], count: number): void {
  const first = losses[0]
  const isOmitted =
    losses.length > 0 && losses.every((loss) => loss !== undefined && 'omitted' in loss)
  if (isOmitted && first !== undefined && 'omitted' in first) {
    counts.omitted[first.omitted] = (counts.omitted[first.omitted] ?? 0) + count
    return
  }
  counts.written += count
  const reasons = losses.flatMap((loss) =>
    loss === undefined ? [] : (Object.values(loss) as ExportReason[]),
  )
  for (const reason of new Set(reasons)) {
    counts.changed[reason] = (counts.changed[reason] ?? 0) + count
  }
}

function sorted<T extends Readonly<Partial<Record<ExportReason, number>>>>(counts: T): T {
  const entries = Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries) as T
}
