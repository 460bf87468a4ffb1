import {
  createPrivateKey,
  createSign,
  // eslint-disable-next-line no-restricted-imports -- as bytes alone, in `rsaKey`
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'

type Claims = Record<string, unknown>

/** An issuer of another's make on loopback, in which somebody is always signed in and says yes to everything. */
export interface OpenIdIssuer {
  readonly url: string
  /** Who is signed in there from now on. */
  readonly become: (subject: string, acr?: string) => void
  /** What it says in ID tokens from now on, signed as ever; null: what it does by itself. */
  readonly tamper: (change: ((claims: Claims) => Claims) | null) => void
  /** From now on the signature of ID tokens is another's. */
  readonly forge: (isForged: boolean) => void
  /** From now on each path is answered so before anything else; null: by the issuer. */
  readonly answer: (handle: ((path: string, response: ServerResponse) => boolean) | null) => void
  /** Goes where a browser is sent, until it is sent to another origin: that address. */
  readonly visit: (to: string) => Promise<URL>
  /** Paths that were asked. */
  readonly asked: string[]
  readonly stop: () => Promise<void>
}

export const CLIENT_SECRET = 'a-secret-of-the-tests'

/** `redirectUris` are asked for with the first request. */
export async function openOpenIdIssuer(
  redirectUris: () => readonly string[],
): Promise<OpenIdIssuer> {
  const [privateKey, forged] = [rsaKey(), rsaKey()]
  const state: State = {
    ...{ subject: 'nobody', acr: undefined, isForged: false, change: null, handle: null },
  }
  const asked: string[] = []
  let listener: ReturnType<Provider['callback']> | null = null
  const server = createServer((request, response) => {
    const path = request.url?.split('?', 1)[0] ?? ''
    asked.push(path)
    if (state.handle?.(path, response) === true) return
    listener ??= openProvider(url, { redirectUris: redirectUris(), privateKey, forged, state })
    listener(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    ...{ url, asked },
    become: (subject, acr) => Object.assign(state, { subject, acr }),
    tamper: (change) => void (state.change = change),
    forge: (isForged) => void (state.isForged = isForged),
    answer: (handle) => void (state.handle = handle),
    visit: (to) => follow(to, url),
    stop: () => stop(server),
  }
}

interface State {
  subject: string
  acr: string | undefined
  isForged: boolean
  change: ((claims: Claims) => Claims) | null
  handle: ((path: string, response: ServerResponse) => boolean) | null
}

interface Opening {
  readonly redirectUris: readonly string[]
  readonly privateKey: KeyObject
  readonly forged: KeyObject
  readonly state: State
}

function openProvider(
  url: string,
  { redirectUris, privateKey, forged, state }: Opening,
): ReturnType<Provider['callback']> {
  const provider = new Provider(url, {
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'one', use: 'sig' }] },
    clients: [
      {
        ...{ client_id: 'bailiwick', client_secret: CLIENT_SECRET, redirect_uris: redirectUris },
        ...{ response_types: ['code'], grant_types: ['authorization_code'] },
      },
    ],
    cookies: { keys: ['a key of the tests'] },
    features: { devInteractions: { enabled: false } },
    acrValues: ['urn:test:two', 'urn:test:one'],
    pkce: { required: () => true },
    interactions: { url: () => '/interaction' },
    findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
  })
  provider.use(async (context, next) => {
    if (context.path === '/interaction') {
      await agree(provider, context, state)
      return
    }
    await next()
    const body = context.body as { id_token?: string } | undefined
    if (context.path !== '/token' || body?.id_token === undefined) return
    const key = state.isForged ? forged : privateKey
    const [head = '', claims = ''] = body.id_token.split('.')
    const told = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Claims
    const said = Buffer.from(JSON.stringify(state.change?.(told) ?? told)).toString('base64url')
    const signature = createSign('sha256').update(`${head}.${said}`).sign(key, 'base64url')
    context.body = { ...body, id_token: `${head}.${said}.${signature}` }
  })
  return provider.callback()
}

type Context = Parameters<Parameters<Provider['use']>[0]>[0]

async function agree(
  provider: Provider,
  { req, res }: Context,
  { subject, acr }: { readonly subject: string; readonly acr: string | undefined },
): Promise<void> {
  const { params } = await provider.interactionDetails(req, res)
  const grant = new provider.Grant({ accountId: subject, clientId: params['client_id'] ?? '' })
  grant.addOIDCScope(params['scope'] ?? '')
  const grantId = await grant.save()
  await provider.interactionFinished(req, res, {
    login: { accountId: subject, remember: false, ...(acr !== undefined && { acr }) },
    consent: { grantId },
  })
}

/** As a browser of its own, with its cookies. */
async function follow(to: string, origin: string): Promise<URL> {
  const cookies = new Map<string, string>()
  let at = new URL(to)
  for (let steps = 0; steps < 10; steps++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(at, { redirect: 'manual', headers: { cookie } })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    if (location === null) throw new Error(`${response.status}: ${await response.text()}`)
    at = new URL(location, at)
    if (at.origin !== origin) return at
  }
  throw new Error('expected to be sent back, got sent round and round')
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}

function rsaKey(): KeyObject {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { format: 'der', type: 'spki' },
    privateKeyEncoding: { format: 'der', type: 'pkcs8' },
  })
  return createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' })
}
