import type { ZoneFolder } from './zone-folder.ts'
import { imageName, openZone, soaOf } from './zone-files.ts'
import { decodeMessageTable, messageTableBytes } from './zone-writer.ts'

/** Which zone: a list at one serial. After a restored backup a serial may come again with another state. */
export interface ZoneKey {
  readonly place: string
  readonly serial: number
  /** SHA-256 of the entry lines (`docs/spec/snapshot.md` §3). */
  readonly state: string
}

/** What is told of a zone without reading it. */
export interface ZoneSummary extends ZoneKey {
  readonly list: string
  /** Lower case, no dot at the end. */
  readonly origin: string
  /** All of a whole transfer: both SOA records are counted. */
  readonly records: number
  readonly bytes: number
  readonly messages: number
  /** The digest of the zone's ZONEMD record in lower-case hex (RFC 8976, SHA-384); null when it has none. */
  readonly zonemd: string | null
}

/**
 * A whole zone as it goes over the wire, from SOA to SOA, cut into messages: `src/dns/zone-source.ts` says how its records stand.
 * The file stays readable after it is removed, until `close`.
 */
export interface ZoneImage {
  readonly summary: ZoneSummary
  /** The SOA record. */
  readonly soa: Uint8Array
  /** Where each message's records end, in bytes: ascending, the last is `summary.bytes`. */
  readonly ends: Uint32Array
  /** How many records each message has. */
  readonly counts: Uint16Array
  /** Fills `into` with the bytes from `at` on, which must be there. */
  readonly read: (at: number, into: Uint8Array) => void
  readonly close: () => void
}

/** The image of a zone that `makeZone` made; null when it is not there, or damaged. */
export function openZoneImage(folder: ZoneFolder, key: ZoneKey): ZoneImage | null {
  const zone = openZone(folder, key.place, imageName(key))
  if (zone === null) return null
  const { about, image } = zone
  const { summary } = about
  if (summary.state !== key.state) {
    image.close()
    return null
  }
  const table = new Uint8Array(messageTableBytes(summary.messages))
  image.read(summary.bytes, table)
  return {
    summary,
    soa: soaOf(about),
    ...decodeMessageTable(table, summary.messages),
    read: (at, into) => {
      image.read(at, into)
    },
    close: () => {
      image.close()
    },
  }
}
