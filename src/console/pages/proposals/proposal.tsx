import type { JSX } from 'hono/jsx/jsx-runtime'
import { LIST_LINES, SHOW_IMPACT, SHOW_PROPOSAL, tagOf } from '../../api/proposal-operations.ts'
import type { ImpactView, ProposalLine, ProposalStory } from '../../ports/proposals.ts'
import type { Page } from '../page.ts'
import { Facts, Table, Time } from '../parts/shown.tsx'
import type { Visit } from '../visit.ts'
import { ProposalForms } from './proposal-forms.tsx'
import { Story } from './story.tsx'
import { waitsFor } from './words.tsx'

/** Lines that stand on the page of their proposal. */
const SOME_LINES = 20

/** A proposal: what it says, what would be different, what the guards found, and what may be done with it. */
export const PROPOSAL_PAGE: Page = {
  path: '/console/proposals/:proposal',
  show: async (visit) => {
    const { t, params } = visit
    const asked = { params: { proposal: params['proposal'] ?? '' } }
    const told = await visit.ask(SHOW_PROPOSAL, asked)
    const lines = await visit.ask(LIST_LINES, { ...asked, query: { limit: SOME_LINES } })
    const isOpen = told.state === 'open'
    const impact = isOpen ? (await visit.ask(SHOW_IMPACT, asked)).impact : null
    const isWaiting = isOpen && impact === null
    const body = (
      <>
        <About visit={visit} told={told} />
        <div class="two">
          <div>
            {isOpen && <Impact visit={visit} impact={impact} />}
            <Findings visit={visit} told={told} />
          </div>
          <ProposalForms
            visit={visit}
            told={told}
            tag={tagOf(told.revision)}
            isWaiting={isWaiting}
          />
        </div>
        <Lines visit={visit} id={told.proposal} {...lines} />
        <Story visit={visit} told={told} />
      </>
    )
    const act = t.proposals.acts[told.act]
    return {
      ...{ title: t.proposals.title(told.proposal, act, told.list), body },
      ...(isWaiting && { refreshAfterS: 2 }),
    }
  },
}

interface Part {
  readonly visit: Visit
  readonly told: ProposalStory
}

function About({ visit: { t }, told }: Part): JSX.Element {
  const words = t.proposals
  const { policy, decision } = told
  return (
    <Facts
      facts={[
        [t.state, <strong>{waitsFor(t, told)}</strong>],
        ...optional(told.urgent, words.urgent, t.yes),
        [t.reason, told.reason],
        ...optional(told.legalBasis !== '', t.basis, told.legalBasis),
        ...optional(told.evidence !== '', t.evidence, told.evidence),
        ...optional(told.evidenceSha256 !== '', t.evidenceSha256, told.evidenceSha256),
        ...optional(told.category !== '', t.category, told.category),
        ...optional(told.reference !== '', t.reference, told.reference),
        ...optional(told.source !== null, words.source, told.source ?? ''),
        [words.proposer, t.signedInAs(told.proposer.name, told.proposer.organisation)],
        [words.author, t.signedInAs(told.author.name, told.author.organisation)],
        ...(policy === null
          ? []
          : [[words.asks, words.policy(policy.people, policy.organisations)] as const]),
        [
          words.standBehind,
          told.voices
            .map(({ name, organisation }) => t.signedInAs(name, organisation))
            .join('; ') || t.none,
        ],
        ...optional(told.assignee !== '', words.assignee, told.assignee),
        [words.revision, String(told.revision)],
        [words.since, <Time at={told.openedAt} />],
        ...(decision === null
          ? []
          : [
              [
                words.decision,
                <a href={`/console/decisions/${decision}`}>{String(decision)}</a>,
              ] as const,
            ]),
      ]}
    />
  )
}

function optional(isThere: boolean, name: string, what: string): (readonly [string, string])[] {
  return isThere ? [[name, what]] : []
}

function Impact({
  visit: { t },
  impact,
}: {
  readonly visit: Visit
  readonly impact: ImpactView | null
}): JSX.Element {
  const words = t.proposals
  return (
    <section aria-labelledby="impact">
      <h2 id="impact">{words.impact}</h2>
      {impact === null ? (
        <p role="status">{words.impactWait}</p>
      ) : (
        <>
          <ul>
            {impact.sentences
              .filter((sentence) => !impact.formats.some((one) => one.sentence === sentence))
              .map((sentence) => (
                <li>{sentence}</li>
              ))}
          </ul>
          <details>
            <summary>{words.impactFormats}</summary>
            <ul>
              {impact.formats.map(({ sentence }) => (
                <li>{sentence}</li>
              ))}
            </ul>
          </details>
        </>
      )}
    </section>
  )
}

function Findings({ visit: { t }, told: { findings } }: Part): JSX.Element {
  const words = t.proposals
  return (
    <section aria-labelledby="findings">
      <h2 id="findings">{words.findings}</h2>
      {findings.length === 0 && <p class="empty">{words.findingsNone}</p>}
      {findings.map((finding) => (
        <div class={`finding ${finding.class}`}>
          <p>
            <strong>{words[finding.class]}</strong> <span class="code">{finding.code}</span>
          </p>
          <p>{finding.message}</p>
          {finding.count > 1 && <p>{words.more(finding.count - 1)}</p>}
        </div>
      ))}
    </section>
  )
}

interface LinesProps {
  readonly visit: Visit
  readonly id: string
  readonly items: readonly ProposalLine[]
  readonly next: string | null
}

function Lines({ visit, id, items, next }: LinesProps): JSX.Element {
  const { t } = visit
  return (
    <section aria-labelledby="lines">
      <h2 id="lines">{t.proposals.lines}</h2>
      <LinesTable visit={visit} items={items} />
      {next !== null && (
        <p>
          <a href={`/console/proposals/${id}/lines`}>{t.proposals.allLines}</a>
        </p>
      )}
    </section>
  )
}

/** What a proposal adds and retires, a line each. */
export function LinesTable({
  visit: { t },
  items,
}: Pick<LinesProps, 'visit' | 'items'>): JSX.Element {
  const words = t.proposals
  return (
    <Table
      caption={words.linesCaption}
      head={['', t.value, t.kind, t.action, t.category, t.reference]}
      rows={items.map(({ change, value, kind, action, category, reference }) => [
        <span class={`diff-${change}`}>{`${change === 'add' ? '+' : '−'} ${words[change]}`}</span>,
        <span class="value">{value}</span>,
        ...[kind, action, category, reference],
      ])}
      empty={words.linesNone}
    />
  )
}
