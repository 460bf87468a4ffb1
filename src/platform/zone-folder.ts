/** Bytes, and what was said about them when they were written. */
interface ZoneFile {
  readonly about: unknown
  readonly length: number
  readonly read: (at: number, into: Uint8Array) => void
  readonly close: () => void
}

interface ZoneDraft {
  readonly write: (bytes: Uint8Array) => void
  readonly patch: (bytes: Uint8Array) => void
  readonly keep: (about: unknown) => void
  readonly discard: () => void
}

/**
 * `zones/`: the zones of lists, ready for the wire (`docs/adr/016-zone-images.md`). All of it can be made again, so nothing is
 * synced; a file is there whole or not at all, and one that the machine damaged when it lost its power is known by its checksum.
 */
export interface ZoneFolder {
  readonly names: (place: string) => readonly string[]
  readonly open: (place: string, name: string) => ZoneFile | null
  readonly draft: (place: string, name: string) => ZoneDraft
  readonly remove: (place: string, name: string) => void
}

/** Opens the folder, whose files none but its owner can reach: they have the names of restricted lists. */
export function openZoneFolder(_folder: string): ZoneFolder {
  throw new Error('not there yet')
}
