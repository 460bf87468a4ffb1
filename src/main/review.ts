import { InvalidArgumentError, Option, type Command } from 'commander'
import { REVIEW_CAUSES, REVIEW_OUTCOMES } from '../core/review.ts'
import { addTokenOptions } from './global-options.ts'
import type { AskOptions } from './review-ask.ts'
import type { DoneOptions } from './review-done.ts'
import type { ListReviewsOptions } from './review-ls.ts'
import type { RegistrationsOptions } from './review-registrations.ts'
import { parseNumber } from './parse-number.ts'

/** Each verb's work is in a file of its own, which is loaded when it runs. */
export function register(program: Command): void {
  const review = program
    .command('review')
    .description('what should be looked at again (docs/review.md)')
  registerList(review)
  registerShow(review)
  registerDone(review)
  registerAsk(review)
  registerRegistrations(review)
  registerRun(review)
}

function registerList(review: Command): void {
  addTokenOptions(review.command('ls'))
    .description('reviews; open ones by the day that they are due')
    .option('--open', 'those alone that wait')
    .option('--list <list>', 'of this list alone')
    .addOption(new Option('--cause <cause>', 'of this cause alone').choices(REVIEW_CAUSES))
    .option('--limit <n>', 'at most so many', parseNumber, 50)
    .option('--before <id>', 'older than this one', parseNumber)
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick review ls --open --list phishing')
    .action(async (options: ListReviewsOptions, command: Command) => {
      const { listReviews } = await import('./review-ls.ts')
      await listReviews(options, command)
    })
}

function registerShow(review: Command): void {
  addTokenOptions(review.command('show <id>'))
    .description('one review: what it is about, and what was done')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick review show 17')
    .action(async (id: string, options: { readonly json?: boolean }, command: Command) => {
      const { showReview } = await import('./review-show.ts')
      await showReview(parseNumber(id), options, command)
    })
}

function registerDone(review: Command): void {
  addTokenOptions(review.command('done <id>'))
    .description('end a review with what was found, which takes effect at once')
    .addOption(
      new Option('--outcome <outcome>', 'what was found')
        .choices(REVIEW_OUTCOMES)
        .makeOptionMandatory(),
    )
    .requiredOption('--reason <text>', 'why; kept, never published', parseReason)
    .option('--review-on <day>', 'kept, extended: when to look again; default: as for a new entry')
    .option('--expires-on <day>', 'extended: when it ends now; default: as for a new entry')
    .option('--json', 'print what was done as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  bailiwick review done 17 --outcome extended --reason "still serves the kit, seen today"',
    )
    .action(async (id: string, options: DoneOptions, command: Command) => {
      const { endReview } = await import('./review-done.ts')
      await endReview(parseNumber(id), options, command)
    })
}

function registerAsk(review: Command): void {
  addTokenOptions(review.command('ask <list> <value>'))
    .description('ask that somebody look at an entry again')
    .requiredOption('--reason <text>', 'why; kept, never published', parseReason)
    .option('--json', 'print what was opened as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  bailiwick review ask phishing bad.example --reason "its owner wrote, ticket 17"',
    )
    .action(async (list: string, value: string, options: AskOptions, command: Command) => {
      const { askReview } = await import('./review-ask.ts')
      await askReview(list, value, options, command)
    })
}

function registerRegistrations(review: Command): void {
  review
    .command('registrations <file>')
    .description('open reviews for entries whose domain was registered after they were listed')
    .option('--list <list>', 'of this list alone')
    .option('--json', 'print what was read and opened as JSON')
    .addHelpText(
      'after',
      '\nThe file has a line DOMAIN,YYYY-MM-DD for each domain.\n\nExample:\n  bailiwick review registrations registered.csv',
    )
    .action(async (file: string, options: RegistrationsOptions, command: Command) => {
      const { reviewRegistrations } = await import('./review-registrations.ts')
      await reviewRegistrations(file, options, command)
    })
}

function registerRun(review: Command): void {
  review
    .command('run')
    .description('open what is due and lapse what has ended, as «serve» does by itself')
    .option('--json', 'print what was done as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick review run')
    .action(async (options: { readonly json?: boolean }, command: Command) => {
      const { runReviewsOnce } = await import('./review-run.ts')
      await runReviewsOnce(options, command)
    })
}

function parseReason(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('expected a reason, got nothing.')
  return text
}
