import { Fault } from '../core/fault.ts'
import type { Person } from '../core/person.ts'
import { mayAct, type Act } from './may-act.ts'

/** Throws `user/refused`, with the reason, unless `person` may do `act` on `list`, or with `ALL_LISTS` on what concerns no single list. */
export function assertMayAct(person: Person, act: Act, list: string): void {
  const verdict = mayAct(person, act, list)
  if (!verdict.allowed) throw new Fault('user/refused', verdict.reason)
}
