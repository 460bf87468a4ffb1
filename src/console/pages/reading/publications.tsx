import type { JSX } from 'hono/jsx/jsx-runtime'
import { LIST_PUBLICATIONS } from '../../api/list-operations.ts'
import type { Page } from '../page.ts'
import { Field } from '../parts/form.tsx'
import { Pager, Table, Time } from '../parts/shown.tsx'
import type { Visit } from '../visit.ts'
import { printCount } from './words.tsx'

/** The serials of one list or of all, and the way to the difference between any two. */
export const PUBLICATIONS_PAGE: Page = {
  path: '/console/publications',
  show: async (visit) => {
    const { t, url } = visit
    const words = t.reading
    const list = url.searchParams.get('list') ?? ''
    const cursor = url.searchParams.get('cursor') ?? ''
    const { items, next } = await visit.ask(LIST_PUBLICATIONS, { query: { list, cursor } })
    const body = (
      <>
        <Choose visit={visit} list={list} newest={items[0]?.serial ?? 1} />
        <Table
          caption={words.publicationsCaption}
          head={[
            ...[t.serial, t.list, t.when, t.entries, words.added, words.removed],
            ...[words.publishedBy, words.override, words.showDifference],
          ]}
          rows={items.map((one) => [
            String(one.serial),
            <a href={`/console/lists/${one.list}`}>{one.list}</a>,
            <Time at={one.publishedAt} />,
            ...[printCount(one.entries), printCount(one.added), printCount(one.removed)],
            ...[one.actor, one.override ?? ''],
            one.serial === 1 ? '–' : <Before list={one.list} serial={one.serial} />,
          ])}
          empty={words.publicationsEmpty}
        />
        <Pager visit={visit} next={next} />
      </>
    )
    return { title: words.publications, body }
  },
}

function Before({ list, serial }: { readonly list: string; readonly serial: number }): JSX.Element {
  const range = `${serial - 1}..${serial}`
  return <a href={`/console/publications/${list}/${range}`}>{range}</a>
}

interface ChooseProps {
  readonly visit: Visit
  readonly list: string
  readonly newest: number
}

/** One list alone; and of one list any two serials. */
function Choose({ visit, list, newest }: ChooseProps): JSX.Element {
  const { t } = visit
  const words = t.reading
  const field = { visit, action: 'choose' }
  return (
    <>
      <form method="get" action={PUBLICATIONS_PAGE.path} class="row" aria-label={t.filter}>
        <Field {...field} name="list" type="search" label={t.list} value={list} />
        <button type="submit">{t.filter}</button>
      </form>
      {list !== '' && (
        <form
          method="get"
          action={`/console/publications/${list}/difference`}
          class="row"
          aria-label={words.showDifference}
        >
          <Field
            {...{ ...field, name: 'from', isRequired: true, inputmode: 'numeric' }}
            label={words.differenceFrom}
            value={String(Math.max(1, newest - 1))}
          />
          <Field
            {...{ ...field, name: 'to', isRequired: true, inputmode: 'numeric' }}
            label={words.differenceTo}
            value={String(newest)}
          />
          <button type="submit">{words.showDifference}</button>
        </form>
      )}
    </>
  )
}
