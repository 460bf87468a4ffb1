import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import type { ProposalStory } from '../../ports/proposals.ts'
import { Field, Form, Tick } from '../parts/form.tsx'
import { may, type Visit } from '../visit.ts'

interface FormsProps {
  readonly visit: Visit
  readonly told: ProposalStory
  readonly tag: string
  /** What would be different isn't known yet. */
  readonly isWaiting: boolean
}

/** What whoever looks may do with a proposal. */
export function ProposalForms(props: FormsProps): JSX.Element {
  const { visit, told } = props
  const { t, person } = visit
  if (told.state !== 'open') return <></>
  const { list, author, proposer, voices } = told
  const isOwn = author.name === person.name
  const isColleague = proposer.organisation === person.organisation.name
  const hasApproved = voices.some(({ name }) => name === person.name)
  // Of his own he may say that he has seen its warnings.
  const canApprove =
    !hasApproved && (isOwn ? told.findings.length > 0 : may(visit, 'approve', list))
  const canWithdraw =
    ([author.name, proposer.name].includes(person.name) && may(visit, 'withdraw-own', list)) ||
    (isColleague && may(visit, 'withdraw-colleagues', list))
  return (
    <section aria-labelledby="decide" class="panel">
      <h2 id="decide">{t.proposals.approveTitle}</h2>
      {canApprove && <Approve {...props} />}
      {hasApproved && <TakeBack {...props} />}
      {may(visit, 'comment', list) && <Comment {...props} />}
      {may(visit, 'reject', list) && <Reject {...props} />}
      {canWithdraw && <Withdraw {...props} />}
      {may(visit, 'assign', list) && <Assign {...props} />}
      {may(visit, 'change-proposal', list) && <Change {...props} />}
      {may(visit, 'override', list) && <Override {...props} />}
    </section>
  )
}

function pathOf({ proposal }: ProposalStory, act: string): string {
  return `/console/proposals/${proposal}/${act}`
}

function Approve({ visit, told, tag, isWaiting }: FormsProps): JSX.Element {
  const words = visit.t.proposals
  const action = pathOf(told, 'approve')
  const stops = told.findings.filter((finding) => finding.class === 'stop')
  const warnings = [...new Set(told.findings.map(({ code }) => code))]
  if (stops.length > 0) return <></>
  if (isWaiting) return <p>{words.approveNotNow}</p>
  return (
    <Form visit={visit} action={action} tag={tag} label={words.approve}>
      {warnings.map((code) => (
        <Tick
          {...{ visit, action, name: 'acknowledge', value: code }}
          label={words.acknowledge(code)}
        />
      ))}
      <button type="submit">{warnings.length === 0 ? words.approve : words.approveAgain}</button>
    </Form>
  )
}

function TakeBack({ visit, told, tag }: FormsProps): JSX.Element {
  const words = visit.t.proposals
  return (
    <Form visit={visit} action={pathOf(told, 'take-back')} tag={tag} label={words.takeBack}>
      <button type="submit" class="quiet">
        {words.takeBack}
      </button>
    </Form>
  )
}

interface FoldedProps {
  readonly visit: Visit
  readonly action: string
  readonly tag: string
  readonly title: string
  readonly children?: Child
}

/** A form behind its name; open where it came back. */
function Folded({ visit, action, tag, title, children }: FoldedProps): JSX.Element {
  return (
    <details open={visit.refused?.action === action}>
      <summary>{title}</summary>
      <Form visit={visit} action={action} tag={tag} label={title}>
        {children}
      </Form>
    </details>
  )
}

function Comment({ visit, told, tag }: FormsProps): JSX.Element {
  const words = visit.t.proposals
  const action = pathOf(told, 'comment')
  return (
    <Folded {...{ visit, action, tag }} title={words.comment}>
      <Field
        {...{ visit, action, name: 'reason', rows: 3, isRequired: true }}
        label={words.commentText}
      />
      <button type="submit">{words.say}</button>
    </Folded>
  )
}

function Reject({ visit, told, tag }: FormsProps): JSX.Element {
  const words = visit.t.proposals
  const action = pathOf(told, 'reject')
  return (
    <Folded {...{ visit, action, tag }} title={words.reject}>
      <Field
        {...{ visit, action, name: 'reason', rows: 3, isRequired: true }}
        label={words.rejectReason}
      />
      <button type="submit" class="bad">
        {words.reject}
      </button>
    </Folded>
  )
}

function Withdraw({ visit, told, tag }: FormsProps): JSX.Element {
  const words = visit.t.proposals
  const action = pathOf(told, 'withdraw')
  return (
    <Folded {...{ visit, action, tag }} title={words.withdraw}>
      <Field {...{ visit, action, name: 'reason', rows: 2 }} label={words.withdrawReason} />
      <button type="submit" class="bad">
        {words.withdraw}
      </button>
    </Folded>
  )
}

function Assign({ visit, told, tag }: FormsProps): JSX.Element {
  const words = visit.t.proposals
  const action = pathOf(told, 'assign')
  return (
    <Folded {...{ visit, action, tag }} title={words.assign}>
      <Field
        {...{ visit, action, name: 'to', value: told.assignee, hint: words.assignHint }}
        label={words.assignTo}
      />
      <button type="submit">{words.assign}</button>
    </Folded>
  )
}

function Change({ visit, told, tag }: FormsProps): JSX.Element {
  const { t } = visit
  const words = t.proposals
  const action = pathOf(told, 'change')
  const field = { visit, action }
  return (
    <Folded {...{ visit, action, tag }} title={words.change}>
      <p class="hint">{words.changeHint}</p>
      <Field {...field} name="note" rows={2} isRequired label={words.note} />
      <Field {...field} name="reason" rows={3} isRequired label={t.reason} value={told.reason} />
      <Field {...field} name="basis" label={t.basis} value={told.legalBasis} />
      <Field
        {...{ ...field, name: 'evidence', hint: t.evidenceHint }}
        label={t.evidence}
        value={told.evidence}
      />
      <Field
        {...{ ...field, name: 'evidenceSha256', value: told.evidenceSha256 }}
        label={t.evidenceSha256}
      />
      {told.act !== 'retire' && (
        <Field {...field} name="category" label={t.category} value={told.category} />
      )}
      <Field
        {...{ ...field, name: 'without', rows: 3, hint: words.withoutHint }}
        label={words.without}
      />
      <button type="submit">{words.changeGo}</button>
    </Folded>
  )
}

function Override({ visit, told, tag }: FormsProps): JSX.Element {
  const words = visit.t.proposals
  const action = pathOf(told, 'override')
  return (
    <Folded {...{ visit, action, tag }} title={words.override}>
      <p class="hint">{words.overrideHint}</p>
      <Field {...{ visit, action, name: 'reason', rows: 3 }} label={words.overrideReason} />
      <button type="submit" class="bad">
        {words.overrideGo}
      </button>
    </Folded>
  )
}
