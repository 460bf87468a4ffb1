import { Hono, type Context } from 'hono'
import { Fault } from '../core/fault.ts'
import { isServerFault, problemOf, PROBLEM_TYPE } from '../platform/problem.ts'
import { addOperations } from './api/add-operations.ts'
import { ALL_OPERATIONS } from './api/all-operations.ts'
import { describeApi, type ApiDocument } from './api/describe-api.ts'
import type { Desk } from './desk.ts'
import { addPages, answerNoPage } from './pages/add-pages.tsx'
import { ACTIONS, PAGES, PLACES } from './pages/all-pages.ts'
import { addImportRoutes } from './pages/imports/add-import-routes.tsx'
import { addRegisterRoutes } from './pages/register/add-register-routes.tsx'
import { addSearchRoutes } from './pages/reading/search.tsx'
import { beginPlots } from './plots/draw-plots.ts'
import { warmUp } from './warm-up.ts'
import { apiPage } from './pages/api/api-page.tsx'
import { addSessionForms } from './pages/session/add-session-pages.tsx'
import { addPasskeyRoutes } from './passkeys/add-passkey-routes.ts'
import { addSingleSignOn } from './pages/session/add-single-sign-on.tsx'
import { addSessionRoutes, type SessionDeps } from './session-routes.ts'

export interface ConsoleDeps extends SessionDeps {
  readonly desk: Desk
  /** What everybody may ask, to which the rest is added. */
  readonly publicApi: () => ApiDocument
  readonly onFault: (error: unknown) => void
}

/** Everything that is answered to the people who decide here, and to their programs. */
export function openConsole(deps: ConsoleDeps): Hono {
  const app = new Hono()
  app.use(async (c, next) => {
    await next()
    // Whatever it is, it is for one person.
    if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'no-store')
    c.res.headers.append('Vary', 'Cookie, Authorization')
    c.res.headers.set('X-Content-Type-Options', 'nosniff')
  })
  app.onError((error, c) => {
    if (isServerFault(error)) deps.onFault(error)
    return sendProblem(c, error)
  })
  app.use('/console/sign-in', async (_, next) => {
    await next()
    // Behind it the overview comes.
    beginPlots()
  })
  addSessionRoutes(app, deps)
  addPasskeyRoutes(app, deps)
  addOperations(app, deps, ALL_OPERATIONS)
  const describe = (): ApiDocument => describeApi(deps.publicApi(), ALL_OPERATIONS)
  const pages = [...PAGES, apiPage(describe)]
  const frame = addPages(app, { ...deps, places: PLACES }, { pages, actions: ACTIONS })
  addSessionForms(app, frame)
  addSingleSignOn(app, frame)
  addImportRoutes(app, frame)
  addRegisterRoutes(app, frame)
  addSearchRoutes(app, frame)
  app.get('/v1/openapi.json', (c) => c.json(describe()))
  app.get('/v1/docs', (c) => c.redirect('/console/api', 302))
  app.notFound((c) =>
    /^\/(?:console|appeal)(?:\/|$)/.test(c.req.path)
      ? answerNoPage(frame, c)
      : sendProblem(
          c,
          new Fault('serve/not-found', 'expected a path and a method of the API, got others'),
        ),
  )
  return app
}

/** Does once what the first who look would wait for (`warm-up.ts`). */
export function warmUpConsole(
  deps: Pick<ConsoleDeps, 'desk' | 'waiting' | 'now'>,
  nextTurn: () => Promise<void>,
): Promise<void> {
  return warmUp({ ...deps, nextTurn }, { pages: PAGES, operations: ALL_OPERATIONS })
}

function sendProblem(c: Context, error: unknown): Response {
  const problem = problemOf(error)
  if (problem.status === 401) c.header('WWW-Authenticate', 'Bearer')
  if (problem.status === 429 || problem.status === 503) c.header('Retry-After', RETRY_AFTER_S)
  // What of the request was not read is not worth reading.
  if (problem.status === 413) c.header('Connection', 'close')
  return c.body(JSON.stringify(problem), problem.status, { 'Content-Type': PROBLEM_TYPE })
}

const RETRY_AFTER_S = '60'
