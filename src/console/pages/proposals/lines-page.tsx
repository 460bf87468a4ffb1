import { LIST_LINES } from '../../api/proposal-operations.ts'
import type { Page } from '../page.ts'
import { Pager } from '../parts/shown.tsx'
import { LinesTable } from './proposal.tsx'

/** All lines of a proposal, in pages. */
export const LINES_PAGE: Page = {
  path: '/console/proposals/:proposal/lines',
  show: async (visit) => {
    const { t, url, params } = visit
    const proposal = params['proposal'] ?? ''
    const { items, next } = await visit.ask(LIST_LINES, {
      params: { proposal },
      query: { cursor: url.searchParams.get('cursor') ?? '', limit: 200 },
    })
    const body = (
      <>
        <p>
          <a href={`/console/proposals/${proposal}`}>{proposal}</a>
        </p>
        <LinesTable visit={visit} items={items} />
        <Pager visit={visit} next={next} />
      </>
    )
    return { title: `${proposal}: ${t.proposals.linesCaption}`, body }
  },
}
