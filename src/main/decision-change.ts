import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import { parseRevision } from './parse-count.ts'
import { printJson } from './print-table.ts'
import type { Deeds } from './proposals/deeds.ts'
import { exitCodeOf, plainOutcome, printOutcome } from './proposals/outcome.ts'
import { withDeeds } from './proposals/with-deeds.ts'

export interface ChangeOptions {
  readonly revision?: string
  readonly note?: string
  readonly reason?: string
  readonly basis?: string
  readonly evidence?: string
  readonly evidenceSha256?: string
  readonly category?: string
  readonly reference?: string
  readonly action?: string
  readonly without?: readonly string[]
  readonly acknowledge?: readonly string[]
  readonly json?: boolean
}

/** `decision change`: a new revision of what is proposed. */
export async function changeDecision(
  id: string,
  options: ChangeOptions,
  command: Command,
): Promise<void> {
  const request = requestOf(id, options)
  const outcome = await withDeeds(command, (deeds) => deeds.change(request))
  process.stdout.write(
    options.json === true ? printJson(plainOutcome(outcome)) : printOutcome(outcome),
  )
  process.exitCode = exitCodeOf(outcome)
}

function requestOf(id: string, options: ChangeOptions): Parameters<Deeds['change']>[0] {
  const { note = '', without = [], acknowledge = [] } = options
  const { reason, basis, evidence, evidenceSha256, category, reference, action } = options
  const changes = { reason, basis, evidence, evidenceSha256, category, reference, action }
  const isSomething = Object.values(changes).some((change) => change !== undefined)
  if (isSomething || without.length > 0) {
    const expected = parseRevision(options.revision)
    return { id, expected, note, ...changes, without, acknowledged: acknowledge }
  }
  throw new Fault('usage/invalid', 'expected something to change, got nothing: see --help')
}
