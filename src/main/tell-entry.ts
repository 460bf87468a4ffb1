import { parseEntryValue } from '../core/parse-entry.ts'
import { coveringKeys, meantKeys, type EntryKey } from '../curation/covering-keys.ts'
import { guessKind } from '../curation/propose-entry.ts'
import { tellStay, type Cut, type StayTold } from '../curation/tell-story.ts'
import type { EntryRow } from '../store/entry-store.ts'
import type { Store } from '../store/open-store.ts'
import { describeProposal, type ProposalTold } from './proposals/describe-proposal.ts'
import { publicDecision } from './public-decision.ts'

/** A stay of an entry on a list, with the decisions behind it. */
export interface WholeStay extends StayTold {
  readonly rowId: number
  readonly listRowId: number
  readonly added: ShownDecision | null
  readonly retired: ShownDecision | null
}

/** A decision, and the story of the proposal that it came from; null where it was decided as it was proposed. */
export type ShownDecision = ReturnType<typeof publicDecision> & {
  readonly proposal: Pick<ProposalTold, 'proposal' | 'acts'> | null
}

export interface EntryTold {
  /** What was meant, in canonical form. */
  readonly keys: readonly EntryKey[]
  readonly stays: readonly WholeStay[]
  /** How many there are, told or not. */
  readonly count: number
}

/**
 * Every stay of a value, and of the entries that cover it, on the lists that are wanted: the one story for the command, the API and the page.
 * Of more than `most` the last are told. Throws what `parseEntryValue` throws for what is no value of any kind.
 */
export function tellEntry(
  store: Store,
  text: string,
  { isWanted, most = Infinity }: TellOptions,
): EntryTold {
  const keys = meantKeys(text)
  // Not a value of any kind: say so as `entry add` would.
  if (keys.length === 0) parseEntryValue(guessKind(text), text)
  return store.read(() => {
    const rows = [...keys, ...keys.flatMap(coveringKeys)]
      .flatMap((key) => rowsOf(store, key))
      .filter(({ list }) => isWanted(list))
    const told = rows.slice(Math.max(0, rows.length - most))
    return { keys, stays: told.map((row) => tellWhole(store, row)), count: rows.length }
  })
}

interface TellOptions {
  readonly isWanted: (list: string) => boolean
  readonly most?: number
}

function rowsOf(store: Store, key: EntryKey): EntryRow[] {
  return store.entries.story(key.value).filter((row) => key.kinds.includes(row.entry.kind))
}

function tellWhole(store: Store, row: EntryRow): WholeStay {
  const { rowId, listRowId, addedBy, retiredBy } = row
  return {
    ...tellStay(row, cutsOf(store, row)),
    ...{ rowId, listRowId, added: decisionOf(store, addedBy) },
    retired: retiredBy === null ? null : decisionOf(store, retiredBy),
  }
}

/** Those of the list's serials that its story needs: a list may have many thousands. */
function cutsOf({ figures }: Store, { listRowId, addedBy, retiredBy }: EntryRow): Cut[] {
  const since = figures.firstWith(listRowId, addedBy)
  const until = retiredBy === null ? null : figures.firstWith(listRowId, retiredBy)
  return [...(since === null ? [] : [since]), ...(until === null ? [] : [until])]
}

function decisionOf(store: Store, id: number): ShownDecision | null {
  const decision = store.decisions.find(id)
  if (decision === null) return null
  const stored = store.proposals.ofDecision(id)
  if (stored === null) return { ...publicDecision(decision), proposal: null }
  const { proposal, acts } = describeProposal(store, stored)
  return { ...publicDecision(decision), proposal: { proposal, acts } }
}
