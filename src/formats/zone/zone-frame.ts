import { MAX_NAME_AND_ORIGIN, type ZoneRecipe } from './zone-recipe.ts'
import {
  APEX,
  concat,
  encodeName,
  encodeNumbers,
  encodeOwner,
  encodeString,
  encodeTail,
  TYPE,
} from './wire-record.ts'

/** What stands around the records that the lines make, at one serial. */
export interface ZoneFrame {
  readonly soa: Uint8Array
  readonly ns: Uint8Array
  /** Two records, an address and a text; none where the origin leaves no room for them. `docs/spec/rpz.md` §8. */
  readonly beacon: Uint8Array
  readonly beaconRecords: number
}

/** RFC 8976 §2.2: SIMPLE, SHA-384. */
const ZONEMD_SIMPLE_SHA384 = Uint8Array.of(1, 1)
/** How long its digest is. */
export const DIGEST_BYTES = 48

const MAX_SERIAL = 2 ** 32 - 1

/** The labels of a beacon that are the same for all lists, from the zone on; no entry ends so (`docs/spec/entry.md` §7). */
const BEACON_SUFFIX = 'beacon.bailiwick.invalid'

export function zoneFrame(recipe: ZoneRecipe, serial: number): ZoneFrame {
  const { ttl } = recipe.zone
  const localhost = encodeName('localhost')
  const beacon = beaconRecords(recipe, serial)
  return {
    soa: concat(APEX, encodeTail(TYPE.SOA, ttl, soaData(recipe, serial))),
    ns: concat(APEX, encodeTail(TYPE.NS, ttl, localhost)),
    beacon,
    beaconRecords: beacon.length === 0 ? 0 : 2,
  }
}

function soaData({ zone }: ZoneRecipe, serial: number): Uint8Array {
  const { refresh, retry, expire, ttl } = zone
  const numbers = encodeNumbers(serial, refresh, retry, expire, ttl)
  return concat(encodeName('localhost'), encodeName('hostmaster.localhost'), numbers)
}

function beaconRecords({ list, zone, origin }: ZoneRecipe, serial: number): Uint8Array {
  const longest = beaconName(list, MAX_SERIAL)
  if (longest.length + origin.length > MAX_NAME_AND_ORIGIN) return new Uint8Array(0)
  const owner = encodeOwner(beaconName(list, serial))
  const text = encodeString(`${list} ${serial}`)
  return concat(
    owner,
    encodeTail(TYPE.A, zone.ttl, Uint8Array.of(127, 0, 0, 1)),
    owner,
    encodeTail(TYPE.TXT, zone.ttl, text),
  )
}

/** The name, relative to the zone, that only this serial of the list has. */
export function beaconName(list: string, serial: number): string {
  return `${serial}.${list}.${BEACON_SUFFIX}`
}

/** The ZONEMD record; `digest` has `DIGEST_BYTES`. */
export function zonemdRecord(
  { zone }: Pick<ZoneRecipe, 'zone'>,
  serial: number,
  digest: Uint8Array,
): Uint8Array {
  const data = concat(encodeNumbers(serial), ZONEMD_SIMPLE_SHA384, digest)
  return concat(APEX, encodeTail(TYPE.ZONEMD, zone.ttl, data))
}

export function printHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function parseHex(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, i) =>
    Number.parseInt(text.slice(2 * i, 2 * i + 2), 16),
  )
}
