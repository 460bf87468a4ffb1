import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Context, Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { Fault, isFault } from '../../core/fault.ts'
import { isServerFault, problemOf, type Problem } from '../../platform/problem.ts'
import { NOBODY } from '../api/add-operations.ts'
import type { Input, Operation } from '../api/operation.ts'
import { perform, type PerformDeps } from '../api/perform.ts'
import { authenticate, type Caller } from '../authenticate.ts'
import { MAX_BODY_BYTES } from '../limits.ts'
import { readBytes } from '../read-body.ts'
import { assertOrigin, type SessionDeps } from '../session-routes.ts'
import { chooseLanguage, LANGUAGES } from '../texts/languages.ts'
import type { Texts } from '../texts/texts.ts'
import { addAssets, type Assets } from './assets.ts'
import { FormFields } from './form-fields.ts'
import { ownPath } from './own-path.ts'
import type { FormAction, Page, Place, Shown } from './page.ts'
import { Layout } from './parts/layout.tsx'
import type { AskInput, Refused, Visit } from './visit.ts'

export type PageDeps = SessionDeps &
  PerformDeps & {
    readonly onFault: (error: unknown) => void
    readonly places: readonly Place[]
  }

/** Everything that draws pages and takes forms. */
export interface PageFrame {
  readonly deps: PageDeps
  readonly assets: Assets
}

/** Adds pages and what their forms do, and gives back the frame for those that need more than these. */
export function addPages(
  app: Hono,
  deps: PageDeps,
  { pages, actions }: { readonly pages: readonly Page[]; readonly actions: readonly FormAction[] },
): PageFrame {
  const frame = { deps, assets: addAssets(app) }
  app.post('/console/language', (c) => setLanguage(frame, c))
  for (const page of pages) app.get(page.path, (c) => answerPage(frame, page, c))
  for (const action of actions) app.post(action.path, (c) => takeForm(frame, action, c))
  return frame
}

/** A page, or the sign-in page where somebody must be known. */
export async function answerPage(frame: PageFrame, page: Page, c: Context): Promise<Response> {
  const caller = await authenticate(frame.deps, c.req.raw.headers)
  if (caller === null && page.isOpen !== true) return signInFirst(c)
  const visit = openVisit(frame, c, caller)
  try {
    return await draw(frame, c, { visit, shown: await page.show(visit), status: 200 })
  } catch (error) {
    return drawProblem(frame, c, visit, error)
  }
}

function signInFirst(c: Context, then = ownAddress(c)): Response {
  return c.redirect(`/console/sign-in?then=${encodeURIComponent(then)}`, 303)
}

function ownAddress(c: Context): string {
  const { pathname, search } = new URL(c.req.url)
  return pathname + search
}

/** The path of the page that a form stands on, whose parameters are the form's. */
function pathOf({ path }: Pick<Page, 'path'>, c: Context): string {
  const params: Readonly<Record<string, string>> = c.req.param()
  return path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
}

/** The token of the browser's session: whoever has not its cookie can't make it. */
export function formToken(c: Context): string {
  const session = (c.req.header('cookie') ?? '')
    .split(';')
    .find((cookie) => cookie.includes('session_token='))
  return createHash('sha256')
    .update(`form ${session?.trim() ?? ''}`)
    .digest('base64url')
}

/** One view of a page. */
export function openVisit(
  { deps }: PageFrame,
  c: Context,
  caller: Caller | null,
  refused: Refused | null = null,
): Visit {
  const person = caller?.person ?? NOBODY
  const language = chooseLanguage(getCookie(c, LANGUAGE_COOKIE), c.req.header('accept-language'))
  return {
    ...{ caller, person, refused, t: LANGUAGES[language], url: new URL(c.req.url) },
    issuers: deps.singleSignOn.issuers,
    ...{ params: c.req.param(), at: deps.now(), token: formToken(c) },
    onceKey: () => randomBytes(16).toString('base64url'),
    nonce: randomBytes(16).toString('base64url'),
    ask: async <I extends Input, A extends object | null>(
      operation: Operation<I, A>,
      { params = {}, query = {} }: AskInput<I> = {},
    ) => {
      const asked = {
        ...{ person, address: deps.addressOf(c), body: null, tag: null, idempotencyKey: null },
        ...{ params: params as Readonly<Record<string, string>>, query: queryOf(query) },
      }
      return (await perform(deps, operation, asked)).answer
    },
  }
}

function queryOf(query: NonNullable<AskInput<Input>['query']>): URLSearchParams {
  const there = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  return new URLSearchParams(there.map(([name, value]): [string, string] => [name, String(value)]))
}

const LANGUAGE_COOKIE = 'bailiwick.language'

interface Drawn {
  readonly visit: Visit
  readonly shown: Shown
  readonly status: Problem['status']
}

/** A whole page, with the headers that keep everything foreign out of it. */
export async function draw(
  { deps, assets }: PageFrame,
  c: Context,
  { visit, shown, status }: Drawn,
): Promise<Response> {
  const body = await shown.body
  const html = (
    <Layout visit={visit} shown={shown} places={deps.places} done={doneOf(visit)} assets={assets}>
      {body}
    </Layout>
  )
  setPageHeaders(c, visit)
  return c.body(`<!doctype html>${String(await html)}`, status, {
    'Content-Type': 'text/html; charset=utf-8',
  })
}

/** A part of a page, for what a page's script puts into it. */
export async function drawPart(c: Context, visit: Visit, body: Shown['body']): Promise<Response> {
  setPageHeaders(c, visit)
  return c.body(String(await body), 200, { 'Content-Type': 'text/html; charset=utf-8' })
}

function setPageHeaders(c: Context, { nonce, t }: Visit): void {
  c.header('Content-Security-Policy', policyOf(nonce))
  c.header('Content-Language', t.language)
  // With `no-referrer` a browser would say «null» as the origin of a form.
  c.header('Referrer-Policy', 'same-origin')
  c.header('Cross-Origin-Opener-Policy', 'same-origin')
  c.header('X-Frame-Options', 'DENY')
}

function policyOf(nonce: string): string {
  return [
    ...["default-src 'none'", "base-uri 'none'", "connect-src 'self'", "form-action 'self'"],
    ...["frame-ancestors 'none'", "img-src 'self' data:"],
    ...[`script-src 'nonce-${nonce}'`, `style-src 'nonce-${nonce}'`],
  ].join('; ')
}

function doneOf({ url, t }: Visit): string | null {
  const done = url.searchParams.get('done') ?? ''
  return Object.hasOwn(t.done, done) ? t.done[done as keyof Texts['done']] : null
}

async function drawProblem(
  frame: PageFrame,
  c: Context,
  visit: Visit,
  error: unknown,
): Promise<Response> {
  if (isFault(error, 'session/none')) return signInFirst(c)
  if (isServerFault(error)) frame.deps.onFault(error)
  return tellProblem(frame, c, visit, problemOf(error))
}

function tellProblem(
  frame: PageFrame,
  c: Context,
  visit: Visit,
  problem: Problem,
): Promise<Response> {
  const { t } = visit
  const told = problem.status >= 500 ? t.problem.failed : (problem.detail ?? t.problem.notFound)
  const body = (
    <div class="problem">
      <p>{problem.status === 404 ? t.problem.notFound : told}</p>
      <p class="code">{problem.code}</p>
    </div>
  )
  return draw(frame, c, {
    ...{ visit, status: problem.status },
    shown: { title: t.problem.title, body },
  })
}

/** A path that nobody answers. */
export async function answerNoPage(frame: PageFrame, c: Context): Promise<Response> {
  const caller = await authenticate(frame.deps, c.req.raw.headers)
  const fault = new Fault('serve/not-found', 'expected the path of a page, got another')
  return drawProblem(frame, c, openVisit(frame, c, caller), fault)
}

/** The fields of a form that this server made. Faults: `session/origin`, `request/body`, `request/invalid`. */
export async function readForm(
  { deps }: PageFrame,
  c: Context,
  maxBytes = MAX_BODY_BYTES,
): Promise<FormFields> {
  assertOrigin(deps, c)
  const type = c.req.header('content-type') ?? ''
  if (!/^application\/x-www-form-urlencoded(;|$)/i.test(type)) {
    throw new Fault('request/invalid', 'expected the fields of a form, got something else')
  }
  const bytes = await readBytes(c.req.raw.body, maxBytes)
  const fields = new FormFields(new URLSearchParams(new TextDecoder().decode(bytes)))
  assertToken(c, fields.text('token'))
  return fields
}

/** Beside the origin of a request, which browsers tell: a form that was made for another session is refused, too. Throws `session/origin`. */
export function assertToken(c: Context, token: string): void {
  const expected = Buffer.from(formToken(c))
  const got = Buffer.from(token)
  if (got.length === expected.length && timingSafeEqual(got, expected)) return
  throw new Fault(
    'session/origin',
    'expected a form of this session, got one of another: load the page again',
  )
}

async function takeForm(frame: PageFrame, action: FormAction, c: Context): Promise<Response> {
  const { deps } = frame
  const caller = await authenticate(deps, c.req.raw.headers)
  if (caller === null && action.isOpen !== true) return signInFirst(c, pathOf(action.page, c))
  const operation = action.operation as unknown as Operation
  let fields = new FormFields(new URLSearchParams())
  try {
    fields = await readForm(frame, c, FORM_OVERHEAD * (operation.maxBodyBytes ?? MAX_BODY_BYTES))
    const { params = c.req.param(), body = null } = action.input(fields, c.req.param())
    const { answer } = await perform(deps, operation, {
      ...{ person: caller?.person ?? NOBODY, address: deps.addressOf(c), params, body },
      ...{ query: new URLSearchParams(), tag: fields.text('tag') || null },
      idempotencyKey: fields.text('once') || null,
    })
    if (action.shown !== undefined) {
      const visit = openVisit(frame, c, caller)
      const shown = action.shown(visit, answer as never, fields)
      return await draw(frame, c, { visit, shown, status: 200 })
    }
    return goOn(c, action.next(answer as never, c.req.param()))
  } catch (error) {
    if (isServerFault(error)) deps.onFault(error)
    const refused = refusedOf(action, c, fields, problemOf(error))
    return showAgain(frame, action.page, { c, caller, refused })
  }
}

/** Text in a form may take three bytes for one. */
const FORM_OVERHEAD = 3

/** RFC 9110 §15.4.4: the browser goes on with GET, and a reload asks for nothing twice. */
export function goOn(c: Context, { to, done }: { to: string; done?: string }): Response {
  const [path = '', fragment] = to.split('#', 2)
  const query = done === undefined ? '' : `${path.includes('?') ? '&' : '?'}done=${done}`
  return c.redirect(`${path}${query}${fragment === undefined ? '' : `#${fragment}`}`, 303)
}

/** What is wrong with a form, by the names of its fields. */
export function refusedOf(
  { fields = {} }: Pick<FormAction, 'fields'>,
  c: Context,
  typed: FormFields,
  problem: Problem,
): Refused {
  const errors = new Map<string, string>()
  for (const { path, detail } of problem.errors ?? []) {
    const member = path.split('/')[1] ?? ''
    const name = fields[path] ?? fields[`/${member}`] ?? member
    const before = errors.get(name)
    errors.set(name, before === undefined ? detail : `${before}; ${detail}`)
  }
  return { action: new URL(c.req.url).pathname, problem, errors, typed }
}

/** The page that a form stands on, with what is wrong. */
export async function showAgain(
  frame: PageFrame,
  page: Page,
  {
    c,
    caller,
    refused,
  }: { readonly c: Context; readonly caller: Caller | null; readonly refused: Refused },
): Promise<Response> {
  if (caller === null && page.isOpen !== true) return signInFirst(c, pathOf(page, c))
  // Its address is the page's own: what takes the form shows nothing to whoever asks for it.
  const url = new URL(pathOf(page, c), c.req.url)
  const visit = { ...openVisit(frame, c, caller, refused), url }
  try {
    const shown = await page.show(visit)
    return await draw(frame, c, { visit, shown, status: refused.problem.status })
  } catch (error) {
    if (isServerFault(error)) frame.deps.onFault(error)
    // Where the page itself isn't to be had, what was wrong with the form is still what is asked for.
    return tellProblem(frame, c, visit, refused.problem)
  }
}

async function setLanguage(frame: PageFrame, c: Context): Promise<Response> {
  const fields = await readForm(frame, c)
  const language = chooseLanguage(fields.text('language'), undefined)
  setCookie(c, LANGUAGE_COOKIE, language, {
    ...{ path: '/', httpOnly: true, sameSite: 'Lax', maxAge: 365 * 24 * 3600 },
  })
  return c.redirect(ownPath(fields.text('back')), 303)
}
