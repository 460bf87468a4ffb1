import { Fault } from '../../core/fault.ts'
import { printSuggestion } from '../../core/nearest.ts'
import type { Store } from '../../store/open-store.ts'
import type { User } from '../../store/user-store.ts'

/** Throws `user/not-found`, with the nearest. */
export function findUser({ users }: Pick<Store, 'users'>, name: string): User {
  const found = users.find(name)
  if (found !== null) return found
  const known = users.all().map((one) => one.name)
  throw new Fault(
    'user/not-found',
    `expected the name of a user, got ${JSON.stringify(name)}${printSuggestion(name, known)}`,
  )
}
