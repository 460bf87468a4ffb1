import type { Command } from 'commander'
import type { EntryKind } from '../core/entry.ts'
import { parseCategory, parseReference } from '../core/parse-entry.ts'
import { assertNotShrunk, type ImportMode } from '../curation/plan-import.ts'
import type { GuardDeps } from '../curation/guards/guard-deps.ts'
import { summariseGuards } from '../curation/guards/summarise-guards.ts'
import { countCoveredByList, countCoveredInFile } from '../curation/count-covered.ts'
import { assertCategory } from '../curation/propose-entry.ts'
import { proposingActs } from '../curation/proposing-acts.ts'
import type { Person } from '../core/person.ts'
import type { DecisionAct } from '../core/proposal.ts'
import type { StoredList } from '../store/list-store.ts'
import type { Store } from '../store/open-store.ts'
import { actingPerson } from './acting-person.ts'
import { assertMay } from './assert-may.ts'
import { assertFilesApart } from './assert-files-apart.ts'
import { findList, withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { openGuardDeps } from './guard-deps.ts'
import { guardImport, type GuardedImport } from './guard-import.ts'
import { printImport, type ImportOutcome } from './import-summary.ts'
import { newReference } from './new-reference.ts'
import { noteRefusal } from './note-refusal.ts'
import { printJson } from './print-table.ts'
import type { Deciding } from './proposals/deciding.ts'
import { printProposed } from './proposals/print-proposed.ts'
import { decidingWith } from './proposals/open-deciding.ts'
import type { ProposalOutcome } from './proposals/outcome.ts'
import { propose } from './proposals/propose.ts'
import { termsOf } from './proposals/term-options.ts'
import { openProgress, type Progress } from './progress.ts'
import { EXIT } from './run-program.ts'
import { readImport, type ReadImport } from './read-import.ts'
import { shortReport } from './told-guards.ts'

export interface ImportOptions {
  readonly format: string
  readonly mode: ImportMode
  readonly kind?: EntryKind
  readonly category?: string
  readonly reason: string
  readonly basis?: string
  readonly evidence?: string
  readonly evidenceSha256?: string
  readonly acknowledge?: readonly string[]
  readonly reference?: string
  readonly fromZone?: string
  readonly dryRun?: boolean
  readonly report?: string
  readonly acceptShrink?: string
  readonly override?: string
  readonly leaveOut?: boolean
  readonly json?: boolean
}

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
  return printImport(outcome) + printProposed({ person }, { ...waiting, state: 'open' })
}

/** As `importEntries`, for one list of an open store; prints nothing. */
export function runImport(
  deps: ImportDeps & { readonly progress: Progress },
  files: readonly string[],
  options: ImportOptions,
): ImportOutcome {
  if (options.dryRun === true) return importInto(deps, files, options)
  const act = actOf(options)
  return noteRefusal({ ...deps, act }, () => importInto(deps, files, options))
}

function actOf({ mode }: Pick<ImportOptions, 'mode'>): DecisionAct {
  return mode === 'mirror' ? 'mirror' : 'import'
}

function importInto(
  deps: ImportDeps & { readonly progress: Progress },
  files: readonly string[],
  options: ImportOptions,
): ImportOutcome {
  const { store, list, progress } = deps
  const outputs = options.report === undefined ? [] : [{ option: '--report', path: options.report }]
  assertFilesApart({ inputs: files, outputs })
  assertCategory(list.definition, parseCategory(options.category ?? ''))
  const reference = parseReference(options.reference ?? newReference())
  try {
    const read = readImport(files, { ...options, reference, list, progress })
    progress.say(`comparing ${read.set.size} entries with ${list.id}`)
    return store.write(() => decideImport(deps, read, { ...options, reference }))
  } finally {
    progress.end()
  }
}

export interface ImportDeps {
  readonly store: Store
  readonly list: StoredList
  readonly actor: string
  readonly guards: GuardDeps
}

/** Inside the write transaction: what is compared is what is changed. */
function decideImport(
  { store, list: known, actor, guards }: ImportDeps,
  read: ReadImport,
  options: ImportOptions & { readonly reference: string },
): ImportOutcome {
  const deciding = decidingWith({ store, openGuards: () => guards }, actor)
  const list = findList(store, known.id)
  const { definition, rowId } = list
  const before = store.entries.count(rowId)
  if (options.mode === 'mirror' && options.acceptShrink === undefined) {
    assertNotShrunk(definition, { before, after: read.set.size })
  }
  const guarded = guardImport(
    { store, list, guards },
    { mode: options.mode, lines: () => read.set.lines(), leaveOut: options.leaveOut ?? false },
  )
  const { plan, report, leftOut } = guarded
  const isIdle = plan.added + plan.retired + plan.amended === 0
  const covered = {
    inFile: countCoveredInFile({
      definition,
      entries: read.set.size,
      lines: () => read.set.lines(),
    }),
    byList:
      options.mode === 'mirror' || before === 0
        ? 0
        : countCoveredByList(plan.lines, (names) => store.entries.covering(rowId, names)),
  }
  const outcome =
    isIdle || options.dryRun === true
      ? null
      : proposeImport(deciding, { list, guarded, read }, options)
  const { added, retired, amended, listed } = plan
  return {
    list: list.id,
    mode: options.mode,
    isDryRun: options.dryRun === true,
    decision: outcome?.decision ?? null,
    proposal: outcome?.proposal ?? null,
    missing: outcome?.missing ?? null,
    reference: outcome === null ? null : options.reference,
    entries: (outcome?.proposal ?? null) === null ? before + added - retired : before,
    changes: { added, retired, amended },
    accepted: read.set.size,
    duplicates: { inFile: read.set.duplicates, listed },
    covered,
    guards: report === null ? null : shortReport(report),
    leftOut,
    files: read.reports,
  }
}

interface Planned {
  readonly list: StoredList
  readonly guarded: GuardedImport
  readonly read: ReadImport
}

function proposeImport(
  deciding: Deciding,
  { list, guarded, read }: Planned,
  options: ImportOptions & { readonly reference: string },
): ProposalOutcome {
  const { plan, rest } = guarded
  const { added, retired, amended } = plan
  const { reference, category = '', acceptShrink = null } = options
  return propose(deciding, {
    ...{ list, act: actOf(options), acknowledged: options.acknowledge ?? [] },
    override: options.override ?? null,
    findings: rest === null ? [] : summariseGuards(rest),
    terms: termsOf(options, {
      ...{ reference, category, source: read.source, shrinkReason: acceptShrink },
    }),
    change: { added: plan.lines, retired: plan.rows },
    counts: { added, retired, amended },
  })
}
