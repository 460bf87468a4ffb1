import { Fault } from '../core/fault.ts'
import { copyFolder, copyPlaces, readCopyNote } from './copy-note.ts'
import { readListState } from './list-state.ts'

/** At which place each id was copied first, by id. */
export type KnownPlaces = ReadonlyMap<string, string>

/**
 * The places that the state folder knows, whether their lines are whole or not: a list whose lines the disk has spoilt goes on owning its id.
 * Of two places with one id the public one has it, or else the one that was copied earlier.
 */
export function readKnownPlaces(state: string): KnownPlaces {
  const claims = copyPlaces(state).flatMap((place) => readClaim(state, place) ?? [])
  claims.sort((a, b) => Number(b.isPublic) - Number(a.isPublic) || compare(a.since, b.since))
  const known = new Map<string, string>()
  for (const { id, place } of claims) if (!known.has(id)) known.set(id, place)
  return known
}

/**
 * Throws `trust/mismatch` when the list at `place` bears the id of a list at another place: the key of one list must not be able to speak
 * under the name of another (`docs/spec/http.md` §1).
 */
export function assertKnownPlace(known: KnownPlaces, place: string, id: string): void {
  const other = known.get(id)
  if (other === undefined || other === place) return
  throw new Fault(
    'trust/mismatch',
    `expected the list ${JSON.stringify(id)} at ${JSON.stringify(other)} alone, got another at ${JSON.stringify(place)}`,
  )
}

interface Claim {
  readonly id: string
  readonly place: string
  readonly isPublic: boolean
  /** ISO 8601; empty where it was not noted. */
  readonly since: string
}

function readClaim(state: string, place: string): Claim | null {
  const note = readCopyNote(state, place)
  if (note !== null) {
    const since = note.serials[0]?.copiedAt ?? ''
    return { id: note.id, place, isPublic: note.id === place, since }
  }
  // A crash between the two commits, or a note that somebody spoiled: the list's own state names it too.
  const kept = readListState(copyFolder(state, place))
  if (!kept) return null
  return {
    id: kept.list,
    place,
    isPublic: kept.list === place,
    since: kept.applied?.appliedAt ?? '',
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
