/** By what somebody signed in: a password, with the second factor of whoever has one; a passkey; or another's word, which says nothing of factors. */
export const SIGN_IN_MEANS = ['password', 'passkey', 'single-sign-on'] as const
export type SignInMeans = (typeof SIGN_IN_MEANS)[number]
