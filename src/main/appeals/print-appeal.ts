import type { AppealActView, AppealView } from '../../console/ports/appeals.ts'
import { printTime } from '../print-table.ts'

/** One appeal in a few lines. */
export function printAppeal(told: AppealView): string {
  const { appeal, about, grounds, contact, openedAt, state, dueOn, isOverdue } = told
  return [
    `${appeal} about ${about}: ${state}`,
    `opened at ${printTime(new Date(openedAt))}, due on ${dueOn}${isOverdue ? ', overdue' : ''}`,
    `grounds: ${grounds}`,
    ...(contact === '' ? [] : [`contact: ${contact}`]),
    ...told.entries.map(
      ({ list, value, kind, reference, isListed }) =>
        `${isListed ? 'listed' : 'was listed'}: ${list} ${value} (${kind}), reference ${reference}`,
    ),
    ...told.acts.map(printAct),
    '',
  ].join('\n')
}

function printAct(told: AppealActView): string {
  const { act, actor, organisation, at, text, list, decision } = told
  const by = actor === '' ? '' : ` by ${actor} of ${organisation}`
  const what = decision === null ? '' : ` (decision ${decision})`
  return `${printTime(new Date(at))}  ${act}${list === null ? '' : ` for ${list}`}${what}${by}${text === '' ? '' : `: ${text}`}`
}
