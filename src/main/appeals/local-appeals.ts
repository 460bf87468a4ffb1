import type { AppealView } from '../../console/ports/appeals.ts'
import { readAppealId } from '../../core/appeal.ts'
import { Fault } from '../../core/fault.ts'
import type { Person } from '../../core/person.ts'
import { tellStatistics } from '../../curation/appeals/appeal-statistics.ts'
import type { Store } from '../../store/open-store.ts'
import { actingPerson } from '../acting-person.ts'
import { viewAppeal } from '../console/view-appeal.ts'
import { withStore } from '../find-list.ts'
import type { GlobalOptions } from '../global-options.ts'
import type { Deciding } from '../proposals/deciding.ts'
import { openDeciding } from '../proposals/open-deciding.ts'
import { publishSettled } from '../proposals/publish-decided.ts'
import { answerAppeal } from './answer-appeal.ts'
import type { AppealDeeds } from './appeal-deeds.ts'
import { acceptAppeal, refuseAppeal } from './end-appeal.ts'
import { findAppeal, type FoundAppeal } from './find-appeal.ts'
import { listAppeals } from './list-appeals.ts'
import { meantEntries, meantList } from './meant-list.ts'

/** What commands do with appeals, on a data folder. */
export function localAppeals({ data, actor }: GlobalOptions): AppealDeeds {
  const read = <T>(work: (store: Store, person: Person) => T): Promise<T> =>
    withStore(data, (store) => store.read(() => work(store, actingPerson(store, actor))))
  const deciding = <T>(work: (deps: Deciding) => T | Promise<T>): Promise<T> =>
    withStore(data, (store) => work(openDeciding({ data, store }, actor)), { actor })
  return {
    page: async ({ state, limit, after }) => {
      const behind = after === undefined ? undefined : parseAfter(after)
      return read((store, person) => {
        const found: FoundAppeal[] = []
        let from = behind
        do {
          const page = listAppeals(store, person, {
            state,
            limit: limit - found.length,
            after: from,
          })
          found.push(...page.found)
          from = page.next ?? undefined
        } while (from !== undefined && found.length < limit)
        return found.map((one) => viewAppeal(one, person, new Date()))
      })
    },
    show: (id) => read((store, person) => show({ store, person, at: new Date() }, id)),
    statistics: () => read(({ appeals }) => tellStatistics(appeals.count(), appeals.outcomes())),
    answer: ({ isNote, ...asked }) =>
      deciding((deps) => {
        const { id, text } = asked
        const view = show(deps, id)
        const said = { id, text, seen: view.seen, list: meantList(view, asked) }
        answerAppeal(deps, isNote ? 'noted' : 'answered', said)
        return show(deps, id)
      }),
    refuse: (asked) =>
      deciding((deps) => {
        const { id, text } = asked
        const view = show(deps, id)
        refuseAppeal(deps, { id, text, seen: view.seen, list: meantList(view, asked) })
        return show(deps, id)
      }),
    accept: (asked) =>
      deciding(async (deps) => {
        const { id, text } = asked
        const view = show(deps, id)
        const meant = meantEntries(view, asked)
        const outcome = acceptAppeal(deps, { id, text, seen: view.seen, ...meant })
        await publishSettled({ data, store: deps.store, actor }, outcome)
        return { appeal: show(deps, id), outcome }
      }),
  }
}

function show(
  { store, person, at }: Pick<Deciding, 'store' | 'person' | 'at'>,
  id: string,
): AppealView {
  return store.read(() => viewAppeal(findAppeal(store, person, id), person, at))
}

function parseAfter(text: string): number {
  const id = readAppealId(text)
  if (id !== null) return id
  throw new Fault(
    'usage/invalid',
    `expected the id of an appeal, such as a7, for --after, got ${JSON.stringify(text)}`,
  )
}
