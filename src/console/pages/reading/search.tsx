import type { Context, Hono } from 'hono'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { isServerFault, problemOf } from '../../../platform/problem.ts'
import { SEARCH } from '../../api/search-operations.ts'
import { authenticate } from '../../authenticate.ts'
import { drawPart, openVisit, type PageFrame } from '../add-pages.tsx'
import type { Page } from '../page.ts'
import { Table, withParameter } from '../parts/shown.tsx'
import type { Visit } from '../visit.ts'
import { EntryLink } from './words.tsx'

const PATH = '/console/search'
const PART_PATH = `${PATH}/results`

/** Search: a form, and what was found; with a script what is found while it is typed. */
export const SEARCH_PAGE: Page = {
  path: PATH,
  show: async (visit) => {
    const { t } = visit
    const found = await find(visit)
    const body = (
      <>
        <SearchForm visit={visit} />
        <p role="status" id="results-said">
          {found.said}
        </p>
        <div id="results">
          <Results visit={visit} found={found} />
        </div>
      </>
    )
    return { title: t.reading.search, body }
  },
}

/** Adds the part of the page that its script asks for. */
export function addSearchRoutes(app: Hono, frame: PageFrame): void {
  app.get(PART_PATH, (c) => answerPart(frame, c))
}

/** Without a page around it, so what can't be answered is a status alone: the script leaves what was there. */
async function answerPart(frame: PageFrame, c: Context): Promise<Response> {
  const caller = await authenticate(frame.deps, c.req.raw.headers)
  if (caller === null) return c.body(null, 401)
  const visit = openVisit(frame, c, caller)
  try {
    return await drawPart(c, visit, <Results visit={visit} found={await find(visit)} />)
  } catch (error) {
    if (isServerFault(error)) frame.deps.onFault(error)
    return c.body(null, problemOf(error).status)
  }
}

interface Found {
  readonly answer: Awaited<ReturnType<typeof ask>>
  /** What is told of it, in a sentence; empty before anything was asked. */
  readonly said: string
}

async function find(visit: Visit): Promise<Found> {
  const words = visit.t.reading
  const answer = await ask(visit)
  const { understood, items, next } = answer
  if (asked(visit, 'q').trim() === '') return { answer, said: '' }
  if (understood === null) return { answer, said: words.searchNothing }
  const isEmpty = items.length === 0 && next === null
  return {
    answer,
    said: isEmpty ? words.searchEmpty : words.searchFound(items.length, next !== null),
  }
}

function ask(visit: Visit) {
  const query = { q: asked(visit, 'q'), list: asked(visit, 'list'), cursor: asked(visit, 'cursor') }
  return visit.ask(SEARCH, { query: { ...query, limit: 50 } })
}

function asked({ url }: Visit, name: string): string {
  return url.searchParams.get(name) ?? ''
}

function SearchForm({ visit }: { readonly visit: Visit }): JSX.Element {
  const words = visit.t.reading
  return (
    <form method="get" action={PATH} role="search" class="row">
      <div class="field">
        <label for="q">{words.searchFor}</label>
        <p class="hint" id="q-hint">
          {words.searchHint}
        </p>
        <input
          id="q"
          name="q"
          type="search"
          value={asked(visit, 'q')}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          aria-describedby="q-hint"
          data-results="results"
          data-from={PART_PATH}
        />
      </div>
      <div class="field">
        <label for="list">
          {visit.t.list} <span class="optional">({words.allLists})</span>
        </label>
        <input id="list" name="list" type="search" value={asked(visit, 'list')} />
      </div>
      <button type="submit">{words.searchGo}</button>
    </form>
  )
}

function Results({
  visit,
  found: { answer, said },
}: {
  readonly visit: Visit
  readonly found: Found
}): JSX.Element {
  const { t, url } = visit
  const { items, next, understood } = answer
  const page = new URL(url)
  page.pathname = PATH
  return (
    <div data-says={said}>
      {items.length > 0 && (
        <Table
          caption={t.reading.searchCaption}
          head={[t.value, t.list, t.kind, t.action, t.category, t.state]}
          rows={items.map(({ value, list, kind, action, category, state }) => [
            <EntryLink value={value} {...(understood !== null && { found: understood })} />,
            <a href={`/console/lists/${list}`}>{list}</a>,
            ...[kind, action, category],
            <span class={`state-${state}`}>{t.reading.states[state]}</span>,
          ])}
          empty=""
        />
      )}
      {next !== null && (
        <nav class="pager" aria-label={t.next}>
          <a href={withParameter(page, 'cursor', next)}>{t.next}</a>
        </nav>
      )}
    </div>
  )
}
