import {
  DROP,
  IS_IP,
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
