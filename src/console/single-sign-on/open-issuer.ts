import * as client from 'openid-client'
import { Fault } from '../../core/fault.ts'
import { isSubject } from '../../curation/parse-person.ts'
import { openExchange } from '../../platform/bounded-exchange.ts'
import {
  CLOCK_TOLERANCE_S,
  DISCOVERY_LIFE_MS,
  DISCOVERY_PAUSE_MS,
  ISSUER_BYTES,
  ISSUER_TIMEOUT_MS,
} from '../limits.ts'
import { isLoopback } from '../read-config.ts'
import type { Flow } from './flows.ts'
import type { IssuerTerms } from './issuer-terms.ts'
import { answerFault, outage } from './issuer-fault.ts'

/** An issuer of OpenID Connect. Each method may throw `session/issuer`, where it can't be asked. */
export interface Issuer {
  readonly terms: IssuerTerms
  /** Where the browser is to go. */
  readonly addressOf: (state: string, flow: Flow) => Promise<URL>
  /** Whom the answer tells of: the address to which the issuer has sent the browser back. Throws `session/answer`. */
  readonly verifyAnswer: (answer: URLSearchParams, state: string, flow: Flow) => Promise<Told>
}

/** What an issuer has told of somebody. */
export interface Told {
  readonly subject: string
  readonly isTwoFactor: boolean
}

/** Asks nothing yet: what the issuer tells of itself is asked when it is first needed, kept for a while, and asked again. */
export function openIssuer(terms: IssuerTerms, now: () => number): Issuer {
  const discover = discovering(terms, now)
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw answerFault(terms, error)
    }
  }
  return {
    terms,
    addressOf: (state, flow) =>
      guarded(async () => {
        const address = client.buildAuthorizationUrl(await discover(), {
          ...{ redirect_uri: flow.redirectUri, state, nonce: flow.nonce },
          scope: terms.scopes.join(' '),
          code_challenge: await client.calculatePKCECodeChallenge(flow.verifier),
          code_challenge_method: 'S256',
          ...(terms.twoFactor.acr.length > 0 && { acr_values: terms.twoFactor.acr.join(' ') }),
        })
        assertMayAsk(terms, address)
        return address
      }),
    verifyAnswer: (answer, state, flow) =>
      guarded(async () => {
        const address = new URL(flow.redirectUri)
        address.search = answer.toString()
        // RFC 9207: `iss` is compared where it is there, and asked for where the issuer says that it gives it.
        const tokens = await client.authorizationCodeGrant(await discover(), address, {
          ...{ expectedState: state, expectedNonce: flow.nonce, pkceCodeVerifier: flow.verifier },
          idTokenExpected: true,
        })
        return readClaims(terms, tokens.claims())
      }),
  }
}

function readClaims({ twoFactor }: IssuerTerms, claims: client.IDToken | undefined): Told {
  if (claims === undefined || !isSubject(claims.sub)) {
    throw new Error('expected a subject of at most 255 characters of ASCII, got another')
  }
  const { sub, acr, amr } = claims
  const methods: unknown[] = Array.isArray(amr) ? amr : []
  const isTwoFactor =
    (typeof acr === 'string' && twoFactor.acr.includes(acr)) ||
    methods.some((method) => typeof method === 'string' && twoFactor.amr.includes(method))
  return { subject: sub, isTwoFactor }
}

/** What the issuer tells of itself. Of several who ask at once the first asks for all; after a failure nobody asks for a moment. */
function discovering(terms: IssuerTerms, now: () => number): () => Promise<client.Configuration> {
  let known: { readonly config: Promise<client.Configuration>; readonly until: number } | null =
    null
  return async () => {
    if (known !== null && now() < known.until) return known.config
    const asked = { config: discover(terms), until: now() + DISCOVERY_LIFE_MS }
    known = asked
    try {
      return await asked.config
    } catch (error) {
      known = { config: asked.config, until: now() + DISCOVERY_PAUSE_MS }
      throw outage(terms, error)
    }
  }
}

async function discover(terms: IssuerTerms): Promise<client.Configuration> {
  const { issuer, clientId, clientSecret, allowHttpOnLoopback } = terms
  const exchange = openExchange({
    ...{ maxBytes: ISSUER_BYTES, timeoutMs: ISSUER_TIMEOUT_MS },
    assertMayAsk: (url) => assertMayAsk(terms, url),
  })
  const metadata = { client_secret: clientSecret, [client.clockTolerance]: CLOCK_TOLERANCE_S }
  const config = await client.discovery(new URL(issuer), clientId, metadata, authenticate, {
    timeout: ISSUER_TIMEOUT_MS / 1000,
    [client.customFetch]: exchange,
    execute: [
      // The signature is looked at even where TLS would do (OpenID Connect Core §3.1.3.7).
      client.enableNonRepudiationChecks,
      // Where that may go is asked for each request, by `assertMayAsk`.
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so to be seen
      ...(allowHttpOnLoopback ? [client.allowInsecureRequests] : []),
    ],
  })
  const { issuer: told } = config.serverMetadata()
  // To the letter, for identities are kept by it; the library lets some issuers be of many names.
  if (told === issuer) return config
  throw new Error(
    `expected ${JSON.stringify(issuer)} to name itself so, got ${JSON.stringify(told.slice(0, 200))}: write that into console.json`,
  )
}

/** As the issuer takes it; OpenID Connect Discovery §3: left out, by HTTP's own way. */
const authenticate: client.ClientAuth = (server, metadata, body, headers) => {
  const ways = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  const { client_secret: secret = '' } = metadata
  const way = ways.includes('client_secret_basic')
    ? client.ClientSecretBasic(secret)
    : client.ClientSecretPost(secret)
  way(server, metadata, body, headers)
}

/** Over TLS, or to this very host where that is allowed: whatever address the issuer has told. */
function assertMayAsk({ allowHttpOnLoopback }: IssuerTerms, url: URL): void {
  const { protocol, hostname } = url
  if (protocol === 'https:') return
  if (protocol === 'http:' && allowHttpOnLoopback && isLoopback(hostname)) return
  throw new Fault(
    'fetch/redirect',
    `expected an address with https, got ${JSON.stringify(url.origin)}`,
  )
}
