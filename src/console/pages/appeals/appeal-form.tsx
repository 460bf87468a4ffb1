import type { JSX } from 'hono/jsx/jsx-runtime'
import type { AppealStatistics } from '../../../curation/appeals/appeal-statistics.ts'
import { OPEN_APPEAL, SHOW_APPEAL_STATISTICS } from '../../api/appeal-operations.ts'
import type { OpenedAppealView } from '../../ports/appeals.ts'
import { formAction, type Page, type Shown } from '../page.ts'
import { Field, Form } from '../parts/form.tsx'
import { Facts } from '../parts/shown.tsx'
import type { Visit } from '../visit.ts'

/** Where anybody appeals, and sees how others fared. */
export const APPEAL_FORM_PAGE: Page = {
  path: '/appeal',
  isOpen: true,
  show: async (visit) => {
    const { t } = visit
    const statistics = await visit.ask(SHOW_APPEAL_STATISTICS)
    const body = (
      <>
        <p>{t.appeals.intro}</p>
        <p>
          <a href="/appeal/status">{t.appeals.haveCode}</a>
        </p>
        <Appeal visit={visit} />
        <Figures visit={visit} statistics={statistics} />
      </>
    )
    return { title: t.appeals.formTitle, body }
  },
}

function Appeal({ visit }: { readonly visit: Visit }): JSX.Element {
  const words = visit.t.appeals
  const field = { visit, action: APPEAL_FORM_PAGE.path }
  return (
    <Form visit={visit} action={APPEAL_FORM_PAGE.path} label={words.formTitle}>
      <Field
        {...{ ...field, name: 'about', isRequired: true }}
        label={words.about}
        hint={words.aboutHint}
      />
      <Field {...{ ...field, name: 'grounds', rows: 6, isRequired: true }} label={words.grounds} />
      <Field {...field} name="contact" label={words.contact} hint={words.contactHint} />
      <button type="submit">{words.send}</button>
    </Form>
  )
}

interface FiguresProps {
  readonly visit: Visit
  readonly statistics: AppealStatistics
}

function Figures({ visit: { t }, statistics }: FiguresProps): JSX.Element {
  const words = t.appeals
  const days = (count: number | null): string => (count === null ? '–' : String(count))
  return (
    <section aria-labelledby="figures">
      <h2 id="figures">{words.figures}</h2>
      <Facts
        facts={[
          [words.figureOpened, String(statistics.opened)],
          [words.figureOpen, String(statistics.open)],
          [words.figureAccepted, String(statistics.accepted)],
          [words.figurePartlyAccepted, String(statistics.partlyAccepted)],
          [words.figureRefused, String(statistics.refused)],
          [words.medianDays, days(statistics.medianDays)],
          [words.longestDays, days(statistics.longestDays)],
        ]}
      />
    </section>
  )
}

export const OPEN_CASE = formAction({
  ...{ path: APPEAL_FORM_PAGE.path, isOpen: true, page: APPEAL_FORM_PAGE },
  operation: OPEN_APPEAL,
  input: (fields) => ({
    body: {
      ...{ about: fields.text('about'), grounds: fields.text('grounds') },
      ...fields.optional('contact'),
    },
  }),
  next: () => ({ to: APPEAL_FORM_PAGE.path }),
  shown: showCode,
})

function showCode({ t }: Visit, { code, dueOn }: OpenedAppealView): Shown {
  const words = t.appeals
  const body = (
    <>
      <p>{words.codeOnce}</p>
      <Facts
        facts={[
          [words.code, <code>{code}</code>],
          [words.due, dueOn],
        ]}
      />
      <p>
        <a href="/appeal/status">{words.look}</a>
      </p>
    </>
  )
  return { title: words.openedTitle, body }
}
