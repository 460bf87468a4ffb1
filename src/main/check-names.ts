import { addDays, dayOf } from '../core/day.ts'
import { GONE_MS, nextNameCheck } from '../curation/next-name-check.ts'
import { beaconName } from '../formats/zone/zone-frame.ts'
import type { StoredList } from '../store/list-store.ts'
import type { NameToAsk } from '../store/name-store.ts'
import { OWN_ACTOR, type Store } from '../store/open-store.ts'

export type Said = 'there' | 'gone' | 'unclear'

export interface CheckNamesDeps {
  readonly store: Store
  /** Asks the resolver of the list, at its pace. */
  readonly ask: (name: string) => Promise<Said>
  readonly now: () => Date
  /** A whole number from 0 to below `limit`, as nobody can foresee. */
  readonly randomBelow: (limit: number) => number
}

/** What a round of questions found. */
export interface NameRound {
  readonly list: string
  readonly asked: number
  readonly gone: number
  readonly unclear: number
  /** Reviews that were opened. */
  readonly opened: number
  /** Why the round ended before its end: the resolver itself blocks the list, or says nothing clear. */
  readonly stopped: 'blocks' | 'mute' | null
}

/** Questions that wait for their answers at most. */
const MAX_WAITING = 32
/** Answers that are written in one transaction. */
const NOTES_AT_ONCE = 50
/** So many unclear answers on end are the resolver's and not the names'. */
const MAX_UNCLEAR = 100

/**
 * Asks for every name of a list whose turn it is, in an order that tells nothing, and opens reviews for those that are gone for sure. What was asked is
 * kept as it comes, so that a round which ends in the middle goes on with the next.
 */
export async function checkNames(deps: CheckNamesDeps, list: StoredList): Promise<NameRound> {
  const { liveness, visibility } = list.definition
  const round = { list: list.id, asked: 0, gone: 0, unclear: 0, opened: 0 }
  if (liveness === null) return { ...round, stopped: null }
  // As when it was applied: nobody learns a restricted list's names by an oversight.
  if (visibility === 'restricted' && !liveness.allowRestricted) return { ...round, stopped: null }
  if (await isBlocking(deps, list)) return { ...round, stopped: 'blocks' }
  const names = shuffled(dueNames(deps, list, liveness.everyDays), deps.randomBelow)
  let next = 0
  let unclearOnEnd = 0
  let notes: Note[] = []
  function flush(): void {
    const written = notes
    notes = []
    round.opened += writeNotes(deps, list, written)
  }
  async function askOn(): Promise<void> {
    while (next < names.length && unclearOnEnd < MAX_UNCLEAR && isWanted(deps, list)) {
      const found = deps.store.names.find(names[next++] ?? 0)
      // It may have been retired since the round began.
      if (found === null) continue
      const said = await deps.ask(found.name)
      round.asked++
      if (said !== 'there') round[said]++
      unclearOnEnd = said === 'unclear' ? unclearOnEnd + 1 : 0
      notes.push({ name: found, said, at: deps.now() })
      if (notes.length >= NOTES_AT_ONCE) flush()
    }
  }
  await Promise.all(Array.from({ length: MAX_WAITING }, askOn))
  flush()
  return { ...round, stopped: unclearOnEnd < MAX_UNCLEAR ? null : 'mute' }
}

/** A round may take days: a list that was given another definition, perhaps without this search, ends it. */
function isWanted({ store }: CheckNamesDeps, { id, definitionId }: StoredList): boolean {
  return store.lists.find(id)?.definitionId === definitionId
}

function dueNames({ store, now }: CheckNamesDeps, list: StoredList, everyDays: number): number[] {
  const at = now().getTime()
  return store.names.toAsk(list.rowId, {
    before: new Date(at - everyDays * GONE_MS),
    recheckBefore: new Date(at - GONE_MS),
  })
}

/** Whether the resolver has the list's own zone: only then it knows the beacon (`docs/spec/rpz.md` §8). */
async function isBlocking({ store, ask }: CheckNamesDeps, list: StoredList): Promise<boolean> {
  const latest = store.publications.latest(list.rowId)
  if (latest === null || list.definition.zone === null) return false
  return (await ask(beaconName(list.id, latest.serial))) === 'there'
}

/** Fisher and Yates. */
function shuffled(rows: number[], randomBelow: (limit: number) => number): readonly number[] {
  for (let i = rows.length - 1; i > 0; i--) {
    const j = randomBelow(i + 1)
    const [one = 0, other = 0] = [rows[i], rows[j]]
    rows[i] = other
    rows[j] = one
  }
  return rows
}

interface Note {
  readonly name: NameToAsk
  readonly said: Said
  readonly at: Date
}

/** Gives how many reviews it opened. */
function writeNotes({ store }: CheckNamesDeps, list: StoredList, notes: readonly Note[]): number {
  if (notes.length === 0) return 0
  return store.write(() => {
    let opened = 0
    for (const { name, said, at } of notes) {
      const { check, goneOn } = nextNameCheck(name.check, said, at)
      store.names.note(name.entry, check)
      if (goneOn !== null && openGone(store, list, name, { goneOn, at })) opened++
    }
    return opened
  })
}

/** Opened once for each time that it went, however often it is asked for. */
function openGone(
  store: Store,
  list: StoredList,
  { entry, name }: NameToAsk,
  { goneOn, at }: { readonly goneOn: string; readonly at: Date },
): boolean {
  const term = store.terms.ofEntry(list.rowId, entry)
  if (term === null) return false
  const review = {
    ...({ listRowId: list.rowId, cause: 'gone', aboutOn: goneOn, at, actor: OWN_ACTOR } as const),
    target: { decision: term.decision, entry },
    dueOn: addDays(dayOf(at), list.definition.review.warnDays),
    note: `there has been no such name as ${name} since ${goneOn}`,
  }
  return store.reviews.open(review) !== null
}
