import type { AppealActView, AppealStatusView, AppealView } from '../../console/ports/appeals.ts'
import { printAppealId, type Appeal, type AppealAct } from '../../core/appeal.ts'
import type { Person } from '../../core/person.ts'
import { seesAppealOf, visibleActs } from '../../curation/appeals/appeal-sight.ts'
import { isOverdue, replayAppeal } from '../../curation/appeals/replay-appeal.ts'
import type { Store } from '../../store/open-store.ts'
import type { FoundAppeal } from '../appeals/find-appeal.ts'

/** As those see it who decide. */
export function viewAppeal(
  { appeal, acts, state, matches }: FoundAppeal,
  person: Person,
  today: Date,
): AppealView {
  const { id, about, grounds, contact, openedAt, dueOn } = appeal
  const told = visibleActs(person, acts)
  return {
    ...{ appeal: printAppealId(id), about, grounds, contact, state, dueOn },
    openedAt: openedAt.toISOString(),
    isOverdue: isOverdue({ state, dueOn }, dayOf(today)),
    seen: told.length,
    entries: matches
      .filter(({ list }) => seesAppealOf(person, list))
      .map(({ list, entry: { value, kind, reference }, retiredBy }) => ({
        ...{ list, value, kind, reference, isListed: retiredBy === null },
      })),
    acts: told.map((act) => viewAct(act, person)),
  }
}

function viewAct(act: AppealAct, person: Person): AppealActView {
  const told = { ...act, at: act.at.toISOString() }
  if (act.actor === '' || seesAppealOf(person, act.list)) return told
  // What the appellant was told is no secret here; for which list, and by whom, is.
  return { ...told, actor: '', organisation: '', list: null, decision: null }
}

/** As the appellant sees it. */
export function viewStatus(
  { appeals }: Pick<Store, 'appeals'>,
  { id, about, openedAt, dueOn }: Appeal,
  today: Date,
): AppealStatusView {
  const acts = appeals.acts(id)
  const state = replayAppeal(acts)
  return {
    ...{ about, state, dueOn, openedAt: openedAt.toISOString() },
    isOverdue: isOverdue({ state, dueOn }, dayOf(today)),
    acts: acts
      .filter(({ isPublic }) => isPublic)
      .map(({ act, at, text }) => ({ act, at: at.toISOString(), text })),
  }
}

function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10)
}
