import type { ImportRequest, ImportView } from '../../console/ports/imports.ts'
import type { OutcomeView } from '../../console/ports/proposals.ts'
import { Fault } from '../../core/fault.ts'
import { parseKind } from '../../core/parse-entry.ts'
import type { Person } from '../../core/person.ts'
import { printProposalId } from '../../core/proposal.ts'
import type { StoredList } from '../../store/list-store.ts'
import type { Store } from '../../store/open-store.ts'
import { impactOfLines } from '../console/impacts.ts'
import { findList } from '../find-list.ts'
import { openGuardDeps } from '../guard-deps.ts'
import type { ImportOutcome } from '../import-summary.ts'
import { newReference } from '../new-reference.ts'
import { digestPlanned, viewPlanned, type PreviewNote } from './describe-import.ts'
import { importList, type ImportDeps, type ImportOptions } from './import-list.ts'
import type { Upload, Uploads } from './uploads.ts'

/** What an upload is imported with. */
export interface Importing {
  /** The data folder. */
  readonly data: string
  readonly store: Store
  readonly uploads: Uploads
}

/** Who imports what, and when. */
export interface Previewing {
  readonly person: Person
  readonly at: Date
  readonly upload: Upload
}

/** What was shown of it, as whoever proposes has seen it. */
export interface Proposing extends Previewing {
  readonly seen: PreviewNote
  readonly digest: string
  readonly acknowledge: readonly string[]
}

/** Reads an upload, and keeps beside it what it would do. Throws what `importList` throws. */
export async function previewUpload(
  desk: Importing,
  { person, at, upload }: Previewing,
  request: ImportRequest,
): Promise<ImportView> {
  const { store, uploads } = desk
  const list = findList(store, request.list)
  const reference = newReference()
  const shown = {
    view: null as Omit<ImportView, 'impact'> | null,
    ...{ lines: [] as Uint8Array[], retired: [] as Uint8Array[] },
  }
  const see: ImportDeps['see'] = (planned) => {
    const { plan } = planned.guarded
    shown.lines = [...plan.lines]
    shown.retired = linesOfRows(store, list, plan.rows)
    shown.view = viewPlanned(upload, planned, { request, retired: shown.retired })
  }
  const options = { ...optionsOf(request, reference), dryRun: true, report: upload.report }
  importUpload(desk, { person, at, upload, list, see }, options)
  const view = shown.view ?? fail(changed())
  const { added, retired, amended } = view
  const impact = await impactOfLines(store, list, {
    added: { size: added + amended, lines: () => shown.lines },
    retired: { size: retired + amended, lines: () => shown.retired },
  })
  const note: PreviewNote = { request, reference, view: { ...view, impact } }
  uploads.note(upload, note)
  return note.view
}

/** The lines of entries that a list has, sorted as it has them. */
function linesOfRows(
  { entries }: Store,
  { rowId }: StoredList,
  rows: readonly number[],
): Uint8Array[] {
  if (rows.length === 0) return []
  const wanted = new Set(rows)
  const lines: string[] = []
  for (const [row, line] of entries.live(rowId)) if (wanted.has(row)) lines.push(`${line}\n`)
  return [Buffer.from(lines.join(''))]
}

interface Carried extends Previewing {
  readonly list: StoredList
  readonly see: NonNullable<ImportDeps['see']>
}

function importUpload(
  { data, store }: Importing,
  { upload, ...carried }: Carried,
  options: ImportOptions,
): ImportOutcome {
  const guards = openGuardDeps({ data, store })
  const deps = { ...carried, store, guards, progress: SILENT, plansAhead: true }
  return importList(deps, [upload], options)
}

const SILENT = { say: () => undefined, advance: () => undefined, end: () => undefined }

function optionsOf(request: ImportRequest, reference: string): ImportOptions {
  const { mode = 'add', format, reason, category, basis, evidence, evidenceSha256 } = request
  const { leaveOut, acceptShrink } = request
  return {
    ...{ mode, format, reason, reference },
    ...(acceptShrink !== undefined && { acceptShrink }),
    ...(request.kind !== undefined && { kind: parseKind(request.kind) }),
    ...(category !== undefined && { category }),
    ...(basis !== undefined && { basis }),
    ...(evidence !== undefined && { evidence }),
    ...(evidenceSha256 !== undefined && { evidenceSha256 }),
    ...(leaveOut !== undefined && { leaveOut }),
  }
}

/** Proposes what was shown, and nothing else. Throws `import/changed`, `import/repeated`, and what `importList` throws. */
export async function proposeSeen(desk: Importing, proposing: Proposing): Promise<OutcomeView> {
  const { person, at, upload, seen, digest, acknowledge } = proposing
  const { store, uploads } = desk
  const { request, reference, view } = seen
  if (digest !== view.digest) throw changed()
  const list = findList(store, request.list)
  const found = { isOther: false }
  const see: ImportDeps['see'] = (planned) => {
    // In the transaction that would propose it: nobody proposes anything between.
    assertNotWaiting(desk, list, upload)
    const { added, retired, amended } = planned.outcome.changes
    found.isOther = added + retired + amended === 0 || digestPlanned(planned, request) !== digest
    if (found.isOther) throw changed()
  }
  try {
    const options = { ...optionsOf(request, reference), acknowledge }
    const outcome = importUpload(desk, { person, at, upload, list, see }, options)
    uploads.remove(upload)
    return viewOutcome(outcome, view)
  } catch (error) {
    // Whoever looks again is to see what it would do now.
    if (found.isOther) await previewUpload(desk, { person, at, upload }, request)
    throw error
  }
}

/** A lost answer, a second window: the same file is proposed once. */
function assertNotWaiting({ store }: Importing, { id, rowId }: StoredList, upload: Upload): void {
  const waiting = store.proposals
    .all({ state: 'open', listRowIds: [rowId] })
    .find(({ source }) => source?.sha256 === upload.sha256)
  if (waiting === undefined) return
  throw new Fault(
    'import/repeated',
    `expected a file that doesn't wait on ${JSON.stringify(id)} yet, got that of ${printProposalId(waiting.id)}`,
  )
}

function changed(): Fault {
  return new Fault(
    'import/changed',
    'expected to propose what was shown, got something else: the list or its guards have changed since; look at it again',
  )
}

function viewOutcome(
  { list, proposal, decision, missing }: ImportOutcome,
  { findings }: ImportView,
): OutcomeView {
  return {
    ...{ list, proposal, revision: proposal === null ? null : 1, decision, missing, findings },
    ...{ state: proposal === null ? 'decided' : 'open', note: '', serial: null },
  }
}

function fail(fault: Fault): never {
  throw fault
}
