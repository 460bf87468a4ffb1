import type { AcceptedAppealView, AppealView } from '../../console/ports/appeals.ts'
import { readAppealId } from '../../core/appeal.ts'
import type { AppealStatistics } from '../../curation/appeals/appeal-statistics.ts'
import type { ApiClient } from '../../platform/api-client.ts'
import { apiPages, raiseLimit } from '../api-pages.ts'
import { plainOutcome } from '../proposals/outcome.ts'
import type { AppealAsked, AppealDeeds } from './appeal-deeds.ts'
import { noAppeal } from './find-appeal.ts'
import { meantEntries, meantList } from './meant-list.ts'

const PATH = '/v1/appeals'

/** What commands do with appeals, at a server. */
export function serverAppeals(api: ApiClient): AppealDeeds {
  const show = async (id: string): Promise<AppealView> =>
    (await api.ask({ method: 'GET', path: pathOf(id) })) as AppealView
  /** Answers what was just seen, for the list that is meant. */
  const say = async (
    what: 'answers' | 'refusal',
    asked: AppealAsked,
    more: object = {},
  ): Promise<AppealView> => {
    const view = await show(asked.id)
    const list = meantList(view, asked)
    const body = { text: asked.text, ...(list !== null && { list }), ...more }
    const path = `${pathOf(asked.id)}/${what}`
    return (await api.ask({ method: 'POST', path, body, tag: String(view.seen) })) as AppealView
  }
  return {
    page: async ({ state, limit, after }) => {
      if (after !== undefined) throw raiseLimit('--after')
      return apiPages<AppealView>(api, { path: PATH, query: { state } }, limit)
    },
    show,
    statistics: async () =>
      (await api.ask({ method: 'GET', path: `${PATH}/statistics` })) as AppealStatistics,
    answer: ({ isNote, ...asked }) => say('answers', asked, { isPublic: !isNote }),
    refuse: (asked) => say('refusal', asked),
    accept: async (asked) => {
      const view = await show(asked.id)
      const body = { text: asked.text, ...meantEntries(view, asked) }
      const path = `${pathOf(asked.id)}/acceptance`
      const told = await api.ask({ method: 'POST', path, body, tag: String(view.seen) })
      const { appeal, outcome } = told as AcceptedAppealView
      return { appeal, outcome: plainOutcome(outcome) }
    },
  }
}

/** Throws `appeal/not-found` for what can't be the id of one. */
function pathOf(id: string): string {
  if (readAppealId(id) === null) throw noAppeal(id)
  return `${PATH}/${id}`
}
