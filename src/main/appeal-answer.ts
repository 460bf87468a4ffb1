import type { Command } from 'commander'
import type { AppealView } from '../console/ports/appeals.ts'
import { withAppeals } from './appeals/with-appeals.ts'
import { printAppeal } from './appeals/print-appeal.ts'
import { printJson } from './print-table.ts'
import { exitCodeOf, printOutcome } from './proposals/outcome.ts'

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
  { note: isNote = false, text, list, json }: AnswerOptions,
  command: Command,
): Promise<void> {
  print(await withAppeals(command, (appeals) => appeals.answer({ id, text, list, isNote })), json)
}

/** `appeal refuse`. */
export async function refuse(
  id: string,
  { text, list, json }: AnswerOptions,
  command: Command,
): Promise<void> {
  print(await withAppeals(command, (appeals) => appeals.refuse({ id, text, list })), json)
}

/** `appeal accept`. */
export async function accept(
  id: string,
  { text, list, value: values, json }: AcceptOptions,
  command: Command,
): Promise<void> {
  const asked = { id, text, list, ...(values !== undefined && { values }) }
  const { appeal, outcome } = await withAppeals(command, (appeals) => appeals.accept(asked))
  if (json !== true) process.stdout.write(printOutcome(outcome))
  print(appeal, json)
  process.exitCode = exitCodeOf(outcome)
}

function print(told: AppealView, json = false): void {
  process.stdout.write(json ? printJson(told) : printAppeal(told))
}
