import { OWN_ACTOR, type Store } from '../store/open-store.ts'
import { shippedRegister } from './shipped-register.ts'

/** Makes the shipped rows the authority's own, where it has changed none yet: from here on a new version of the program changes nothing by itself. */
export function takeOverShipped(store: Store): void {
  if (store.register.all() !== null) return
  store.register.change({
    actor: OWN_ACTOR,
    reason: 'the rows that are shipped, taken over before the first change',
    at: new Date(),
    add: shippedRegister(),
    remove: [],
  })
}
