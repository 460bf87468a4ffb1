import { Fault } from '../../core/fault.ts'

/** Whether it may be the number of a decision. */
export function isDecisionId(text: string): boolean {
  return /^[1-9]\d{0,14}$/.test(text)
}

/** Of what is neither a decision nor a proposal. */
export function noDecision(id: string): Fault {
  return new Fault(
    'decision/not-found',
    `expected the number of a decision, or the id of a proposal such as p7, got ${JSON.stringify(id)}`,
  )
}
