const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** For how many days each kind of metadata is valid; `docs/spec/http.md` §5 says why. */
export const LIFE_DAYS = { root: 365, targets: 180, list: 14, snapshot: 7, timestamp: 1 } as const

/** How old a timestamp may become before it is signed again, by schedule. */
export const TIMESTAMP_REFRESH_MS = HOUR_MS

function lifeMs(role: string): number {
  if (role === 'root' || role === 'targets' || role === 'snapshot' || role === 'timestamp') {
    return LIFE_DAYS[role] * DAY_MS
  }
  return LIFE_DAYS.list * DAY_MS
}

/** When what is signed for `role` at `at` ends. */
export function expiryOf(role: string, at: Date): Date {
  return new Date(at.getTime() + lifeMs(role))
}

/** When metadata was signed, told from its expiry. */
export function signedAtOf(role: string, expiresAt: Date): Date {
  return new Date(expiresAt.getTime() - lifeMs(role))
}

/** Whether metadata must be signed again: a third of its life is left, or an hour is over for a timestamp. */
export function isDue(role: string, expiresAt: Date, at: Date): boolean {
  const leftMs = expiresAt.getTime() - at.getTime()
  if (role === 'timestamp') return leftMs <= lifeMs(role) - TIMESTAMP_REFRESH_MS
  return leftMs <= lifeMs(role) / 3
}
