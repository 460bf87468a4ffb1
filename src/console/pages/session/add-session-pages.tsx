import type { Context, Hono } from 'hono'
import { isFault } from '../../../core/fault.ts'
import { isServerFault, problemOf, type Problem } from '../../../platform/problem.ts'
import { authenticate } from '../../authenticate.ts'
import { draw, goOn, openVisit, readForm, showAgain, type PageFrame } from '../add-pages.tsx'
import { FormFields } from '../form-fields.ts'
import { ownPath } from '../own-path.ts'
import type { Page } from '../page.ts'
import {
  ACCOUNT_PAGE,
  CONFIRM_PAGE,
  CONFIRM_PATH,
  FACTOR_PATH,
  PASSWORD_PATH,
  SecondFactor,
} from './account.tsx'
import { REMOVE_PASSKEY_PATH } from './passkeys.tsx'
import { CODE_PAGE, INVITATION_PAGE, SIGN_IN_PAGE } from './sign-in.tsx'

export const SESSION_PAGES: readonly Page[] = [
  ...[SIGN_IN_PAGE, CODE_PAGE, INVITATION_PAGE, ACCOUNT_PAGE, CONFIRM_PAGE],
]

/** A form that asks a path of the API under `/v1/session`, with the cookies of the browser. */
interface SessionForm {
  readonly path: string
  readonly page: Page
  readonly request: (fields: FormFields) => { method: string; path: string; body?: object }
  readonly next: (answer: unknown, fields: FormFields) => { to: string; done?: string }
}

const FORMS: readonly SessionForm[] = [
  {
    ...{ path: '/console/sign-in', page: SIGN_IN_PAGE },
    request: (fields) => ({
      ...{ method: 'POST', path: '/v1/session' },
      body: { user: fields.text('user'), password: fields.all('password')[0] ?? '' },
    }),
    next: (answer, fields) => {
      const then = ownPath(fields.text('then'))
      const { state } = answer as { readonly state: string }
      if (state === 'signed-in') return { to: then }
      return { to: `/console/sign-in/code?then=${encodeURIComponent(then)}` }
    },
  },
  {
    ...{ path: '/console/sign-in/code', page: CODE_PAGE },
    request: (fields) => ({
      ...{ method: 'POST', path: '/v1/session/code' },
      body:
        fields.text('code') === ''
          ? { backupCode: fields.text('backupCode') }
          : { code: fields.text('code').replaceAll(' ', '') },
    }),
    next: (_, fields) => ({ to: ownPath(fields.text('then')) }),
  },
  {
    ...{ path: '/console/invitation', page: INVITATION_PAGE },
    request: (fields) => ({
      ...{ method: 'POST', path: '/v1/session/invitation' },
      body: { code: fields.text('code'), password: fields.all('password')[0] ?? '' },
    }),
    next: () => ({ to: '/console/sign-in', done: 'passwordChosen' }),
  },
  {
    ...{ path: PASSWORD_PATH, page: ACCOUNT_PAGE },
    request: (fields) => ({
      ...{ method: 'PUT', path: '/v1/session/password' },
      body: {
        password: fields.all('password')[0] ?? '',
        newPassword: fields.all('newPassword')[0] ?? '',
      },
    }),
    next: () => ({ to: '/console/sign-in', done: 'passwordChanged' }),
  },
  {
    ...{ path: CONFIRM_PATH, page: CONFIRM_PAGE },
    request: (fields) => ({
      ...{ method: 'PUT', path: '/v1/session/second-factor' },
      body: { code: fields.text('code').replaceAll(' ', '') },
    }),
    next: () => ({ to: '/console/account', done: 'secondFactorOn' }),
  },
  {
    ...{ path: REMOVE_PASSKEY_PATH, page: ACCOUNT_PAGE },
    request: (fields) => {
      const password = fields.all('password')[0] ?? ''
      const passkey = encodeURIComponent(fields.text('passkey'))
      return {
        ...{ method: 'POST', path: `/v1/session/passkeys/${passkey}/removal` },
        body: password === '' ? {} : { password },
      }
    },
    next: () => ({ to: '/console/account', done: 'passkeyRemoved' }),
  },
  {
    ...{ path: '/console/sign-out', page: ACCOUNT_PAGE },
    request: () => ({ method: 'DELETE', path: '/v1/session' }),
    next: () => ({ to: '/console/sign-in', done: 'signedOut' }),
  },
]

/** Adds what the forms for signing in and for one's own account do: each asks the API, whose rules are the only ones. */
export function addSessionForms(app: Hono, frame: PageFrame): void {
  for (const form of FORMS) app.post(form.path, (c) => takeSessionForm(app, frame, form, c))
  app.post(FACTOR_PATH, (c) => makeSecondFactor(app, frame, c))
}

async function takeSessionForm(
  app: Hono,
  frame: PageFrame,
  form: SessionForm,
  c: Context,
): Promise<Response> {
  let fields = new FormFields(new URLSearchParams())
  try {
    fields = await readForm(frame, c)
    const answer = await askApi(app, c, form.request(fields))
    if (answer.ok) {
      const told: unknown = answer.status === 204 ? null : await answer.json()
      return withCookies(goOn(c, form.next(told, fields)), answer)
    }
    return await refuse(frame, c, form.page, { fields, problem: (await answer.json()) as Problem })
  } catch (error) {
    if (isServerFault(error) || !isFault(error)) frame.deps.onFault(error)
    return refuse(frame, c, form.page, { fields, problem: problemOf(error) })
  }
}

/** The browser's own headers go with it: where the request comes from, and from which address. */
async function askApi(
  app: Hono,
  c: Context,
  { method, path, body }: ReturnType<SessionForm['request']>,
): Promise<Response> {
  const headers = new Headers(c.req.raw.headers)
  headers.delete('content-length')
  headers.set('content-type', 'application/json')
  const url = new URL(path, c.req.url)
  return app.fetch(
    new Request(url, { method, headers, ...(body && { body: JSON.stringify(body) }) }),
    c.env as object,
  )
}

function withCookies(response: Response, answer: Response): Response {
  for (const cookie of answer.headers.getSetCookie()) response.headers.append('Set-Cookie', cookie)
  return response
}

interface Refusal {
  readonly fields: FormFields
  readonly problem: Problem
}

async function refuse(
  frame: PageFrame,
  c: Context,
  page: Page,
  { fields, problem }: Refusal,
): Promise<Response> {
  const caller = await authenticate(frame.deps, c.req.raw.headers)
  const errors = new Map((problem.errors ?? []).map(({ path, detail }) => [path.slice(1), detail]))
  const action = new URL(c.req.url).pathname
  const refused = { action, problem, errors, typed: fields }
  return showAgain(frame, page, { c, caller, refused })
}

async function makeSecondFactor(app: Hono, frame: PageFrame, c: Context): Promise<Response> {
  let fields = new FormFields(new URLSearchParams())
  try {
    fields = await readForm(frame, c)
    const password = fields.all('password')[0] ?? ''
    const request = { method: 'POST', path: '/v1/session/second-factor', body: { password } }
    const answer = await askApi(app, c, request)
    if (!answer.ok) {
      const problem = (await answer.json()) as Problem
      return await refuse(frame, c, ACCOUNT_PAGE, { fields, problem })
    }
    const made = (await answer.json()) as { uri: string; backupCodes: readonly string[] }
    const visit = openVisit(frame, c, await authenticate(frame.deps, c.req.raw.headers))
    const shown = {
      title: visit.t.session.secondFactor,
      body: <SecondFactor visit={visit} {...made} />,
    }
    return withCookies(await draw(frame, c, { visit, shown, status: 200 }), answer)
  } catch (error) {
    if (isServerFault(error) || !isFault(error)) frame.deps.onFault(error)
    return refuse(frame, c, ACCOUNT_PAGE, { fields, problem: problemOf(error) })
  }
}
