import type { IssuerTerms } from '../../src/console/single-sign-on/issuer-terms.ts'
import type { ListApprovals } from '../../src/core/list-definition.ts'
import { ROLES, type RoleGrant } from '../../src/core/person.ts'
import { approvalsOf } from './deciding.ts'
import { openSignInHost, type Answer, type SignInHost } from './sign-in-host.ts'
import { AT, blockOf, decisionOf, definitionOf } from './store-builders.ts'

/** The list whose people the tests are about, and one of others: who may not see it is not to know of it. */
export const OURS = 'phishing'
export const THEIRS = 'gambling'

/** Stands in everything that is written about a list: whoever may not read it must never get to see it. */
export const SECRET = 'zanzibar'

/** What every guard warns of where no top sites were loaded. */
export const WARNED = ['guard/popular-missing']

export interface Sending {
  readonly body?: unknown
  readonly tag?: string
  readonly once?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** An authority with two lists, and on each somebody of every role: `curator` and `gambling-curator`, and so on. */
export interface ConsoleWorld {
  readonly host: SignInHost
  /** Gives `phishing` another policy. */
  readonly apply: (changes: Partial<ListApprovals>) => void
  /** Asks with the API key of a user; null: with none. */
  readonly send: (
    user: string | null,
    method: string,
    path: string,
    sending?: Sending,
  ) => Promise<Answer>
  /** Puts names on a list without asking anybody. */
  readonly list: (list: string, values: readonly string[]) => void
  /** Adds somebody who may pull these lists. */
  readonly subscribe: (name: string, lists: readonly string[]) => void
  /** Gives each list an entry, a subscriber, a review, a proposal, a report and an appeal, the first of each of `phishing`. */
  readonly fill: () => Promise<void>
  /** A proposal to add a name, by a curator of the list: of ours the one of another organisation than most. */
  readonly propose: (list: string, value: string, more?: object) => Promise<Answer>
}

export function openConsoleWorld(
  approvals: Partial<ListApprovals> = { needed: 2, organisations: 2 },
  issuers: readonly IssuerTerms[] = [],
): ConsoleWorld {
  const host = openSignInHost([], ':memory:', issuers)
  const { store } = host
  const apply = (id: string, changes: Partial<ListApprovals>): void => {
    const definition = definitionOf(id, {
      ...{ legalBasis: 'Act, art. 1', approvals: approvalsOf(changes) },
      ...(id === THEIRS && { visibility: 'restricted' as const }),
    })
    const place = id === THEIRS ? 'q'.repeat(26) : id
    store.lists.apply(definition, { at: AT, actor: 'anna', place })
  }
  apply(OURS, approvals)
  apply(THEIRS, { needed: 2, organisations: 2 })
  const keys = new Map<string, string>()
  const add = (organisation: string, name: string, grant: RoleGrant): void => {
    host.addTo(organisation, name, grant)
    keys.set(name, host.makeKey(name, name, grant))
  }
  for (const role of ['administrator', 'auditor'] as const) {
    add('Example Court', `chief-${role}`, { list: '*', role })
  }
  for (const role of ROLES) {
    add('Example CERT', role, { list: OURS, role })
    add('Example Police', `${THEIRS}-${role}`, { list: THEIRS, role })
  }
  add('Example Hotline', 'other-approver', { list: OURS, role: 'approver' })
  add('Example Hotline', 'other-curator', { list: OURS, role: 'curator' })
  const send: ConsoleWorld['send'] = (user, method, path, { body, tag, once, headers } = {}) => {
    const key = user === null ? null : keys.get(user)
    if (key === undefined) throw new Error(`expected a user of the world, got ${user}`)
    return host.browser().send(method, path, body === undefined ? null : body, {
      ...(key !== null && { authorization: `Bearer ${key}` }),
      ...(tag !== undefined && { 'if-match': `"${tag}"` }),
      ...(once !== undefined && { 'idempotency-key': once }),
      ...headers,
    })
  }
  const list: ConsoleWorld['list'] = (id, values) => {
    const { rowId } = store.lists.find(id)!
    store.decisions.commit(decisionOf(rowId, { added: values.length, reason: SECRET }), {
      ...{ added: [blockOf([...values].sort())], retired: [] },
    })
  }
  const propose: ConsoleWorld['propose'] = (id, value, more = {}) =>
    send(id === OURS ? 'other-curator' : `${id}-curator`, 'POST', '/v1/proposals', {
      body: { ...proposalOf(id, value), ...more },
    })
  const review = (id: string): void => {
    const { rowId } = store.lists.find(id)!
    store.reviews.open({
      ...({
        listRowId: rowId,
        cause: 'asked',
        aboutOn: null,
        dueOn: '2030-01-01',
        at: AT,
      } as const),
      target: { decision: store.decisions.lastDecision(rowId), entry: null },
      ...{ note: SECRET, actor: 'anna' },
    })
  }
  const report = (id: string, user: string): Promise<Answer> => {
    const one = { externalId: SECRET, list: id, value: 'reported.example', reason: SECRET }
    return send(user, 'POST', '/v1/reports', { body: { reports: [one] } })
  }
  const appeal = (about: string): Promise<Answer> =>
    send(null, 'POST', '/v1/appeals', { body: { about, grounds: SECRET } })
  const subscribe: ConsoleWorld['subscribe'] = (name, lists) => {
    const key = { name: `${SECRET}-${name}`, algorithm: 'hmac-sha256', secret: 'c2VjcmV0' } as const
    const terms = { lists, transfer: 'tsig', networks: [], notify: [] } as const
    store.subscribers.add({ name, tokenHash: `hash of ${name}`, key, at: AT, ...terms })
  }
  return {
    ...{ host, send, list, propose, subscribe },
    apply: (changes) => apply(OURS, changes),
    fill: async () => {
      list(OURS, ['listed.example'])
      list(THEIRS, [`${SECRET}.example`])
      subscribe('isp-1', [OURS])
      subscribe('isp-2', [THEIRS])
      review(OURS)
      review(THEIRS)
      const made = [
        await propose(OURS, 'bad.example'),
        await propose(THEIRS, `${SECRET}-2.example`),
        await report(OURS, 'reporter'),
        await report(THEIRS, `${THEIRS}-reporter`),
        await appeal('listed.example'),
        await appeal(`${SECRET}.example`),
      ]
      for (const { status, text } of made) if (status !== 200) throw new Error(text)
    },
  }
}

/** The body of a proposal to add a name. */
export function proposalOf(list: string, value: string): object {
  return {
    ...{ list, act: 'add', entries: [{ value }], acknowledge: WARNED },
    ...{ reason: `${SECRET} says so`, evidence: `${SECRET}/17` },
  }
}
