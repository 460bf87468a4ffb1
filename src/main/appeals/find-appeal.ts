import { readAppealId, type Appeal, type AppealAct, type AppealState } from '../../core/appeal.ts'
import { Fault } from '../../core/fault.ts'
import type { Person } from '../../core/person.ts'
import { seesAppeal } from '../../curation/appeals/appeal-sight.ts'
import { replayAppeal } from '../../curation/appeals/replay-appeal.ts'
import { APPEAL_PREFIX, hashToken, isToken } from '../../platform/http-auth.ts'
import type { EntryRow } from '../../store/entry-store.ts'
import type { Store } from '../../store/open-store.ts'
import { matchAppeal } from './match-appeal.ts'

/** An appeal, how it stands, and what it may be about. */
export interface FoundAppeal {
  readonly appeal: Appeal
  readonly acts: readonly AppealAct[]
  readonly state: AppealState
  readonly matches: readonly EntryRow[]
}

/** The appeal, if the person may know of it; else null. */
export function seenAppeal(store: Store, person: Person, appeal: Appeal): FoundAppeal | null {
  const acts = store.appeals.acts(appeal.id)
  const matches = matchAppeal(store, appeal.about)
  const lists = [...matches, ...acts].flatMap(({ list }) => (list === null ? [] : [list]))
  return seesAppeal(person, lists) ? { appeal, acts, state: replayAppeal(acts), matches } : null
}

/** The appeal of an id such as `a7`. Throws `appeal/not-found`, the same for what is hidden and for what isn't there. */
export function findAppeal(store: Store, person: Person, id: string): FoundAppeal {
  const number = readAppealId(id)
  const appeal = number === null ? null : store.appeals.find(number)
  const found = appeal === null ? null : seenAppeal(store, person, appeal)
  if (found !== null) return found
  throw noAppeal(id)
}

export function noAppeal(id: string): Fault {
  return new Fault(
    'appeal/not-found',
    `expected the id of an appeal, such as a7, got ${JSON.stringify(id)}: the list of appeals shows those that you may see`,
  )
}

/** The appeal of a case's code, which nobody but the appellant has. Throws `appeal/not-found`. */
export function appealOfCode({ appeals }: Pick<Store, 'appeals'>, code: string): Appeal {
  const appeal = isToken(code, APPEAL_PREFIX) ? appeals.byCode(hashToken(code)) : null
  if (appeal !== null) return appeal
  // What was typed is nearly a secret: it isn't told again.
  throw new Fault(
    'appeal/not-found',
    `expected the code of a case, which begins with ${APPEAL_PREFIX}, got another text`,
  )
}
