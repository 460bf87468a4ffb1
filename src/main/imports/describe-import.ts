import { createHash } from 'node:crypto'
import type { ImportRequest, ImportView, LineCounts } from '../../console/ports/imports.ts'
import { splitEntryLine } from '../../core/entry.ts'
import { LineCursor, type LineBlocks } from '../../core/line-cursor.ts'
import { hashLines } from '../../core/hash-lines.ts'
import { printSortedJson } from '../../core/sorted-json.ts'
import { summariseGuards } from '../../curation/guards/summarise-guards.ts'
import type { FindingCount } from '../../formats/in/import-report.ts'
import type { PlannedImport } from './import-list.ts'
import type { Upload } from './uploads.ts'

/** What is kept beside an upload that somebody has been shown. */
export interface PreviewNote {
  readonly request: ImportRequest
  /** Of the entries that it would add. */
  readonly reference: string
  readonly view: ImportView
}

/**
 * What somebody has seen before he proposes: SHA-256 in lower-case hex of everything that it would do, and of what the guards have against it. The
 * same digest later means the very same lines.
 */
export function digestPlanned(
  { guarded, read, outcome }: PlannedImport,
  request: ImportRequest,
): string {
  const { accepted, duplicates, leftOut, changes } = outcome
  const seen = {
    ...{ request, accepted, duplicates, leftOut, changes, sha256: read.source.sha256 },
    lines: hashLines(guarded.plan.lines),
    rows: createHash('sha256').update(guarded.plan.rows.join()).digest('hex'),
    findings: findingsOf({ guarded }),
    refused: outcome.files.map(({ refused, unsupported }) => [refused.count, unsupported.count]),
  }
  return createHash('sha256').update(printSortedJson(seen)).digest('hex')
}

/** A planned import as it is shown, but for what would be different. */
export function viewPlanned(
  upload: Upload,
  planned: PlannedImport,
  { request, retired }: { readonly request: ImportRequest; readonly retired: LineBlocks },
): Omit<ImportView, 'impact'> {
  const { outcome } = planned
  const [file] = outcome.files
  if (file === undefined) throw new Error('expected a file that was read, got none')
  const { accepted, duplicates, covered, changes, leftOut } = outcome
  return {
    ...{ import: upload.id, list: outcome.list, name: upload.name, bytes: upload.bytes },
    ...{ sha256: upload.sha256, until: upload.until.toISOString(), format: file.format },
    ...{ lines: file.lines, reason: request.reason, category: request.category ?? '' },
    ...{ accepted, duplicates, covered, added: changes.added, leftOut },
    ...{ mode: request.mode ?? 'add', retired: changes.retired, amended: changes.amended },
    retiredSamples: valuesOf(retired, planned),
    ...{ refused: countsOf(file.refused), unsupported: countsOf(file.unsupported) },
    samples: file.samples,
    findings: findingsOf(planned),
    digest: digestPlanned(planned, request),
  }
}

/** Values that are told of what a mirror would retire. */
const MAX_SAMPLES = 20

/** The first of those that the list would lose; an entry that is only amended isn't lost. */
function valuesOf(retired: LineBlocks, { guarded }: PlannedImport): readonly string[] {
  const kept = new Set<string>()
  if (guarded.plan.amended > 0) for (const name of namesOf(guarded.plan.lines)) kept.add(name)
  const values: string[] = []
  for (const name of namesOf(retired)) {
    if (values.length === MAX_SAMPLES) break
    if (!kept.has(name)) values.push(name.split('\t', 1)[0] ?? '')
  }
  return values
}

/** Value and kind of each line. */
function* namesOf(lines: LineBlocks): Generator<string> {
  const cursor = new LineCursor(lines)
  while (cursor.next()) {
    const { value, kind } = splitEntryLine(cursor.text())
    yield `${value}\t${kind}`
  }
}

/** What the guards have against what would be added, as a proposal keeps it. */
function findingsOf({ guarded: { rest } }: Pick<PlannedImport, 'guarded'>): ImportView['findings'] {
  return rest === null ? [] : summariseGuards(rest)
}

function countsOf({ count, byReason }: FindingCount): LineCounts {
  const reasons = Object.entries(byReason).map(([reason, of]) => ({ reason, count: of }))
  return { count, byReason: reasons.sort((a, b) => b.count - a.count) }
}
