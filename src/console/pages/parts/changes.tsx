import type { JSX } from 'hono/jsx/jsx-runtime'
import type { ChangedEntry } from '../../../curation/page-difference.ts'
import type { MarkView } from '../../ports/entries.ts'
import type { Visit } from '../visit.ts'
import { Table, Time } from './shown.tsx'

interface ChangesProps {
  readonly visit: Visit
  readonly caption: string
  readonly items: readonly ChangedEntry[]
}

/** Lines that came and went. */
export function Changes({ visit: { t }, caption, items }: ChangesProps): JSX.Element {
  return (
    <Table
      caption={caption}
      head={['', t.value, t.kind, t.action, t.category, t.reference]}
      rows={items.map(({ change, value, kind, action, category, reference }) => [
        <span class={`diff-${change === 'added' ? 'add' : 'retire'}`}>
          {`${change === 'added' ? '+' : '−'} ${t.decisions[change]}`}
        </span>,
        <span class="value">{value}</span>,
        ...[kind, action, category, reference],
      ])}
      empty={t.decisions.linesEmpty}
    />
  )
}

/** The serial that readers had something with, and when; or that they haven't. */
export function Published({
  visit: { t },
  mark,
}: {
  readonly visit: Visit
  readonly mark: MarkView | null
}): JSX.Element {
  if (mark === null) return <strong>{t.decisions.notPublished}</strong>
  return (
    <>
      {t.decisions.withSerial(mark.serial)}, <Time at={mark.at} />
    </>
  )
}
