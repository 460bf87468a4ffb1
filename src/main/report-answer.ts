import type { Command } from 'commander'
import { actingPerson } from './acting-person.ts'
import { withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { printJson } from './print-table.ts'
import { rejectReports, withdrawReports } from './reports/answer-reports.ts'

export interface AnswerOptions {
  readonly reason?: string
  readonly json?: boolean
}

/** `report reject`. */
export async function rejectReported(
  ids: readonly string[],
  options: AnswerOptions,
  command: Command,
): Promise<void> {
  await answer({ answer: rejectReports, done: 'rejected' }, { ids, options, command })
}

/** `report withdraw`. */
export async function withdrawReported(
  ids: readonly string[],
  options: AnswerOptions,
  command: Command,
): Promise<void> {
  await answer({ answer: withdrawReports, done: 'withdrawn' }, { ids, options, command })
}

interface Asked {
  readonly ids: readonly string[]
  readonly options: AnswerOptions
  readonly command: Command
}

async function answer(
  way: { readonly answer: typeof rejectReports; readonly done: string },
  { ids, options, command }: Asked,
): Promise<void> {
  const { data, actor } = globalOptions(command)
  await withStore(
    data,
    (store) => {
      const handing = { store, person: actingPerson(store, actor), at: new Date() }
      const answered = way.answer(handing, { ids, text: options.reason ?? '' })
      process.stdout.write(
        options.json === true
          ? printJson(answered)
          : `${answered.list}: ${answered.reports.join(', ')} ${way.done}\n`,
      )
    },
    { actor },
  )
}
