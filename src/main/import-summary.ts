import type { Missing } from '../curation/missing-approvals.ts'
import type { GuardReport } from '../curation/guards/guard-finding.ts'
import type { FindingCount, ImportReport } from '../formats/in/import-report.ts'
import { printGuards } from './told-guards.ts'

/** What an import did, or would do. */
export interface ImportOutcome {
  readonly list: string
  readonly mode: string
  readonly isDryRun: boolean
  /** Null when there was nothing to decide, when it waits for others, or for a dry run. */
  readonly decision: number | null
  /** Such as `p7`, where others must approve; null otherwise. */
  readonly proposal: string | null
  readonly missing: Missing | null
  readonly reference: string | null
  /** How many the list has afterwards. */
  readonly entries: number
  readonly changes: { readonly added: number; readonly retired: number; readonly amended: number }
  /** Entries of the files, each once. */
  readonly accepted: number
  readonly duplicates: { readonly inFile: number; readonly listed: number }
  /** Names below others that are listed: they are taken, but block nothing by themselves today. */
  readonly covered: { readonly inFile: number; readonly byList: number }
  /** What guards have against the new entries, those left out among them; null where nothing is new. */
  readonly guards: GuardReport | null
  /** New entries that were left out because a guard stops them. */
  readonly leftOut: number
  readonly files: readonly (ImportReport & { readonly file: string })[]
}

/** The outcome for people. */
export function printImport(outcome: ImportOutcome): string {
  const { accepted, duplicates, covered, files } = outcome
  return [
    ...files.map(({ file, format, lines }) => `${file}: ${format}, ${lines} lines`),
    `accepted ${accepted}, duplicate ${duplicates.inFile} in the file and ${duplicates.listed} listed already, ` +
      `covered ${covered.inFile} in the file and ${covered.byList} by the list`,
    ...printFindings('refused', files, (file) => file.refused),
    ...printFindings('unsupported', files, (file) => file.unsupported),
    ...samples(files),
    ...(outcome.guards === null ? [] : printGuards(outcome.guards)),
    ...(outcome.leftOut === 0 ? [] : [`left out ${outcome.leftOut}, which guards stop`]),
    printChanges(outcome),
    '',
  ].join('\n')
}

function printFindings(
  what: string,
  files: ImportOutcome['files'],
  countOf: (report: ImportReport) => FindingCount,
): string[] {
  const byReason = new Map<string, number>()
  for (const file of files) {
    for (const [reason, count] of Object.entries(countOf(file).byReason)) {
      byReason.set(reason, (byReason.get(reason) ?? 0) + count)
    }
  }
  const total = [...byReason.values()].reduce((sum, count) => sum + count, 0)
  if (total === 0) return [`${what} 0`]
  const reasons = [...byReason].map(([reason, count]) => `${reason} ${count}`).join(', ')
  return [`${what} ${total}: ${reasons}`]
}

/** So many findings are shown here; all of them with `--report`. */
const SHOWN = 5

function samples(files: ImportOutcome['files']): string[] {
  const all = files.flatMap(({ file, samples: found }) => found.map((one) => ({ file, ...one })))
  const shown = all.slice(0, SHOWN)
  const count = files.reduce((sum, one) => sum + one.refused.count + one.unsupported.count, 0)
  return [
    ...shown.map(
      ({ file, line, reason, text }) => `  ${file}:${line}: ${reason}: ${JSON.stringify(text)}`,
    ),
    ...(count > shown.length
      ? [`  and ${count - shown.length} more: --report FILE has them all`]
      : []),
  ]
}

function printChanges({
  list,
  decision,
  proposal,
  isDryRun,
  changes,
  entries,
  reference,
}: ImportOutcome): string {
  const { added, retired, amended } = changes
  const what = `${added} added, ${retired} retired, ${amended} amended`
  if (isDryRun) return `${list}: would be ${what}; nothing was decided`
  if (proposal !== null) return `${list}: proposed, ${what}, reference ${reference ?? '-'}`
  if (decision === null) return `${list}: nothing to decide, it says the same already`
  return `${list}: ${what}: decision ${decision}, reference ${reference ?? '-'}; ${entries} entries\n«bailiwick publish ${list}» makes it effective`
}
