import type { Command } from 'commander'
import type { EntryKind } from '../core/entry.ts'
import { parseCategory, parseReference } from '../core/parse-entry.ts'
import { assertOneApproval } from '../curation/assert-one-approval.ts'
import { assertNotShrunk, type ImportMode, type ImportPlan } from '../curation/plan-import.ts'
import type { GuardDeps } from '../curation/guards/guard-deps.ts'
import { countCoveredByList, countCoveredInFile } from '../curation/count-covered.ts'
import { decisionDays } from '../curation/decision-days.ts'
import type { Act } from '../curation/may-act.ts'
import { assertCategory } from '../curation/propose-entry.ts'
import type { DecisionAct, NewDecision } from '../store/decision-store.ts'
import type { StoredList } from '../store/list-store.ts'
import type { Store } from '../store/open-store.ts'
import { assertFilesApart } from './assert-files-apart.ts'
import { assertMay } from './assert-may.ts'
import { findList, withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { guardImport } from './guard-import.ts'
import { openGuardDeps } from './guard-deps.ts'
import { printImport, type ImportOutcome } from './import-summary.ts'
import { newReference } from './new-reference.ts'
import { noteRefusal } from './note-refusal.ts'
import { printJson } from './print-table.ts'
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
    assertMay(store, { actor, acts: MODE_ACTS[options.mode], lists: [listId] })
    const list = findList(store, listId)
    const guards = openGuardDeps({ data, store })
    const deps = { store, list, actor, guards, progress: openProgress() }
    const outcome = runImport(deps, files, options)
    if (options.dryRun === true && (outcome.guards?.stops ?? 0) > 0) {
      process.exitCode = EXIT.findings
    }
    process.stdout.write(options.json === true ? printJson(outcome) : printImport(outcome))
  })
}

/** A mirror also retires. */
const MODE_ACTS = {
  add: ['propose-add'],
  mirror: ['propose-add', 'propose-retire', 'propose-amend'],
} as const satisfies Readonly<Record<ImportMode, readonly Act[]>>

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

function actOf({ mode }: ImportOptions): DecisionAct {
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
  assertOneApproval(list.definition)
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
  deps: ImportDeps,
  read: ReadImport,
  options: ImportOptions & { readonly reference: string },
): ImportOutcome {
  const { store, list, actor } = deps
  const { definition, rowId } = list
  const before = store.entries.count(rowId)
  if (options.mode === 'mirror' && options.acceptShrink === undefined) {
    assertNotShrunk(definition, { before, after: read.set.size })
  }
  const { plan, report, leftOut, override } = guardImport(deps, {
    mode: options.mode,
    lines: () => read.set.lines(),
    override: options.override,
    leaveOut: options.leaveOut ?? false,
    isDryRun: options.dryRun ?? false,
  })
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
  const decision =
    isIdle || options.dryRun === true
      ? null
      : store.decisions.commit(newDecision({ list, actor, plan, read, override }, options), {
          added: plan.lines,
          retired: plan.rows,
        })
  const { added, retired, amended, listed } = plan
  return {
    list: list.id,
    mode: options.mode,
    isDryRun: options.dryRun === true,
    decision,
    reference: decision === null ? null : options.reference,
    entries: before + added - retired,
    changes: { added, retired, amended },
    accepted: read.set.size,
    duplicates: { inFile: read.set.duplicates, listed },
    covered,
    guards: report === null ? null : shortReport(report),
    leftOut,
    files: read.reports,
  }
}

interface Decided {
  readonly list: StoredList
  readonly actor: string
  readonly plan: ImportPlan
  readonly read: ReadImport
  /** Why guards were overridden, where they were. */
  readonly override: string | null
}

function newDecision(
  { list, actor, plan, read, override }: Decided,
  options: ImportOptions & { readonly reference: string },
): NewDecision {
  const decidedAt = new Date()
  const { added, retired, amended } = plan
  const overrides = [options.acceptShrink, override].filter(
    (reason) => reason !== undefined && reason !== null,
  )
  return {
    listRowId: list.rowId,
    act: actOf(options),
    reference: options.reference,
    category: options.category ?? '',
    reason: options.reason,
    legalBasis: options.basis ?? list.definition.legalBasis,
    evidence: '',
    proposer: actor,
    decidedBy: actor,
    decidedAt,
    urgent: false,
    ...decisionDays(list.definition, decidedAt),
    added,
    retired,
    amended,
    source: read.source,
    override: overrides.length === 0 ? null : overrides.join('; '),
  }
}
