import { Fault } from '../core/fault.ts'
import type { ListDefinition } from '../core/list-definition.ts'

/** One person's word is enough for an addition only where the list says so. Throws `decision/approvals-needed`. */
export function assertOneApproval({ id, approvals }: ListDefinition): void {
  if (approvals.needed === 1) return
  throw new Fault(
    'decision/approvals-needed',
    `expected ${approvals.needed} people to approve an addition to ${JSON.stringify(id)}, got one: this program cannot collect approvals yet; set approvals.needed to 1 in its definition, or keep additions out of it`,
  )
}
