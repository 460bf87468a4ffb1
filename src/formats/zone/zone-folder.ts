/**
 * Where zones are kept, as this room needs it: files in a folder for each place, of which each is there whole and undamaged, or
 * not at all. All of it can be made again. Several processes may use it at once.
 */
export interface ZoneFolder {
  /** The files of a place. */
  readonly names: (place: string) => readonly string[]
  /**
   * Null when there is no such file, or a damaged one. What is open stays readable when the file is removed. With `isChecked` the file is
   * not read through: for one that was looked at since the machine started.
   */
  readonly open: (place: string, name: string, isChecked?: boolean) => ZoneFile | null
  /** A file that nobody sees before it is kept. */
  readonly draft: (place: string) => ZoneDraft
  readonly remove: (place: string, name: string) => void
}

/** Bytes, and what was said about them when they were written. */
export interface ZoneFile {
  /** JSON. */
  readonly about: unknown
  readonly length: number
  /** Fills `into` with the bytes from `at` on, which must be there. */
  readonly read: (at: number, into: Uint8Array) => void
  readonly close: () => void
}

/** Bytes on their way to a file. */
export interface ZoneDraft {
  readonly write: (bytes: Uint8Array) => void
  /** Writes over the beginning: at most 4096 bytes, which must be written already. */
  readonly patch: (bytes: Uint8Array) => void
  /** Reads what was written, as `ZoneFile` does. */
  readonly read: (at: number, into: Uint8Array) => void
  /** Gives it its name, in place of what has it. `about` is JSON. */
  readonly keep: (name: string, about: unknown) => void
  /** Gives it up; after `keep`, does nothing. */
  readonly discard: () => void
}
