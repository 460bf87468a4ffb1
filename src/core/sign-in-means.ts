/**
 * By what somebody signed in: a password, with the second factor of whoever has one; a passkey; or another's word, which says nothing of factors unless
 * the operator has named what of it does.
 */
export const SIGN_IN_MEANS = [
  'password',
  'passkey',
  'single-sign-on',
  'single-sign-on-two-factors',
] as const
export type SignInMeans = (typeof SIGN_IN_MEANS)[number]

/** Means of sessions that were begun by another's word. */
export const SINGLE_SIGN_ON_MEANS = [
  'single-sign-on',
  'single-sign-on-two-factors',
] as const satisfies readonly SignInMeans[]
