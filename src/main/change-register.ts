import { Fault } from '../core/fault.ts'
import { ALL_LISTS, type Person } from '../core/person.ts'
import { registerState, type RegisterRow } from '../core/register.ts'
import { assertMayAct } from '../curation/assert-may-act.ts'
import type { Store } from '../store/open-store.ts'
import type { RegisterChange } from '../store/register-store.ts'
import { shippedRegister } from './shipped-register.ts'
import { takeOverShipped } from './take-over-shipped.ts'

export interface RegisterRequest {
  readonly reason: string
  readonly add: readonly RegisterRow[]
  /** Values in canonical form. */
  readonly remove: readonly string[]
  /** The state that was looked at; null for whatever it is now. */
  readonly expected: string | null
}

/**
 * One change of the register; before the first of all, the shipped rows become the authority's own. Null where it says all that already: then nothing is
 * taken over. Throws `user/refused`, `request/changed`, and what the store throws.
 */
export function changeRegister(
  { store, person, at }: { readonly store: Store; readonly person: Person; readonly at: Date },
  { reason, add, remove, expected }: RegisterRequest,
): RegisterChange | null {
  assertMayAct(person, 'manage-register', ALL_LISTS)
  return store.write(() => {
    const own = store.register.all()
    const now = own ?? shippedRegister()
    assertState(now, expected)
    if (own === null && isSaid(now, { add, remove })) return null
    takeOverShipped(store)
    return store.register.change({ actor: person.name, reason, at, add, remove })
  })
}

function assertState(now: readonly RegisterRow[], expected: string | null): void {
  const state = registerState(now)
  if (expected === null || expected === state) return
  throw new Fault(
    'request/changed',
    `expected the register to be ${expected.slice(0, 16)}, got ${state.slice(0, 16)}: somebody has changed it since; look again`,
  )
}

/** Whether the rows say all that already. */
function isSaid(
  rows: readonly RegisterRow[],
  { add, remove }: Pick<RegisterRequest, 'add' | 'remove'>,
): boolean {
  const merged = new Map([...rows, ...add].map((row) => [row.value, row]))
  return remove.length === 0 && registerState(merged.values()) === registerState(rows)
}
