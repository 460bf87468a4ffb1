import type { ZoneFolder } from './zone-folder.ts'
import { imageName, openZone, soaOf } from './zone-files.ts'
import type { ZoneKey, ZoneSummary } from './zone-key.ts'
import { decodeMessageTable, messageTableBytes } from './zone-writer.ts'

export type { ZoneKey, ZoneSummary }

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

/**
 * The image of a zone that `makeZone` made; null when it is not there, or damaged. With `isChecked` it is not read through to see
 * that: `makeZone` has just done so, in another thread perhaps, and a million names take ten milliseconds.
 */
export function openZoneImage(
  folder: ZoneFolder,
  key: ZoneKey,
  isChecked = false,
): ZoneImage | null {
  const zone = openZone(folder, key.place, imageName(key), isChecked)
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
