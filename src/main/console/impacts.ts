import type { ImpactView } from '../../console/ports/proposals.ts'
import { printEntryLine, splitEntryLine } from '../../core/entry.ts'
import { LineCursor } from '../../core/line-cursor.ts'
import { coveringKeysOf } from '../../curation/covering-keys.ts'
import type { GuardedBatch } from '../../curation/guards/guard-deps.ts'
import { previewImpact, type Impact, type ImpactList } from '../../curation/preview-impact.ts'
import { EXPORT_FORMATS } from '../../formats/render-export.ts'
import { runInSlices } from '../../platform/run-in-slices.ts'
import type { StoredList } from '../../store/list-store.ts'
import type { Store } from '../../store/open-store.ts'
import type { StoredProposal } from '../../store/read-proposals.ts'
import { findList } from '../find-list.ts'
import { batchOf } from '../proposals/batch-of.ts'

/** What proposals would do to their lists; worked out when it is first asked, and kept while it is true. */
export interface Impacts {
  /** Null while it is being worked out. Throws what went wrong the last time. */
  readonly of: (proposal: StoredProposal) => ImpactView | null
}

/** Changes whose place in the list is looked up rather than found by reading the whole list. */
const FEW = 500

/** Impacts that are kept; the oldest is forgotten. */
const MAX_KEPT = 200

type Kept = { readonly view: ImpactView } | { readonly error: unknown } | 'running'

/** Opens the impacts of an authority's proposals. */
export function openImpacts(store: Store): Impacts {
  const kept = new Map<string, Kept>()
  const keep = (key: string, value: Kept): void => {
    kept.delete(key)
    kept.set(key, value)
    const [oldest] = kept.keys()
    if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest)
  }
  return {
    of: (proposal) => {
      const list = findList(store, proposal.list)
      const published = store.publications.latest(list.rowId)
      const [newest] = store.decisions.all({ listRowId: list.rowId, limit: 1 })
      const key = [proposal.id, proposal.revision, newest?.id, published?.serial].join(' ')
      const known = kept.get(key)
      if (known === 'running') return null
      if (known !== undefined) {
        if ('view' in known) return known.view
        kept.delete(key)
        throw known.error
      }
      const steps = stepsOf(store, list, { proposal, published: published?.entries ?? null })
      if (proposal.added + proposal.retired + 2 * proposal.amended <= FEW) {
        const view = viewImpact(runAtOnce(steps))
        keep(key, { view })
        return view
      }
      keep(key, 'running')
      void runInSlices(steps).then(
        (impact) => keep(key, { view: viewImpact(impact) }),
        (error: unknown) => keep(key, { error }),
      )
      return null
    },
  }
}

function runAtOnce<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

function stepsOf(
  store: Store,
  list: StoredList,
  { proposal, published }: { readonly proposal: StoredProposal; readonly published: number | null },
): Generator<undefined, Impact> {
  const added = batchOf(store, proposal)
  return stepsFor(store, list, { added, retired: retiredOf(store, proposal), published })
}

interface Changes {
  readonly added: GuardedBatch
  readonly retired: GuardedBatch
  readonly published: number | null
}

function stepsFor(
  store: Store,
  list: StoredList,
  { added, retired, published }: Changes,
): Generator<undefined, Impact> {
  const isFew = added.size + retired.size <= FEW
  const before: ImpactList = {
    ...{ definition: list.definition, published, size: store.entries.count(list.rowId) },
    lines: () =>
      isFew ? nearLines(store, list, [added, retired]) : store.entries.blocks(list.rowId),
  }
  return previewImpact(before, { added, retired }, EXPORT_FORMATS)
}

function retiredOf({ proposals }: Store, proposal: StoredProposal): GuardedBatch {
  return {
    size: proposal.retired + proposal.amended,
    lines: () => proposals.lines(proposal, 'retire'),
  }
}

/** The lines of the list that could cover one of the changes, and those of the changes themselves: no other has to do with them. */
function nearLines(
  store: Store,
  { rowId }: StoredList,
  batches: readonly GuardedBatch[],
): readonly Uint8Array[] {
  const values = new Set<string>()
  for (const batch of batches) {
    const cursor = new LineCursor(batch.lines())
    while (cursor.next()) {
      const entry = splitEntryLine(cursor.text())
      values.add(entry.value)
      for (const key of coveringKeysOf(entry)) values.add(key.value)
    }
  }
  const lines = [...values]
    .flatMap((value) => store.entries.find(rowId, value))
    .map(({ entry }) => Buffer.from(`${printEntryLine(entry)}\n`))
  return lines.sort((a, b) => Buffer.compare(a, b))
}

/** As `openImpacts`, of lines that a list would get and lose and that are no proposal yet. */
export async function impactOfLines(
  store: Store,
  list: StoredList,
  changes: Omit<Changes, 'published'>,
): Promise<ImpactView> {
  const published = store.publications.latest(list.rowId)?.entries ?? null
  return viewImpact(await runInSlices(stepsFor(store, list, { ...changes, published })))
}

function viewImpact({ sentences, formats, growth }: Impact): ImpactView {
  return {
    sentences,
    formats: formats.map(({ format, written, sentence }) => ({ format, written, sentence })),
    ...{ before: growth.before, after: growth.after },
    breaker: growth.findings.map(({ text }) => text),
  }
}
