import type { Command } from 'commander'
import { printAppealId } from '../core/appeal.ts'
import { Fault } from '../core/fault.ts'
import { mayAct } from '../curation/may-act.ts'
import { answerAppeal, type AppealAnswer } from './appeals/answer-appeal.ts'
import { acceptAppeal, refuseAppeal } from './appeals/end-appeal.ts'
import { findAppeal, type FoundAppeal } from './appeals/find-appeal.ts'
import { printAppeal } from './appeals/print-appeal.ts'
import { viewAppeal } from './console/view-appeal.ts'
import { withStore } from './find-list.ts'
import { globalOptions, type GlobalOptions } from './global-options.ts'
import { printJson } from './print-table.ts'
import type { Store } from '../store/open-store.ts'
import type { Deciding } from './proposals/deciding.ts'
import { openDeciding } from './proposals/open-deciding.ts'
import { exitCodeOf, printOutcome } from './proposals/outcome.ts'
import { publishSettled } from './proposals/publish-decided.ts'

export interface AnswerOptions {
  readonly text: string
  readonly list?: string
  readonly note?: boolean
  readonly json?: boolean
}

export interface AcceptOptions extends AnswerOptions {
  readonly value?: readonly string[]
}

/** `appeal answer`. */
export async function writeAnswer(
  id: string,
  options: AnswerOptions,
  command: Command,
): Promise<void> {
  await acting({ id, options, command }, (deciding, found) => {
    answerAppeal(
      deciding,
      options.note === true ? 'noted' : 'answered',
      answerTo(deciding, found, options),
    )
    return ''
  })
}

/** `appeal refuse`. */
export async function refuse(id: string, options: AnswerOptions, command: Command): Promise<void> {
  await acting({ id, options, command }, (deciding, found) => {
    refuseAppeal(deciding, answerTo(deciding, found, options))
    return ''
  })
}

/** `appeal accept`. */
export async function accept(id: string, options: AcceptOptions, command: Command): Promise<void> {
  await acting({ id, options, command }, async (deciding, found, { data, actor }) => {
    const answer = answerTo(deciding, found, options)
    const { list } = answer
    if (list === null) throw new Fault('usage/invalid', 'expected --list, got none')
    const entries = wantedOf(found, list, options.value)
    const outcome = acceptAppeal(deciding, { ...answer, list, entries })
    await publishSettled({ data, store: deciding.store, actor }, outcome)
    process.exitCode = exitCodeOf(outcome)
    return printOutcome(outcome)
  })
}

interface Asked {
  readonly id: string
  readonly options: AnswerOptions
  readonly command: Command
}

type Act = (
  deciding: Deciding,
  found: FoundAppeal,
  options: GlobalOptions,
) => string | Promise<string>

async function acting({ id, options, command }: Asked, act: Act): Promise<void> {
  const global = globalOptions(command)
  const { data, actor } = global
  await withStore(
    data,
    async (store: Store) => {
      const deciding = openDeciding({ data, store }, actor)
      const find = (): FoundAppeal => store.read(() => findAppeal(store, deciding.person, id))
      const said = await act(deciding, find(), global)
      const told = viewAppeal(find(), deciding.person, deciding.at)
      process.stdout.write(options.json === true ? printJson(told) : said + printAppeal(told))
    },
    { actor },
  )
}

/** For the list that was named, or else the only one that has an entry which fits; for none where none has. */
function answerTo(
  { person }: Deciding,
  { appeal, acts, matches }: FoundAppeal,
  options: AnswerOptions,
): AppealAnswer {
  const { text } = options
  const lists = matches.filter(({ retiredBy }) => retiredBy === null).map(({ list }) => list)
  // Of those alone for which whoever answers may: others are not to be known of.
  const fitting = new Set(lists.filter((list) => mayAct(person, 'answer-appeal', list).allowed))
  const [only = null] = fitting
  if (options.list === undefined && fitting.size > 1) {
    throw new Fault(
      'usage/invalid',
      `expected --list with one of ${[...fitting].join(', ')}, got none`,
    )
  }
  return { id: printAppealId(appeal.id), seen: acts.length, list: options.list ?? only, text }
}

function wantedOf(
  { matches }: FoundAppeal,
  list: string,
  values: readonly string[] | undefined,
): { value: string; kind?: string }[] {
  if (values !== undefined) return values.map((value) => ({ value }))
  return matches
    .filter((row) => row.list === list && row.retiredBy === null)
    .map(({ entry: { value, kind } }) => ({ value, kind }))
}
