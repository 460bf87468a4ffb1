import { registerState } from '../core/register.ts'
import { actingPerson } from './acting-person.ts'
import { changeRegister } from './change-register.ts'
import { withStore } from './find-list.ts'
import type { GlobalOptions } from './global-options.ts'
import type { RegisterDeeds } from './register-deeds.ts'
import { shippedRegister } from './shipped-register.ts'

/** What commands do with the register, on a data folder. Whoever can read the folder may look. */
export function localRegister({ data, actor }: GlobalOptions): RegisterDeeds {
  return {
    rows: () =>
      withStore(data, (store) => {
        const own = store.register.all()
        const rows = own ?? shippedRegister()
        return { state: registerState(rows), isShipped: own === null, rows }
      }),
    change: (request) =>
      withStore(data, (store) => {
        const acting = { store, person: actingPerson(store, actor), at: new Date() }
        return changeRegister(acting, { ...request, expected: null })
      }),
    changes: (limit) => withStore(data, (store) => store.register.changes({ limit })),
    wholeChanges: (limit) =>
      withStore(data, (store) =>
        store.register
          .changes({ limit })
          .map((one) => ({ ...one, rows: store.register.rowsOf(one.id) })),
      ),
  }
}
