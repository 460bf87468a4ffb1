import type { WantedAct } from './approval-policy.ts'
import type { Act } from './may-act.ts'

/** What somebody must be allowed to propose that. A mirror adds, retires and amends. */
export function proposingActs({ act, urgent }: WantedAct): readonly Act[] {
  if (act === 'retire' && urgent) return ['urgent-retire']
  return PROPOSING[act]
}

const PROPOSING: Readonly<Record<WantedAct['act'], readonly Act[]>> = {
  add: ['propose-add'],
  retire: ['propose-retire'],
  amend: ['propose-amend'],
  import: ['propose-add'],
  mirror: ['propose-add', 'propose-amend', 'propose-retire'],
}
