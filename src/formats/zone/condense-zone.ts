import { Fault } from '../../core/fault.ts'
import type { ZoneFolder } from './zone-folder.ts'
import type { ZoneKey } from './zone-image.ts'

/** A difference as it goes over the wire (RFC 1995 §4), cut into messages: SOA, old SOA, removed, SOA, added, SOA. */
export interface ZoneDifference {
  readonly from: number
  readonly to: number
  readonly records: number
  readonly bytes: number
  /** Some messages each; in shared memory. */
  readonly parts: readonly ZonePart[]
}

/** The records of some messages, one behind the other (`TransferPart` of `src/dns/zone-source.ts`). */
export interface ZonePart {
  readonly records: Uint8Array
  /** Where each message ends in `records`. */
  readonly ends: readonly number[]
  readonly counts: readonly number[]
}

/** The serials from which differences lead to the zone, ascending. */
export function sourcesOf(_folder: ZoneFolder, _key: ZoneKey): readonly number[] {
  throw new Fault('serve/not-found', 'not there yet')
}

/**
 * The difference from serial `from` to the zone, all the differences between composed into one: no record is in it that came and
 * went. Null when none leads there, or when it would have more than `maxBytes`.
 */
export function condenseZone(
  _folder: ZoneFolder,
  _key: ZoneKey,
  _from: number,
  _maxBytes: number,
): ZoneDifference | null {
  throw new Fault('serve/not-found', 'not there yet')
}
