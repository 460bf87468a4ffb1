/** What was published, from anywhere: a folder, a URL, one file with all of it. Nothing that comes out is trusted. */
export interface Published {
  /** For people: where it is from. */
  readonly name: string
  /** The bytes at a published path, at most `maxBytes`; null where there are none. Throws `fetch/…`, `audit/…`. */
  readonly read: (path: string, maxBytes: number) => Promise<Buffer | null>
  /** The same, piece by piece; whether there are any. */
  readonly pieces: (path: string, maxBytes: number, take: TakePiece) => Promise<boolean>
  /** Every path there is, sorted; null where the source can't say. */
  readonly paths: () => Promise<readonly string[] | null>
  /** Whether exports are served beside what is signed. */
  readonly hasFeeds: boolean
  readonly close: () => Promise<void>
}

export type TakePiece = (piece: Buffer) => void | Promise<void>
