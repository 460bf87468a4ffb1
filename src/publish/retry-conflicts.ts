import { isFault } from '../core/fault.ts'

/** How often a signing that another process overtook is tried again. */
export const MAX_ATTEMPTS = 8

/** Tries again what lost against another process, a few times, as long as `isWorthwhile`. */
export async function retryConflicts<T>(
  attempt: () => Promise<T>,
  isWorthwhile: () => boolean = () => true,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt()
    } catch (error) {
      if (!isFault(error, 'publish/conflict') || tries === MAX_ATTEMPTS || !isWorthwhile())
        throw error
    }
  }
}
