import type { Entry } from '../../core/entry.ts'
import { Fault, isFault } from '../../core/fault.ts'
import { printReportId, type ReportFound } from '../../core/report.ts'
import { coveringKeysOf, coveringNetworks, type EntryKey } from '../../curation/covering-keys.ts'
import { mayAct } from '../../curation/may-act.ts'
import {
  REPORT_LIMITS,
  parseReport,
  type WrittenReport,
} from '../../curation/reports/parse-report.ts'
import { seesReport } from '../../curation/reports/report-sight.ts'
import { routeReport } from '../../curation/reports/route-report.ts'
import type { EntryRow } from '../../store/entry-store.ts'
import type { StoredList } from '../../store/list-store.ts'
import type { Store } from '../../store/open-store.ts'
import type { StoredReport } from '../../store/read-reports.ts'
import type { Deciding } from '../proposals/deciding.ts'
import { throwPlaced } from '../throw-placed.ts'

/** What became of one report of those that were handed in. */
export type HandedIn =
  | {
      readonly externalId: string
      /** `known`: the same was handed in before, under the same id. */
      readonly outcome: 'received' | 'known'
      readonly report: StoredReport
    }
  | { readonly externalId: string; readonly outcome: 'refused'; readonly fault: Fault }

/** Who hands in, and when. */
export type HandingIn = Pick<Deciding, 'store' | 'person' | 'at'>

/**
 * Takes reports in one transaction, each with its own outcome, in their order; a fault in the place of a report, where it couldn't even be read,
 * stays one. To hand in the same again changes nothing and gives the same reports. Throws `report/too-many`, and `user/refused` for who may
 * report to no list; a fault of the database undoes all. With `isWhole` one that is refused keeps all others out, and its fault is thrown.
 */
export function handInReports(
  { store, person, at }: HandingIn,
  written: readonly (WrittenReport | Fault)[],
  isWhole = false,
): readonly HandedIn[] {
  if (written.length > REPORT_LIMITS.reports) {
    throw new Fault(
      'report/too-many',
      `expected at most ${REPORT_LIMITS.reports} reports at once, got ${written.length}: hand them in in parts`,
    )
  }
  return store.write(() => {
    const lists = store.lists.all().filter(({ id }) => mayAct(person, 'report', id).allowed)
    if (lists.length === 0) throw refused(person.name)
    const desk = { store, person, at, lists, coveringOf: coveringIn(store) }
    const handed = written.map((one) => handInOne(desk, one))
    if (isWhole) {
      throwPlaced(
        handed.flatMap((one, i) => (one.outcome === 'refused' ? [[i, one.fault] as const] : [])),
        (i) => `/reports/${i}`,
      )
    }
    const received = handed.flatMap((one) => (one.outcome === 'received' ? [one.report] : []))
    store.reports.told(received)
    return handed
  })
}

interface Desk extends HandingIn {
  /** To which the person may report. */
  readonly lists: readonly StoredList[]
  readonly coveringOf: CoveringOf
}

type CoveringOf = (listRowId: number, asked: Pick<Entry, 'value' | 'kind'>) => readonly EntryKey[]

/** An address lies in more than a hundred networks, of which lists have few: their lengths are looked up once for all reports. */
function coveringIn({ entries }: Pick<Store, 'entries'>): CoveringOf {
  const known = new Map<number, ReadonlySet<number>>()
  return (listRowId, asked) => {
    if (asked.kind !== 'ip') return coveringKeysOf(asked)
    const lengths = known.get(listRowId) ?? new Set(entries.networkLengths(listRowId))
    known.set(listRowId, lengths)
    return coveringNetworks(asked.value, lengths)
  }
}

function handInOne(desk: Desk, written: WrittenReport | Fault): HandedIn {
  if (written instanceof Fault) {
    return { externalId: '', outcome: 'refused', fault: written }
  }
  const { externalId } = written
  try {
    return tryHandIn(desk, written)
  } catch (error) {
    // A rule has refused it before anything was written. What else is thrown takes all of it back.
    if (isFault(error) && !error.code.startsWith('store/')) {
      return { externalId, outcome: 'refused', fault: error }
    }
    throw error
  }
}

function tryHandIn(desk: Desk, written: WrittenReport): HandedIn {
  const { store, person, at, lists } = desk
  const { list: named, content, ...terms } = parseReport(written)
  const { externalId } = terms
  const organisation = person.organisation.name
  const before = store.reports.ofOwnId(organisation, externalId)
  if (before !== null) {
    if (before.content !== content) throw conflict(externalId, seesReport(person, before), before)
    // Before it is routed: what lists there are may have changed since.
    if (seesReport(person, before)) return { externalId, outcome: 'known', report: before }
  }
  const list = routeReport(lists, { ...terms, list: named })
  if (before !== null) throw conflict(externalId, false, before)
  const report = store.reports.receive(
    { ...terms, ...findAsked(desk, list, terms), content, listRowId: list.rowId },
    { organisation, reporter: person.name, at },
  )
  return { externalId, outcome: 'received', report }
}

const NOTHING: ReportFound = {
  ...{ found: '', foundEntry: '', foundDecision: null, foundProposal: null },
}

/** Whether the list has the value already, or a proposal asks for it. */
function findAsked(
  { store, coveringOf }: Desk,
  { rowId }: StoredList,
  asked: Pick<Entry, 'value' | 'kind'>,
): ReportFound {
  const row = findBlocking(store, rowId, asked, coveringOf(rowId, asked))
  if (row !== null) {
    const { entry, addedBy } = row
    const foundEntry = `${entry.value}\t${entry.kind}`
    return { ...NOTHING, found: 'listed', foundEntry, foundDecision: addedBy }
  }
  const { value, kind } = asked
  const foundProposal = store.reports.openProposal({ listRowId: rowId, value, kind })
  return foundProposal === null ? NOTHING : { ...NOTHING, found: 'proposed', foundProposal }
}

/** The nearest entry of the list that blocks all that was asked for; one that lets it pass doesn't. */
export function findBlocking(
  store: Pick<Store, 'entries'>,
  listRowId: number,
  asked: Pick<Entry, 'value' | 'kind'>,
  covering: readonly EntryKey[] = coveringKeysOf(asked),
): EntryRow | null {
  const keys = [{ value: asked.value, kinds: blockingKinds(asked.kind) }, ...covering]
  const rows = store.entries.findAny(
    listRowId,
    keys.map(({ value }) => value),
  )
  if (rows.length === 0) return null
  const blocks = (key: EntryKey, { entry }: EntryRow): boolean =>
    entry.value === key.value && key.kinds.includes(entry.kind) && entry.action !== 'passthru'
  const nearest = keys.map((key) => rows.find((row) => blocks(key, row)))
  return nearest.find((row) => row !== undefined) ?? null
}

/** Kinds under which the very value blocks all that this kind would. */
function blockingKinds(kind: Entry['kind']): readonly Entry['kind'][] {
  return kind === 'host' || kind === 'subdomains' ? [kind, 'domain'] : [kind]
}

function conflict(externalId: string, isSeen: boolean, { id, at }: StoredReport): Fault {
  const what = isSeen ? `${printReportId(id)} of ${at.toISOString()}` : 'another report'
  return new Fault(
    'report/conflict',
    `expected an id that stands for one report, got ${JSON.stringify(externalId)}, which is that of ${what}: give this one an id of its own`,
  )
}

function refused(name: string): Fault {
  return new Fault(
    'user/refused',
    `expected a reporter, curator or approver of a list, got ${JSON.stringify(name)}, who is none`,
  )
}
