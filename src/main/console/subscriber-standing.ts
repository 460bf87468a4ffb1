import { statSync } from 'node:fs'
import type { PullView, SubscriberStanding } from '../../console/ports/subscribers.ts'
import { catalogZoneName } from '../../core/catalog-name.ts'
import { readPulls } from '../../distribute/pulls/pull-file.ts'
import type { ListPull, SubscriberPulls } from '../../distribute/pulls/pull.ts'
import { readLedger } from '../../distribute/zones/ledger-file.ts'
import { lagOf, SILENT_MS, stateOf, type Secondary } from '../../distribute/zones/secondary.ts'
import { dataPaths } from '../../platform/data-folder.ts'
import type { StoredList } from '../../store/list-store.ts'
import type { Store } from '../../store/open-store.ts'
import type { Subscriber } from '../../store/subscriber-store.ts'

interface Notes {
  /** By subscriber. */
  readonly secondaries: ReadonlyMap<string, readonly Secondary[]>
  readonly pulls: ReadonlyMap<string, SubscriberPulls>
}

/** How far subscribers are, by what the server that serves them has written down: as a secondary of its zones, and over HTTP. */
export class SubscriberBook {
  readonly #store: Store
  readonly #secondaries: () => Notes['secondaries']
  readonly #pulls: () => Notes['pulls']

  constructor({ data, store }: { readonly data: string; readonly store: Store }) {
    const { secondaries, pulls } = dataPaths(data)
    this.#store = store
    this.#secondaries = readAgain(secondaries, (path) => bySubscriber(readLedger(path)))
    this.#pulls = readAgain(
      pulls,
      (path) => new Map(readPulls(path).map((one) => [one.subscriber, one])),
    )
  }

  /** What it has taken last of those of its lists that are in `lists`, and of its catalog zone. */
  pulls(subscriber: Subscriber, lists: readonly StoredList[], at: Date): readonly PullView[] {
    const rows = this.#secondaries().get(subscriber.name) ?? []
    const told = this.#pulls().get(subscriber.name) ?? null
    const entitled = lists.filter(({ id }) => subscriber.lists.includes(id))
    const catalog = rows.filter(({ zone }) => zone === catalogZoneName(subscriber.name))
    return [
      ...entitled.flatMap((list) => {
        const newest = this.#store.publications.latest(list.rowId)?.serial ?? null
        const zone = list.definition.zone?.origin ?? null
        const own = rows.filter((row) => row.zone === zone)
        const of = { store: this.#store, list, newest, at }
        return [httpPull(of, told), ...own.map((row) => dnsPull(of, row))]
      }),
      ...catalog.map((row) => catalogPull(row, subscriber.catalogSerial, at)),
    ]
  }
}

function bySubscriber(rows: readonly Secondary[]): Notes['secondaries'] {
  const found = new Map<string, Secondary[]>()
  for (const row of rows) {
    const own = found.get(row.subscriber) ?? []
    own.push(row)
    found.set(row.subscriber, own)
  }
  return found
}

/** Read again when it has become another. */
function readAgain<T>(path: string, read: (path: string) => T): () => T {
  let kept: { readonly stamp: string; readonly value: T } | null = null
  return () => {
    const found = statSync(path, { throwIfNoEntry: false })
    const stamp = `${found?.mtimeMs ?? 0} ${found?.size ?? 0} ${found?.ino ?? 0}`
    if (kept?.stamp !== stamp) kept = { stamp, value: read(path) }
    return kept.value
  }
}

/** The worst of what is known. */
export function standingOf(pulls: readonly PullView[]): SubscriberStanding {
  const ofLists = pulls.filter(({ list }) => list !== null)
  const asked = pulls.flatMap(({ askedAt }) => askedAt ?? []).sort()
  const most = (values: readonly number[]): number | null =>
    values.length === 0 ? null : Math.max(...values)
  return {
    askedAt: asked.at(-1) ?? null,
    serialsBehind: most(ofLists.flatMap(({ serialsBehind }) => serialsBehind ?? [])),
    secondsBehind: most(ofLists.flatMap(({ secondsBehind }) => secondsBehind ?? [])),
  }
}

interface OfList {
  readonly store: Store
  readonly list: StoredList
  readonly newest: number | null
  readonly at: Date
}

function httpPull(of: OfList, told: SubscriberPulls | null): PullView {
  const pull = told?.lists.find(({ list }) => list === of.list.id) ?? null
  const lag = lagOver(of, pull?.serial ?? null)
  return {
    ...{ list: of.list.id, way: 'http', address: null, key: null, newest: of.newest },
    ...{ serial: pull?.serial ?? null, pulledAt: timeOf(pull?.atMs ?? null) },
    askedAt: timeOf(told?.askedAtMs ?? null),
    ...{ ...lag, state: httpState(pull, told, { lag: lag.serialsBehind, at: of.at }) },
  }
}

function httpState(
  pull: ListPull | null,
  told: SubscriberPulls | null,
  { lag, at }: { readonly lag: number | null; readonly at: Date },
): PullView['state'] {
  const isSilent = told === null || at.getTime() - told.askedAtMs > SILENT_MS
  if (pull === null || lag === null || isSilent) return 'unknown'
  return lag === 0 ? 'current' : 'behind'
}

function dnsPull(of: OfList, row: Secondary): PullView {
  const { address, key, serial, askedAtMs, given } = row
  const newest = of.newest ?? 0
  const lag = lagOf(row, newest)
  return {
    ...{ list: of.list.id, way: 'dns', address, key, newest: of.newest, serial },
    state: stateOf(row, newest, of.at.getTime()),
    ...{ pulledAt: timeOf(given?.atMs ?? null), askedAt: timeOf(askedAtMs) },
    ...(lag === null ? NO_LAG : lagOver(of, serial)),
  }
}

const NO_LAG = { serialsBehind: null, secondsBehind: null }

function catalogPull(row: Secondary, newest: number, at: Date): PullView {
  const { address, key, serial, askedAtMs, given } = row
  return {
    ...{ list: null, way: 'dns', address, key, newest, serial },
    state: stateOf(row, newest, at.getTime()),
    ...{ pulledAt: timeOf(given?.atMs ?? null), askedAt: timeOf(askedAtMs) },
    ...{ serialsBehind: lagOf(row, newest), secondsBehind: null },
  }
}

/** Behind since the first serial that it lacks was published. */
function lagOver(
  { store, list, newest, at }: OfList,
  serial: number | null,
): Pick<PullView, 'serialsBehind' | 'secondsBehind'> {
  // After a restored backup it may have a serial that isn't there yet.
  if (serial === null || newest === null || serial > newest) return NO_LAG
  if (serial === newest) return { serialsBehind: 0, secondsBehind: 0 }
  const missing = store.publications.find(list.rowId, serial + 1)
  const ms = missing === null ? null : at.getTime() - missing.publishedAt.getTime()
  return {
    serialsBehind: newest - serial,
    secondsBehind: ms === null ? null : Math.max(0, Math.floor(ms / 1000)),
  }
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}
