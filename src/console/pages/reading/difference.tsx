import type { JSX } from 'hono/jsx/jsx-runtime'
import { Fault } from '../../../core/fault.ts'
import { SHOW_DIFFERENCE, type DifferenceAnswer } from '../../api/list-operations.ts'
import type { Page } from '../page.ts'
import { Facts, Pager, Table, Time } from '../parts/shown.tsx'
import type { Visit } from '../visit.ts'
import { EntryLink, printCount } from './words.tsx'

/** What lies between any two serials: `41..42`, or as a form sends it. */
export const DIFFERENCE_PAGE: Page = {
  path: '/console/publications/:list/:range',
  show: async (visit) => {
    const { t, url, params } = visit
    const words = t.reading
    const { from, to } = rangeOf(visit)
    const told = await visit.ask(SHOW_DIFFERENCE, {
      params: { list: params['list'] ?? '' },
      query: { from, to, cursor: url.searchParams.get('cursor') ?? '', limit: 200 },
    })
    const body = (
      <>
        <About visit={visit} told={told} />
        <p>
          <a href={`/console/publications?list=${told.list}`}>{words.publications}</a>
        </p>
        <Table
          caption={words.differenceCaption}
          head={[t.what, t.value, t.kind, t.action, t.category, t.reference]}
          rows={told.items.map(({ change, value, kind, action, category, reference }) => [
            <span class={change === 'added' ? 'diff-add' : 'diff-retire'}>
              {`${change === 'added' ? '+' : '−'} ${words.change[change]}`}
            </span>,
            <EntryLink value={value} />,
            ...[kind, action, category, reference],
          ])}
          empty={words.differenceEmpty}
        />
        <Pager visit={visit} next={told.next} />
      </>
    )
    return { title: words.differenceTitle(told.list, told.from.serial, told.to.serial), body }
  },
}

/** Whatever isn't two numbers is the path of no page. */
function rangeOf({ url, params }: Visit): { readonly from: string; readonly to: string } {
  const range = params['range'] ?? ''
  const [, from, to] = /^(\d{1,10})\.\.(\d{1,10})$/.exec(range) ?? []
  if (from !== undefined && to !== undefined) return { from, to }
  if (range === 'difference') {
    const asked = (name: string): string => url.searchParams.get(name)?.trim() ?? ''
    return { from: asked('from'), to: asked('to') }
  }
  throw new Fault('serve/not-found', 'expected two serials, such as 41..42, got another text')
}

function About({
  visit: { t },
  told: { from, to, counted },
}: {
  readonly visit: Visit
  readonly told: DifferenceAnswer
}): JSX.Element {
  const words = t.reading
  const serial = ({ serial: number, publishedAt, entries }: typeof from): JSX.Element => (
    <>
      {number}, <Time at={publishedAt} />, {printCount(entries)} {t.entries}
    </>
  )
  return (
    <Facts
      facts={[
        [words.differenceFrom, serial(from)],
        [words.differenceTo, serial(to)],
        [
          words.counted,
          counted === null
            ? words.manyLines
            : words.countedLines(printCount(counted.added), printCount(counted.removed)),
        ],
      ]}
    />
  )
}
