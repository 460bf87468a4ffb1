import type { Command } from 'commander'
import type { Person } from '../core/person.ts'
import { proposingActs } from '../curation/proposing-acts.ts'
import { actingPerson } from './acting-person.ts'
import { assertMay } from './assert-may.ts'
import { findList, withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { openGuardDeps } from './guard-deps.ts'
import { printImport, type ImportOutcome } from './import-summary.ts'
import { actOf, importList, type ImportDeps, type ImportOptions } from './imports/import-list.ts'
import { printJson } from './print-table.ts'
import { openProgress } from './progress.ts'
import { printProposed } from './proposals/print-proposed.ts'
import { EXIT } from './run-program.ts'

export type { ImportOptions } from './imports/import-list.ts'

/** `entry import`: reads everything first, then decides in one transaction; identical files change nothing. */
export async function importEntries(
  listId: string,
  files: string[],
  options: ImportOptions,
  command: Command,
): Promise<void> {
  const { data, actor } = globalOptions(command)
  await withStore(data, (store) => {
    const acts = proposingActs({ act: actOf(options), urgent: false })
    assertMay(store, { actor, acts, lists: [listId] })
    const list = findList(store, listId)
    const guards = openGuardDeps({ data, store })
    const deps = { store, list, actor, guards, progress: openProgress() }
    const outcome = runImport(deps, files, options)
    const text = (): string => told(outcome, actingPerson(store, actor))
    process.stdout.write(options.json === true ? printJson(outcome) : text())
    if (isStopped(outcome)) process.exitCode = EXIT.findings
  })
}

/** Whether a guard stops what was proposed, or would be. */
function isStopped({ missing, isDryRun, guards }: ImportOutcome): boolean {
  return (missing?.stops.length ?? 0) > 0 || (isDryRun && (guards?.stops ?? 0) > 0)
}

/** What guards have found is told with the import. */
function told(outcome: ImportOutcome, person: Person): string {
  const { proposal, list, missing } = outcome
  if (proposal === null) return printImport(outcome)
  const waiting = { proposal, list, missing, findings: [], revision: 1, decision: null, note: '' }
  const isUnproven = person.isUnproven === true
  return (
    printImport(outcome) + printProposed({ outcome: { ...waiting, state: 'open' }, isUnproven })
  )
}

/** As `importEntries`, for one list of an open store; prints nothing. */
export function runImport(
  { actor, ...deps }: RunImportDeps,
  files: readonly string[],
  options: ImportOptions,
): ImportOutcome {
  const person = actingPerson(deps.store, actor)
  const inputs = files.map((path) => ({ path, name: path }))
  return importList({ ...deps, person, at: new Date() }, inputs, options)
}

/** What an import works on, by whoever runs it. */
interface RunImportDeps extends Omit<ImportDeps, 'person' | 'at' | 'see'> {
  readonly actor: string
}
