import { createHash } from 'node:crypto'
import { catalogZoneName } from '../../core/catalog-name.ts'
import { MAX_BODY_BYTES, type TransferPart } from '../../dns/zone-source.ts'
import {
  APEX,
  concat,
  encodeName,
  encodeNumbers,
  encodeOwner,
  encodeString,
  encodeTail,
  TYPE,
} from '../../formats/zone/wire-record.ts'

/** A subscriber's catalog zone at one serial, ready for the wire. */
export interface CatalogZone {
  readonly name: string
  readonly serial: number
  readonly soa: Uint8Array
  readonly part: TransferPart
}

/** RFC 1035 §3.2.2. */
const PTR = 12
/** RFC 9432 §4: the TTLs mean nothing; 0 is recommended. */
const TTL = 0
/** How often a secondary that missed a NOTIFY looks, tries again, and when it gives up: of all of it, weeks. */
const TIMES = { refresh: 300, retry: 60, expire: 2_419_200, minimum: 0 } as const
/** RFC 9432 §4.2.1. */
const SCHEMA_VERSION = '2'

/**
 * The catalog of the zones `origins` (RFC 9432), in the order of their ids. The same subscriber, serial and origins make the same
 * bytes wherever they are made.
 */
export function makeCatalogZone(
  subscriber: string,
  serial: number,
  origins: readonly string[],
): CatalogZone {
  const soa = concat(APEX, encodeTail(TYPE.SOA, TTL, soaData(serial)))
  const members = [...new Set(origins)].map((origin) => ({ origin, id: memberId(origin) }))
  members.sort((a, b) => (a.id < b.id ? -1 : 1))
  const records = [
    soa,
    // RFC 9432 §4: one NS record, whose name should be «invalid.».
    concat(APEX, encodeTail(TYPE.NS, TTL, encodeName('invalid'))),
    concat(encodeOwner('version'), encodeTail(TYPE.TXT, TTL, encodeString(SCHEMA_VERSION))),
    ...members.map(({ origin, id }) =>
      concat(encodeOwner(`${id}.zones`), encodeTail(PTR, TTL, encodeName(origin))),
    ),
    soa,
  ]
  return { name: catalogZoneName(subscriber), serial, soa, part: cut(records) }
}

/** RFC 9432 §4.1: the label of a member. As long as it is the same, so is the zone for its consumers. */
export function memberId(origin: string): string {
  return createHash('sha256').update(origin).digest('hex').slice(0, 16)
}

function soaData(serial: number): Uint8Array {
  const { refresh, retry, expire, minimum } = TIMES
  const invalid = encodeName('invalid')
  return concat(invalid, invalid, encodeNumbers(serial, refresh, retry, expire, minimum))
}

function cut(records: readonly Uint8Array[]): TransferPart {
  const ends: number[] = []
  const counts: number[] = []
  let [start, end, count] = [0, 0, 0]
  for (const { length } of records) {
    if (end + length - start > MAX_BODY_BYTES) {
      ends.push(end)
      counts.push(count)
      ;[start, count] = [end, 0]
    }
    end += length
    count++
  }
  return { records: concat(...records), ends: [...ends, end], counts: [...counts, count] }
}
