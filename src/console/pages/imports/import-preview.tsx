import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { warningsOf } from '../../../core/guard-summary.ts'
import { DISCARD_IMPORT, PROPOSE_SEEN, SHOW_IMPORT } from '../../api/import-operations.ts'
import type { ImportView, LineCounts } from '../../ports/imports.ts'
import { formAction, type FormAction, type Page } from '../page.ts'
import { Form, Tick } from '../parts/form.tsx'
import { Facts, Table, Time } from '../parts/shown.tsx'
import type { Texts } from '../../texts/texts.ts'
import type { Visit } from '../visit.ts'
import { IMPORT_PATH } from './import-form.tsx'

interface Part {
  readonly visit: Visit
  readonly told: ImportView
}

/** The second step: what the file would do, and the button that proposes it. */
export const PREVIEW_PAGE: Page = {
  path: `${IMPORT_PATH}/:import`,
  show: async (visit) => {
    const params = { import: visit.params['import'] ?? '' }
    const told = await visit.ask(SHOW_IMPORT, { params })
    const words = visit.t.imports
    const body = (
      <>
        <About visit={visit} told={told} />
        <div class="two">
          <div>
            <Impact visit={visit} told={told} />
            <Findings visit={visit} told={told} />
          </div>
          <Decide visit={visit} told={told} />
        </div>
        <Refused visit={visit} told={told} />
      </>
    )
    return { title: words.previewTitle(told.name, told.list), body }
  },
}

function About({ visit: { t }, told }: Part): JSX.Element {
  const words = t.imports
  const { duplicates, covered, refused, unsupported } = told
  return (
    <Facts
      facts={[
        [words.wouldAdd, <strong>{String(told.added)}</strong>],
        ...(told.mode !== 'mirror' ? [] : lossesOf(words, told)),
        [words.accepted, String(told.accepted)],
        [words.duplicates, words.inFileAndListed(duplicates.inFile, duplicates.listed)],
        [words.covered, words.inFileAndByList(covered.inFile, covered.byList)],
        [words.refused, printCounts(refused)],
        [words.unsupported, printCounts(unsupported)],
        ...(told.leftOut === 0 ? [] : [[words.leftOut, String(told.leftOut)] as const]),
        [words.format, words.formatOf(told.format, told.lines)],
        [t.reason, told.reason],
        ...(told.category === '' ? [] : [[t.category, told.category] as const]),
        [words.kept, <Time at={told.until} />],
      ]}
    />
  )
}

/** What a mirror would do beside. */
function lossesOf(
  words: Texts['imports'],
  { retired, amended, retiredSamples }: ImportView,
): (readonly [string, Child])[] {
  const more = retiredSamples.length < retired ? ' …' : ''
  const samples = retired === 0 ? '' : `: ${retiredSamples.join(', ')}${more}`
  return [
    [
      words.wouldRetire,
      <>
        <strong>{String(retired)}</strong>
        {samples}
      </>,
    ],
    [words.wouldAmend, <strong>{String(amended)}</strong>],
  ]
}

function printCounts({ count, byReason }: LineCounts): string {
  const reasons = byReason.map((one) => `${one.reason} ${one.count}`)
  return reasons.length === 0 ? String(count) : `${count}: ${reasons.join(', ')}`
}

function Impact({ visit: { t }, told }: Part): JSX.Element {
  const { sentences, formats } = told.impact
  const isOfFormat = new Set(formats.map(({ sentence }) => sentence))
  return (
    <section aria-labelledby="impact">
      <h2 id="impact">{t.proposals.impact}</h2>
      <ul>
        {sentences
          .filter((sentence) => !isOfFormat.has(sentence))
          .map((sentence) => (
            <li>{sentence}</li>
          ))}
      </ul>
      <details>
        <summary>{t.proposals.impactFormats}</summary>
        <ul>
          {formats.map(({ sentence }) => (
            <li>{sentence}</li>
          ))}
        </ul>
      </details>
    </section>
  )
}

function Findings({ visit: { t }, told: { findings } }: Part): JSX.Element {
  const words = t.proposals
  return (
    <section aria-labelledby="findings">
      <h2 id="findings">{words.findings}</h2>
      {findings.length === 0 && <p>{words.findingsNone}</p>}
      <ul>
        {findings.map(({ code, class: kind, message, count, samples }) => (
          <li>
            <strong>{kind === 'stop' ? words.stop : words.warn}</strong> <code>{code}</code>,{' '}
            {count}: {message} {samples.join(', ')}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Decide({ visit, told }: Part): JSX.Element {
  const { t } = visit
  const words = t.imports
  const action = `${IMPORT_PATH}/${told.import}/proposal`
  const discard = `${IMPORT_PATH}/${told.import}/discard`
  return (
    <section aria-labelledby="decide" class="panel">
      <h2 id="decide">{words.decide}</h2>
      {told.added + told.retired + told.amended === 0 ? (
        <p>{words.nothing}</p>
      ) : (
        <Form visit={visit} action={action} label={words.propose}>
          <input type="hidden" name="digest" value={told.digest} />
          {told.refused.count + told.unsupported.count > 0 && <p>{words.without}</p>}
          {warningsOf(told.findings).map((code) => (
            <Tick
              {...{ visit, action, name: 'acknowledge', value: code }}
              label={t.proposals.acknowledge(code)}
            />
          ))}
          <button type="submit">{words.propose}</button>
        </Form>
      )}
      <Form visit={visit} action={discard} label={words.discard}>
        <button type="submit" class="quiet">
          {words.discard}
        </button>
      </Form>
    </section>
  )
}

function Refused({ visit: { t }, told }: Part): JSX.Element {
  const words = t.imports
  if (told.refused.count + told.unsupported.count === 0) return <></>
  const rows = told.samples.map(({ line, verdict, reason, text }) => [
    String(line),
    verdict === 'refused' ? words.refusedOne : words.unsupportedOne,
    <code>{reason}</code>,
    <span class="value">{text}</span>,
  ])
  const head = [words.line, '', t.reason, words.lineText]
  return (
    <section aria-labelledby="refused">
      <h2 id="refused">{words.refusedTitle}</h2>
      <p>
        <a href={`${IMPORT_PATH}/${told.import}/refused`} download>
          {words.download}
        </a>
      </p>
      <Table caption={words.refusedTitle} head={head} rows={rows} empty={t.none} />
    </section>
  )
}

export const IMPORT_ACTIONS: readonly FormAction[] = [
  formAction({
    ...{ path: `${PREVIEW_PAGE.path}/proposal`, operation: PROPOSE_SEEN, page: PREVIEW_PAGE },
    input: (fields) => ({
      body: { digest: fields.text('digest'), acknowledge: fields.all('acknowledge') },
    }),
    next: ({ proposal, list }) =>
      proposal === null
        ? { to: `/console/queue?state=decided&list=${list}`, done: 'decided' }
        : { to: `/console/proposals/${proposal}`, done: 'proposed' },
  }),
  formAction({
    ...{ path: `${PREVIEW_PAGE.path}/discard`, operation: DISCARD_IMPORT, page: PREVIEW_PAGE },
    input: () => ({ body: null }),
    next: () => ({ to: IMPORT_PATH, done: 'removed' }),
  }),
]
