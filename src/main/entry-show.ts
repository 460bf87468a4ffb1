import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import { printSuggestion } from '../core/nearest.ts'
import { heldAt, type Moment } from '../curation/tell-story.ts'
import type { StoredList } from '../store/list-store.ts'
import type { Store } from '../store/open-store.ts'
import { viewAct } from './console/view-proposal.ts'
import { findList, withStore } from './find-list.ts'
import { findPublication } from './find-publication.ts'
import { globalOptions } from './global-options.ts'
import { neighbours } from './neighbours.ts'
import { printJson, printTime } from './print-table.ts'
import { printStory } from './proposals/print-story.ts'
import { tellEntry, type ShownDecision, type WholeStay } from './tell-entry.ts'

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
  const moment = options.at === undefined ? null : parseMoment(options.at)
  await withStore(globalOptions(command).data, (store) => {
    const list = options.list === undefined ? null : findList(store, options.list)
    // A serial that there never was has no entries to tell of.
    if (list !== null && moment !== null && 'serial' in moment) {
      findPublication(store, list, String(moment.serial))
    }
    const { keys, stays } = tellEntry(store, value, {
      isWanted: (id) => options.list === undefined || id === options.list,
    })
    const told = stays.filter((stay) => moment === null || heldAt(stay, moment))
    if (told.length === 0) {
      const meant = keys[0]?.value ?? value
      // What has been listed at another time was not misspelt.
      const hint = stays.length > 0 ? '' : hintOf(store, list, meant)
      throw notListed(meant, hint, options)
    }
    process.stdout.write(
      options.json === true
        ? printJson({ value, stays: told.map(publicStay) })
        : told.map(printStay).join('\n'),
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

/** Without what means nothing outside the database. */
function publicStay(stay: WholeStay): object {
  return { ...stay, rowId: undefined, listRowId: undefined }
}

function hintOf(store: Store, list: StoredList | null, value: string): string {
  const lists = list === null ? store.lists.all() : [list]
  return printSuggestion(value, new Set(lists.flatMap((one) => [...neighbours(store, one, value)])))
}

function notListed(value: string, hint: string, options: ShowOptions): Fault {
  const where = options.list === undefined ? 'any list' : JSON.stringify(options.list)
  const when = options.at === undefined ? 'is or was' : `at ${options.at} was`
  return new Fault(
    'entry/not-found',
    `expected a value that ${when} listed on ${where}, or covered there, got ${JSON.stringify(value)}${hint}`,
  )
}

function printStay({ list, entry, since, until, added, retired }: WholeStay): string {
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

function printDecision(what: string, decision: ShownDecision): string[] {
  const { id, decidedBy, decidedAt, reason, legalBasis, evidence, source, reviewOn } = decision
  const { expiresOn, urgent, override, proposal } = decision
  return [
    `  ${what} by ${decidedBy}, ${printTime(decidedAt)}, decision ${id}${urgent ? ', urgent' : ''}: ${reason}`,
    ...(legalBasis === '' ? [] : [`    legal basis: ${legalBasis}`]),
    ...(evidence === '' ? [] : [`    evidence: ${evidence}`]),
    ...(override === null ? [] : [`    override: ${override}`]),
    ...(proposal === null
      ? []
      : printStory(proposal.acts.map(viewAct)).map((line) => `    ${line}`)),
    ...(source === null ? [] : [`    from ${source.name}, SHA-256 ${source.sha256}`]),
    ...(reviewOn === null ? [] : [`    review on ${reviewOn}`]),
    ...(expiresOn === null ? [] : [`    expires on ${expiresOn}`]),
  ]
}
