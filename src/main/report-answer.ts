import type { Command } from 'commander'
import { printJson } from './print-table.ts'
import { withReports } from './reports/with-reports.ts'

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
  await answer('reject', { ids, options, command })
}

/** `report withdraw`. */
export async function withdrawReported(
  ids: readonly string[],
  options: AnswerOptions,
  command: Command,
): Promise<void> {
  await answer('withdraw', { ids, options, command })
}

interface Asked {
  readonly ids: readonly string[]
  readonly options: AnswerOptions
  readonly command: Command
}

const DONE = { reject: 'rejected', withdraw: 'withdrawn' } as const

async function answer(verb: keyof typeof DONE, { ids, options, command }: Asked): Promise<void> {
  const { list, reports } = await withReports(command, (deeds) =>
    deeds[verb]({ ids, text: options.reason ?? '' }),
  )
  process.stdout.write(
    options.json === true
      ? printJson({ list, reports })
      : `${list}: ${reports.join(', ')} ${DONE[verb]}\n`,
  )
}
