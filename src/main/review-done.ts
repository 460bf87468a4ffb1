import type { Command } from 'commander'
import type { WrittenOutcome } from '../curation/plan-outcome.ts'
import { actingPerson } from './acting-person.ts'
import { findReview, finishReview, type FinishedReview } from './finish-review.ts'
import { findList, withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { noteRefusal } from './note-refusal.ts'
import { printJson } from './print-table.ts'

export interface DoneOptions extends WrittenOutcome {
  readonly reason: string
  readonly json?: boolean
}

/** `review done`. */
export async function endReview(id: number, options: DoneOptions, command: Command): Promise<void> {
  const { data, actor } = globalOptions(command)
  await withStore(
    data,
    (store) => {
      const list = findList(store, findReview(store, id).list)
      const deps = { store, person: actingPerson(store, actor), now: () => new Date() }
      const done = noteRefusal({ store, list, actor, act: 'amend' }, () =>
        finishReview(deps, id, options),
      )
      process.stdout.write(options.json === true ? printJson(done) : told(done))
    },
    { actor },
  )
}

function told(finished: FinishedReview): string {
  const { review, list, outcome, term, decision, retired, proposal } = finished
  if (proposal !== null) {
    return `proposed to retire ${retired} entries: ${proposal}\nreview ${review} of ${list} stays open until that is decided\n`
  }
  const ended = `review ${review} of ${list}: ${outcome}\n`
  if (decision !== null) {
    return `${ended}retired ${retired} entries: decision ${decision}\n«bailiwick publish ${list}» makes it effective\n`
  }
  if (term === null) return ended
  const { reviewOn, expiresOn } = term
  return `${ended}next review on ${reviewOn ?? 'no day'}, end on ${expiresOn ?? 'no day'}\n`
}
