import type { EntryKind } from '../../core/entry.ts'
import { parseCategory, parseReference } from '../../core/parse-entry.ts'
import type { Person } from '../../core/person.ts'
import type { DecisionAct } from '../../core/proposal.ts'
import { countCoveredByList, countCoveredInFile } from '../../curation/count-covered.ts'
import type { GuardDeps } from '../../curation/guards/guard-deps.ts'
import { summariseGuards } from '../../curation/guards/summarise-guards.ts'
import { assertNotShrunk, type ImportMode } from '../../curation/plan-import.ts'
import { assertCategory } from '../../curation/propose-entry.ts'
import type { StoredList } from '../../store/list-store.ts'
import type { Store } from '../../store/open-store.ts'
import { assertFilesApart } from '../assert-files-apart.ts'
import { findList } from '../find-list.ts'
import { guardImport, type GuardedImport } from '../guard-import.ts'
import type { ImportOutcome } from '../import-summary.ts'
import { newReference } from '../new-reference.ts'
import { noteRefusal } from '../note-refusal.ts'
import type { Progress } from '../progress.ts'
import { decidingOf } from '../proposals/open-deciding.ts'
import type { ProposalOutcome } from '../proposals/outcome.ts'
import { propose } from '../proposals/propose.ts'
import { termsOf } from '../proposals/term-options.ts'
import { readImport, type InputFile, type ReadImport } from '../read-import.ts'
import { shortReport } from '../told-guards.ts'

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

/** What an import works on. */
export interface ImportDeps {
  readonly store: Store
  readonly list: StoredList
  /** Who imports, and when. */
  readonly person: Person
  readonly at: Date
  readonly guards: GuardDeps
  readonly progress: Progress
  /** Looks at what is planned before anything is done, in the transaction that does it; what it throws undoes all. */
  readonly see?: (planned: PlannedImport) => void
  /** Whether to compare before the transaction, so that nobody waits to write meanwhile; where somebody has written since, it is done again in it. */
  readonly plansAhead?: boolean
}

/** An import that has been compared with its list as it is now. */
export interface PlannedImport {
  readonly list: StoredList
  readonly guarded: GuardedImport
  readonly read: ReadImport
  /** What would be told of it. */
  readonly outcome: ImportOutcome
}

/**
 * Imports files into a list: reads everything first, then decides or proposes in one transaction. Prints nothing. Throws an `import/…` fault for
 * what is no list, and what `propose` throws.
 */
export function importList(
  deps: ImportDeps,
  files: readonly InputFile[],
  options: ImportOptions,
): ImportOutcome {
  if (options.dryRun === true) return importInto(deps, files, options)
  const { store, list, person } = deps
  const attempt = { store, list, actor: person.name, act: actOf(options) }
  return noteRefusal(attempt, () => importInto(deps, files, options))
}

export function actOf({ mode }: Pick<ImportOptions, 'mode'>): DecisionAct {
  return mode === 'mirror' ? 'mirror' : 'import'
}

function importInto(
  deps: ImportDeps,
  files: readonly InputFile[],
  options: ImportOptions,
): ImportOutcome {
  const { store, list, progress } = deps
  const outputs = options.report === undefined ? [] : [{ option: '--report', path: options.report }]
  assertFilesApart({ inputs: files.map(({ path }) => path), outputs })
  assertCategory(list.definition, parseCategory(options.category ?? ''))
  const reference = parseReference(options.reference ?? newReference())
  try {
    const read = readImport(files, { ...options, reference, list, progress })
    progress.say(`comparing ${read.set.size} entries with ${list.id}`)
    if (options.dryRun !== true) {
      const ahead = deps.plansAhead === true ? planAhead(deps, read, options) : null
      return store.write(() => decideImport(deps, read, { ...options, reference, ahead }))
    }
    return store.read(() => {
      const planned = planWanted(deps, read, options)
      deps.see?.(planned)
      return planned.outcome
    })
  } finally {
    progress.end()
  }
}

interface PlannedAhead {
  /** The database's `changeCounter` when it was compared. */
  readonly counter: number
  readonly planned: PlannedImport & { readonly before: number }
}

function planAhead(deps: ImportDeps, read: ReadImport, options: ImportOptions): PlannedAhead {
  const { store } = deps
  // Counted before the view begins: who writes between the two is seen, and it is done again.
  const counter = store.changeCounter()
  return { counter, planned: store.read(() => planWanted(deps, read, options)) }
}

/** Inside the write transaction: what is compared is what is changed, or nobody has written since it was compared. */
function decideImport(
  deps: ImportDeps,
  read: ReadImport,
  {
    ahead,
    ...options
  }: ImportOptions & { readonly reference: string; readonly ahead: PlannedAhead | null },
): ImportOutcome {
  const isTrue = ahead?.counter === deps.store.changeCounter()
  const planned = isTrue ? ahead.planned : planWanted(deps, read, options)
  deps.see?.(planned)
  const { plan } = planned.guarded
  if (plan.added + plan.retired + plan.amended === 0) return planned.outcome
  const { decision, proposal, missing } = proposeImport(deps, planned, options)
  const { before } = planned
  return {
    ...planned.outcome,
    ...{ decision, proposal, missing, reference: options.reference },
    entries: proposal === null ? planned.outcome.entries : before,
  }
}

function planWanted(
  { store, list: known, guards }: ImportDeps,
  read: ReadImport,
  options: ImportOptions,
): PlannedImport & { readonly before: number } {
  const list = findList(store, known.id)
  const { definition, rowId } = list
  const before = store.entries.count(rowId)
  if (options.mode === 'mirror' && options.acceptShrink === undefined) {
    assertNotShrunk(definition, { before, after: read.set.size })
  }
  const guarded = guardImport(
    { store, list, guards },
    {
      ...{ mode: options.mode, size: read.set.size, lines: () => read.set.lines() },
      leaveOut: options.leaveOut ?? false,
    },
  )
  const { plan, report, leftOut } = guarded
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
  const { added, retired, amended, listed } = plan
  const outcome: ImportOutcome = {
    ...{ list: list.id, mode: options.mode, isDryRun: options.dryRun === true },
    ...{ decision: null, proposal: null, missing: null, reference: null },
    entries: before + added - retired,
    changes: { added, retired, amended },
    accepted: read.set.size,
    duplicates: { inFile: read.set.duplicates, listed },
    covered,
    guards: report === null ? null : shortReport(report),
    leftOut,
    files: read.reports,
  }
  return { list, guarded, read, outcome, before }
}

function proposeImport(
  { store, person, at, guards }: ImportDeps,
  { list, guarded, read }: PlannedImport,
  options: ImportOptions & { readonly reference: string },
): ProposalOutcome {
  const { plan, rest } = guarded
  const { added, retired, amended } = plan
  const { reference, category = '', acceptShrink = null } = options
  const deciding = decidingOf({ store, openGuards: () => guards }, person, at)
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
