import { Fault } from '../../core/fault.ts'
import type { LineBlocks } from '../../core/line-cursor.ts'
import type { PublicDefinition } from '../../core/list-definition.ts'
import type { ZoneFolder } from './zone-folder.ts'
import type { ZoneKey, ZoneSummary } from './zone-image.ts'

/** A list at one serial, of which a zone is wanted. */
export interface ZoneWanted extends ZoneKey {
  /** How many lines. */
  readonly entries: number
  /** Its `zone` must not be null. */
  readonly definition: PublicDefinition
  /** From how many serials before differences are kept. */
  readonly keepSerials: number
  /** The entry lines from the beginning; may be asked for more than once. */
  readonly lines: () => LineBlocks
  /** What came and went since an earlier serial with that state; null if unknown: then the zone is made from the lines. */
  readonly changesSince: (
    serial: number,
    state: string,
  ) => { readonly added: LineBlocks; readonly removed: LineBlocks } | null
  /** The digest that was signed for the zone; `zone/digest` is thrown when the zone has another. */
  readonly expectedZonemd?: string
  /** The serial may never come to be: what was there before is kept, until the zone is asked for again without this. */
  readonly isTentative?: boolean
}

export interface MadeZone extends ZoneSummary {
  /** It was there; or it was made from the zone before; or from the lines. */
  readonly by: 'kept' | 'update' | 'render'
}

/**
 * Makes the zone of a list at one serial: its image, what is needed to make the next one from it, and the difference from the one
 * before. Does nothing when it is there. Synchronous, for threads and commands; holds some MiB, or the names of the list when
 * there is no zone before to begin from.
 *
 * Throws `zone/digest`, `snapshot/invalid` when the lines or changes are not the list's, and what the folder throws.
 */
export function makeZone(_folder: ZoneFolder, _wanted: ZoneWanted): MadeZone {
  throw new Fault('serve/not-found', 'not there yet')
}
