import { catalogZoneName } from '../core/catalog-name.ts'
import { lagOf, stateOf, type LastTransfer, type Secondary } from '../distribute/zones/secondary.ts'
import type { Store } from '../store/open-store.ts'
import type { Subscriber } from '../store/subscriber-store.ts'
import { printTable, printTime } from './print-table.ts'

/** What is known of one secondary of a subscriber. */
export interface SecondaryReport {
  readonly zone: string
  readonly address: string
  /** The name of the key that it last asked with. */
  readonly key: string | null
  /** `current`, `behind`, `broken` or `unknown`; null for a zone that is not served any more. */
  readonly state: string | null
  readonly serial: number | null
  /** By how many serials it is behind. */
  readonly lag: number | null
  readonly askedAt: Date | null
  readonly transfer: (Omit<LastTransfer, 'atMs'> & { readonly at: Date }) | null
  readonly notifies: readonly NotifyReport[]
}

interface NotifyReport {
  readonly to: string
  readonly serial: number
  readonly answer: string
  readonly tries: number
  readonly at: Date
}

/** The secondaries of a subscriber against what is published now. */
export function reportSecondaries(
  store: Store,
  subscriber: Subscriber,
  rows: readonly Secondary[],
  at: Date,
): SecondaryReport[] {
  const newest = newestSerials(store, subscriber)
  return rows
    .filter((row) => row.subscriber === subscriber.name)
    .map((row) => reportOf(row, newest.get(row.zone) ?? null, at))
}

function newestSerials(store: Store, subscriber: Subscriber): ReadonlyMap<string, number> {
  const ofLists = store.lists.all().flatMap(({ rowId, definition }): [string, number][] => {
    const serial = store.publications.latest(rowId)?.serial
    return definition.zone === null || serial === undefined
      ? []
      : [[definition.zone.origin, serial]]
  })
  return new Map([...ofLists, [catalogZoneName(subscriber.name), subscriber.catalogSerial]])
}

function reportOf(row: Secondary, newest: number | null, at: Date): SecondaryReport {
  const { zone, address, key, serial, askedAtMs, transfer, notifies } = row
  return {
    ...{ zone, address, key, serial },
    state: newest === null ? null : stateOf(row, newest, at.getTime()),
    lag: newest === null ? null : lagOf(row, newest),
    askedAt: askedAtMs === null ? null : new Date(askedAtMs),
    transfer: transfer && dated(transfer),
    notifies: Object.entries(notifies).map(([to, notify]) => ({ to, ...dated(notify) })),
  }
}

function dated<T extends { readonly atMs: number }>({ atMs, ...rest }: T) {
  return { ...rest, at: new Date(atMs) }
}

/** Two tables: what each secondary has, and what each answered when it was told of a serial. */
export function printSecondaries(reports: readonly SecondaryReport[]): string {
  if (reports.length === 0) return 'no secondary has asked for a zone yet\n'
  const heading = [
    'zone',
    'secondary',
    'key',
    'state',
    'serial',
    'behind',
    'asked',
    'last transfer',
  ]
  const notified = reports.flatMap(({ zone, notifies }) =>
    notifies.map(({ to, serial, answer, at }) => [
      ...[zone, to, String(serial)],
      ...[answer, printTime(at)],
    ]),
  )
  return (
    printTable([heading, ...reports.map(cells)]) +
    (notified.length === 0
      ? ''
      : `\n${printTable([['zone', 'notified', 'serial', 'answer', 'at'], ...notified])}`)
  )
}

function cells(report: SecondaryReport): string[] {
  const { zone, address, key, state, serial, lag, askedAt, transfer } = report
  return [
    ...[zone, address, key ?? '-', state ?? 'not served', serial === null ? '-' : String(serial)],
    ...[lag === null ? '-' : String(lag), askedAt === null ? '-' : printTime(askedAt)],
    transfer === null ? '-' : printTransfer(transfer),
  ]
}

function printTransfer({
  style,
  serial,
  outcome,
  at,
}: NonNullable<SecondaryReport['transfer']>): string {
  return `${style}, serial ${serial}, ${outcome}, ${printTime(at)}`
}
