import { InvalidArgumentError, type Command } from 'commander'
import type { ProposalTerms } from '../../core/proposal.ts'

/** What can be said of everything that is proposed. */
export interface TermOptions {
  readonly reason: string
  readonly basis?: string
  readonly evidence?: string
  readonly evidenceSha256?: string
  readonly category?: string
  readonly reference?: string
  readonly urgent?: boolean
  readonly acknowledge?: readonly string[]
  readonly override?: string
}

/** The terms that the options say. */
export function termsOf(
  options: TermOptions,
  more: Pick<ProposalTerms, 'reference' | 'category'> &
    Partial<Pick<ProposalTerms, 'source' | 'shrinkReason'>>,
): ProposalTerms {
  return {
    reason: options.reason,
    legalBasis: options.basis ?? '',
    evidence: options.evidence ?? '',
    evidenceSha256: options.evidenceSha256 ?? '',
    urgent: options.urgent ?? false,
    source: null,
    shrinkReason: null,
    ...more,
  }
}

/** What the options say, as it is proposed: nothing of what each kind of proposal has of its own. */
export function saidTerms(options: TermOptions): Omit<TermOptions, 'category' | 'reference'> {
  const { basis, evidence, evidenceSha256, urgent, acknowledge, override } = options
  return {
    reason: options.reason,
    ...(basis !== undefined && { basis }),
    ...(evidence !== undefined && { evidence }),
    ...(evidenceSha256 !== undefined && { evidenceSha256 }),
    ...(urgent !== undefined && { urgent }),
    ...(acknowledge !== undefined && { acknowledge }),
    ...(override !== undefined && { override }),
  }
}

/** Adds the options that every proposal has, but `--category`, `--reference` and `--urgent`. */
export function addTermOptions(command: Command): Command {
  return command
    .requiredOption('--reason <text>', 'why; kept, never published', parseReason)
    .option('--basis <text>', "legal basis; default: the list's")
    .option('--evidence <text>', 'where the evidence lies; kept, never published')
    .option('--evidence-sha256 <hex>', 'SHA-256 of the evidence')
    .option('--acknowledge <codes>', 'warnings that were seen, by code', parseCodes)
}

/** Adds `--override`, of what guards may stop. */
export function addOverrideOption(command: Command): Command {
  return command.option(
    '--override <reason>',
    'list it although a guard stops it; from the first user on «decision override» does that',
    parseReason,
  )
}

/** It will stand in the history for ever; nothing at all explains nothing. */
export function parseReason(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('expected a reason, got nothing.')
  return text
}

/** Codes with commas between them. */
export function parseCodes(text: string): readonly string[] {
  return text
    .split(',')
    .map((code) => code.trim())
    .filter((code) => code !== '')
}
