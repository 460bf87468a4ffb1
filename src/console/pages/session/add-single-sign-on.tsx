import type { Context, Hono } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { isFault } from '../../../core/fault.ts'
import { isServerFault, problemOf } from '../../../platform/problem.ts'
import { assertFresh, assertNotWeaker } from '../../assert-sure.ts'
import { authenticate } from '../../authenticate.ts'
import { FLOW_LIFE_MS } from '../../limits.ts'
import type { Purpose } from '../../single-sign-on/flows.ts'
import { findIssuer } from '../../single-sign-on/issuer-terms.ts'
import { sessionUser } from '../../session-routes.ts'
import { assertProven, linkByVisit, signInByVisit } from '../../single-sign-on/use-visit.ts'
import { whenFree } from '../../when-free.ts'
import {
  draw,
  goOn,
  openVisit,
  readForm,
  showAgain,
  type PageDeps,
  type PageFrame,
} from '../add-pages.tsx'
import { ownPath } from '../own-path.ts'
import { FormFields } from '../form-fields.ts'
import type { Page } from '../page.ts'
import { ACCOUNT_PAGE } from './account.tsx'
import { GoingOn, linkPath, signInPath, UNLINK_PATH } from './issuers.tsx'
import { SIGN_IN_PAGE } from './sign-in.tsx'

/** Adds what the forms for single sign-on do, and the paths to which issuers send browsers back. */
export function addSingleSignOn(app: Hono, frame: PageFrame): void {
  app.post(signInPath(':issuer'), (c) =>
    begin(frame, c, SIGN_IN_PAGE, (fields) => ({
      ...{ kind: 'sign-in', then: ownPath(fields.text('then')) },
    })),
  )
  app.post(linkPath(':issuer'), (c) =>
    begin(frame, c, ACCOUNT_PAGE, async (fields) => {
      const user = await assertProven(frame.deps, c, fields.all('password')[0] ?? '')
      return { kind: 'link', userId: user.id }
    }),
  )
  app.post(UNLINK_PATH, (c) => unlink(frame, c))
  app.get(`${signInPath(':issuer')}/return`, (c) => finish(frame, c))
}

/** Sends the browser to an issuer: by a page that leads on, for the policy of our pages lets no form lead elsewhere. */
async function begin(
  frame: PageFrame,
  c: Context,
  page: Page,
  purposeOf: (fields: FormFields) => Purpose | Promise<Purpose>,
): Promise<Response> {
  const { deps } = frame
  let fields = new FormFields(new URLSearchParams())
  try {
    fields = await readForm(frame, c)
    const purpose = await purposeOf(fields)
    const issuer = c.req.param('issuer') ?? ''
    const redirectUri = `${originOf(deps, c)}${signInPath(issuer)}/return`
    const address = deps.addressOf(c)
    const begun = await deps.singleSignOn.begin({ issuer, address, redirectUri, purpose })
    setCookie(c, cookieName(deps), begun.browser, {
      ...{ path: '/', httpOnly: true, secure: deps.isSecure },
      // The issuer sends the browser back from its own site: with Strict the cookie would not come along.
      ...{ sameSite: 'Lax', maxAge: FLOW_LIFE_MS / 1000 },
    })
    const visit = openVisit(frame, c, await authenticate(deps, c.req.raw.headers))
    const { to, title } = begun
    const body = <GoingOn visit={visit} to={to} title={title} />
    const shown = { title: visit.t.session.goOnTo(title), body, goOnTo: to }
    return await draw(frame, c, { visit, shown, status: 200 })
  } catch (error) {
    const action = new URL(c.req.url).pathname
    return refuse(frame, c, { page, action, fields, error })
  }
}

/** The origin under which this browser has the server; never one that only it says. */
function originOf({ origins }: Pick<PageDeps, 'origins'>, c: Context): string {
  const known = origins()
  const host = c.req.header('host')
  return known.find((origin) => new URL(origin).host === host) ?? known[0] ?? ''
}

function cookieName({ isSecure }: Pick<PageDeps, 'isSecure'>): string {
  return `${isSecure ? '__Host-' : ''}bailiwick.sso`
}

/** From the network, not yet verified: whatever a link says, and perhaps an issuer. */
async function finish(frame: PageFrame, c: Context): Promise<Response> {
  const { deps } = frame
  const { singleSignOn } = deps
  const issuer = c.req.param('issuer') ?? ''
  const browser = getCookie(c, cookieName(deps)) ?? ''
  const query = new URL(c.req.url).searchParams
  const purpose = singleSignOn.purposeOf({ issuer, query, browser })
  try {
    const visit = await singleSignOn.finish({
      ...{ issuer, query, browser, address: deps.addressOf(c) },
    })
    deleteCookie(c, cookieName(deps), { path: '/', secure: deps.isSecure })
    if (visit.purpose.kind === 'link') {
      await linkByVisit(deps, c, visit)
      return goOn(c, { to: ACCOUNT_PAGE.path, done: 'linked' })
    }
    const answer = await signInByVisit(deps, c, visit)
    const response = goOn(c, { to: visit.purpose.then })
    // Of the answer that isn't given.
    response.headers.delete('Content-Type')
    for (const cookie of answer.headers.getSetCookie()) {
      response.headers.append('Set-Cookie', cookie)
    }
    return response
  } catch (error) {
    const fields = new FormFields(new URLSearchParams())
    return refuse(
      frame,
      c,
      purpose?.kind === 'link'
        ? { page: ACCOUNT_PAGE, action: linkPath(issuer), fields, error }
        : { page: SIGN_IN_PAGE, action: signInPath(issuer), fields, error },
    )
  }
}

async function unlink(frame: PageFrame, c: Context): Promise<Response> {
  const { deps } = frame
  const { identities, singleSignOn, waiting } = deps
  let fields = new FormFields(new URLSearchParams())
  try {
    fields = await readForm(frame, c)
    const { user, caller } = await sessionUser(deps, c)
    assertNotWeaker(deps, user, caller)
    const password = fields.text('password') || undefined
    await assertFresh(deps, { user, caller, password, address: deps.addressOf(c) })
    const named = fields.text('issuer')
    const issuer = findIssuer(singleSignOn.issuers, named)?.issuer ?? named
    const identity = { issuer, subject: fields.text('subject') }
    await whenFree(waiting, () => identities.unlink(user.id, identity, user.name))
    return goOn(c, { to: ACCOUNT_PAGE.path, done: 'unlinked' })
  } catch (error) {
    return refuse(frame, c, { page: ACCOUNT_PAGE, action: UNLINK_PATH, fields, error })
  }
}

interface Refusal {
  readonly page: Page
  /** The form above which it is told. */
  readonly action: string
  readonly fields: FormFields
  readonly error: unknown
}

async function refuse(
  frame: PageFrame,
  c: Context,
  { page, action, fields, error }: Refusal,
): Promise<Response> {
  const { deps } = frame
  // What an issuer has done wrong can't be told to who signs in; the operator is to see it.
  const isIssuers = isFault(error, 'session/issuer', 'session/answer')
  if (isServerFault(error) || isIssuers) deps.onFault(error)
  const caller = await authenticate(deps, c.req.raw.headers)
  const problem = problemOf(error)
  const refused = { action, problem, errors: new Map<string, string>(), typed: fields }
  return showAgain(frame, page, { c, caller, refused })
}
