import { randomBytes } from 'node:crypto'
import { Fault } from '../../core/fault.ts'
import { Bucket, networkOf } from '../bucket.ts'
import { VISITS_PER_ADDRESS } from '../limits.ts'
import { Flows, type Purpose } from './flows.ts'
import type { IssuerName, IssuerTerms } from './issuer-terms.ts'
import { openIssuer, type Issuer, type Told } from './open-issuer.ts'

/** Signing in by the word of an issuer of OpenID Connect (`docs/adr/029-signing-in.md`). It knows nothing of users. */
export interface SingleSignOn {
  /** As the operator has put them. */
  readonly issuers: readonly IssuerName[]
  /** Sends a browser to an issuer. Faults: `request/too-many`, `serve/not-found`, `session/issuer`. */
  readonly begin: (visit: NewVisit) => Promise<BegunVisit>
  /**
   * What comes of the address to which an issuer has sent the browser back. Faults: `request/too-many`, `session/flow` where that browser has no such
   * visit that waits, `session/answer`, `session/issuer`.
   */
  readonly finish: (answer: ReturnedVisit) => Promise<FinishedVisit>
  /** For what became of the visit, when `finish` throws; null where there is none such. */
  readonly purposeOf: (
    answer: Pick<ReturnedVisit, 'query' | 'issuer' | 'browser'>,
  ) => Purpose | null
}

export interface NewVisit {
  /** The issuer's id. */
  readonly issuer: string
  readonly address: string
  /** Where the issuer is to send the browser back: a path of this server's, of this issuer alone. */
  readonly redirectUri: string
  readonly purpose: Purpose
}

export interface BegunVisit {
  readonly to: URL
  readonly title: string
  /** For a cookie: whoever brings the answer must have it. */
  readonly browser: string
}

export interface ReturnedVisit {
  readonly issuer: string
  readonly address: string
  /** From the network, not yet verified. */
  readonly query: URLSearchParams
  /** The cookie; empty for none. */
  readonly browser: string
}

export interface FinishedVisit extends Told {
  readonly issuer: IssuerName
  readonly purpose: Purpose
}

/** Asks no issuer yet. */
export function openSingleSignOn(terms: readonly IssuerTerms[], now: () => number): SingleSignOn {
  const issuers = new Map(terms.map((one): [string, Issuer] => [one.id, openIssuer(one, now)]))
  const flows = new Flows(now)
  const visits = new Bucket(VISITS_PER_ADDRESS, now)
  const enter = (id: string, address: string): Issuer => {
    const issuer = issuers.get(id)
    if (issuer === undefined) {
      throw new Fault(
        'serve/not-found',
        'expected the id of an issuer of console.json, got another',
      )
    }
    if (visits.take(networkOf(address))) return issuer
    throw new Fault('request/too-many', 'expected fewer tries to sign in: wait a minute')
  }
  return {
    issuers: terms.map(nameOf),
    begin: async ({ issuer: id, address, redirectUri, purpose }) => {
      const issuer = enter(id, address)
      const [state, nonce, verifier, browser] = [chance(), chance(), chance(), chance()]
      const flow = { issuer: id, redirectUri, nonce, verifier, purpose }
      const to = await issuer.addressOf(state, flow)
      flows.add(state, flow, { browser, address })
      return { to, browser, title: issuer.terms.title }
    },
    purposeOf: ({ query, issuer, browser }) =>
      flows.peek(query.get('state') ?? '', { browser, issuer })?.purpose ?? null,
    finish: async ({ issuer: id, address, query, browser }) => {
      const issuer = enter(id, address)
      const state = query.get('state') ?? ''
      const flow = flows.take(state, { browser, issuer: id })
      if (flow === null) throw noFlow()
      const told = await issuer.verifyAnswer(query, state, flow)
      return { ...told, issuer: nameOf(issuer.terms), purpose: flow.purpose }
    },
  }
}

/** 256 bits; also a verifier as RFC 7636 §4.1 wants it. */
function chance(): string {
  return randomBytes(32).toString('base64url')
}

function nameOf({ id, title, issuer }: IssuerTerms): IssuerName {
  return { id, title, issuer }
}

function noFlow(): Fault {
  return new Fault(
    'session/flow',
    'expected the answer to a sign-in that was begun in this browser in the last ten minutes and not yet answered, got another: begin again',
  )
}
