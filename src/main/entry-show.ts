import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import { heldAt, type Moment } from '../curation/tell-story.ts'
import type { ToldOrigin, ToldStay } from './entry-deeds.ts'
import { withEntries } from './with-entries.ts'
import { printJson, printTime } from './print-table.ts'
import { printStory } from './proposals/print-story.ts'

export interface ShowOptions {
  readonly list?: string
  readonly at?: string
  readonly json?: boolean
}

/** `entry show`: every stay of a value, and of the entries that cover it, with the decisions behind it. */
export async function showEntry(
  value: string,
  options: ShowOptions,
  command: Command,
): Promise<void> {
  const { list, json } = options
  const moment = options.at === undefined ? null : parseMoment(options.at)
  await withEntries(command, async (entries) => {
    // A serial that there never was has no entries to tell of.
    if (list !== undefined && moment !== null && 'serial' in moment) {
      await entries.assertPublished(list, moment.serial)
    }
    const { meant, stays, hint } = await entries.stays(value, list)
    const told = stays.filter((stay) => moment === null || heldAt(stay, moment))
    if (told.length === 0) throw notListed(meant ?? value, hint, options)
    process.stdout.write(
      json === true ? printJson({ value, stays: told }) : told.map(printStay).join('\n'),
    )
  })
}

/** A serial, a day (its end, in UTC) or a time. Throws `usage/invalid`. */
export function parseMoment(text: string): Moment {
  if (/^\d{1,10}$/.test(text)) return { serial: Number(text) }
  const at = new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T23:59:59.999Z` : text)
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(at.getTime())) return { at }
  throw new Fault(
    'usage/invalid',
    `expected a serial, or a time such as 2030-01-31 or 2030-01-31T12:00:00Z, for --at, got ${JSON.stringify(text)}`,
  )
}

function notListed(value: string, hint: string, options: ShowOptions): Fault {
  const where = options.list === undefined ? 'any list' : JSON.stringify(options.list)
  const when = options.at === undefined ? 'is or was' : `at ${options.at} was`
  return new Fault(
    'entry/not-found',
    `expected a value that ${when} listed on ${where}, or covered there, got ${JSON.stringify(value)}${hint}`,
  )
}

function printStay({ list, entry, since, until, added, retired }: ToldStay): string {
  const { value, kind, action, category, reference } = entry
  const from =
    since === null ? 'never published' : `since serial ${since.serial}, ${printTime(since.at)}`
  const to = until === null ? '' : `, until serial ${until.serial}, ${printTime(until.at)}`
  return [
    `${value} (${kind}, ${action}) on ${list}: ${from}${to}`,
    ...(category === '' ? [] : [`  category ${category}`]),
    ...(reference === '' ? [] : [`  reference ${reference}`]),
    ...(added === null ? [] : printDecision('added', added)),
    ...(retired === null ? [] : printDecision('retired', retired)),
    '',
  ].join('\n')
}

function printDecision(what: string, decision: ToldOrigin): string[] {
  const { id, decidedBy, decidedAt, reason, legalBasis, evidence, source, reviewOn } = decision
  const { expiresOn, urgent, override, proposal } = decision
  return [
    `  ${what} by ${decidedBy}, ${printTime(decidedAt)}, decision ${id}${urgent ? ', urgent' : ''}: ${reason}`,
    ...(legalBasis === '' ? [] : [`    legal basis: ${legalBasis}`]),
    ...(evidence === '' ? [] : [`    evidence: ${evidence}`]),
    ...(override === null ? [] : [`    override: ${override}`]),
    ...(proposal === null ? [] : printStory(proposal.acts).map((line) => `    ${line}`)),
    ...(source === null ? [] : [`    from ${source.name}, SHA-256 ${source.sha256}`]),
    ...(reviewOn === null ? [] : [`    review on ${reviewOn}`]),
    ...(expiresOn === null ? [] : [`    expires on ${expiresOn}`]),
  ]
}
