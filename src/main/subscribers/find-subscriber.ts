import { Fault } from '../../core/fault.ts'
import { printSuggestion } from '../../core/nearest.ts'
import type { Store } from '../../store/open-store.ts'
import type { Subscriber } from '../../store/subscriber-store.ts'

/** Throws `subscriber/not-found`, with the nearest. */
export function findSubscriber(store: Pick<Store, 'subscribers'>, name: string): Subscriber {
  const found = store.subscribers.find(name)
  if (found !== null) return found
  const known = store.subscribers.all().map((one) => one.name)
  throw new Fault(
    'subscriber/not-found',
    `expected the name of a subscriber, got ${JSON.stringify(name)}${printSuggestion(name, known)}`,
  )
}
