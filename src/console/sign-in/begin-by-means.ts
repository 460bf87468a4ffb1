import { APIError, createAuthEndpoint } from 'better-auth/api'
import { setSessionCookie } from 'better-auth/cookies'
import type { SignInMeans } from '../../core/sign-in-means.ts'

/** Whom our own code has found to be somebody, and by what. */
interface Found {
  readonly userId: string
  readonly means: SignInMeans
}

const OPTIONS = { method: 'POST', metadata: { $Infer: { body: {} as Found } } } as const

/**
 * A plugin of the library that makes sessions without a password. Its one endpoint has no path, so that it can be called and can't be
 * mounted. Nobody and the disabled are refused as a wrong password is.
 */
export const BEGIN_BY_MEANS = {
  id: 'begin-by-means',
  endpoints: {
    beginByMeans: createAuthEndpoint(OPTIONS, async (c) => {
      const { userId, means } = c.body
      const { internalAdapter } = c.context
      const user = await internalAdapter.findUserById(userId)
      if (user === null) throw new APIError('UNAUTHORIZED')
      // The last parameter: what is set here goes over defaults.
      const making = internalAdapter.createSession(userId, false, { means }, true)
      const session = await making.catch((error: unknown) => {
        if (isDisabled(error)) throw new APIError('UNAUTHORIZED')
        throw error
      })
      await setSessionCookie(c, { session, user }, false)
      return c.json({ token: session.token, user: { id: user.id } })
    }),
  },
} as const

/** What the trigger `sessions_of_active` says, inside of the adapter's error. */
function isDisabled(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return error.message === 'disabled: users' || isDisabled(error.cause)
}
