import type { Entry } from '../core/entry.ts'
import type { ListDefinition } from '../core/list-definition.ts'
import type { TsigAlgorithm } from '../dns/zone-source.ts'

/** A list as it is kept; `rowId` is the store's own name for it. */
export interface StoredList {
  readonly rowId: number
  readonly id: string
  /** Its name in published paths: its id, or an opaque code for a restricted list. */
  readonly place: string
  readonly definition: ListDefinition
}

/** One serial of a list. */
export interface Publication {
  readonly serial: number
  readonly state: string
  readonly entries: number
  readonly added: number
  readonly removed: number
  /** The last decision it includes: its cut through the history. */
  readonly decision: number
  readonly publishedAt: Date
}

/** One who may fetch restricted lists, and the zones of its lists whether they are restricted or not. */
export interface Subscriber {
  readonly name: string
  readonly tokenHash: string
  /** The token before the last rotation; good until `oldTokenUntil`, and no longer. */
  readonly oldTokenHash: string | null
  readonly oldTokenUntil: Date | null
  readonly lists: readonly string[]
  readonly revokedAt: Date | null
  /** How its resolvers are known: by its keys, or, where they have no TSIG, by where they ask from. */
  readonly transfer: 'tsig' | 'networks'
  /** Canonical addresses and networks. With keys a further condition; empty: from anywhere. */
  readonly networks: readonly string[]
  /** Where its secondaries are told of new serials: `ADDR:PORT`, `[ADDR6]:PORT`. */
  readonly notify: readonly string[]
  /** Those that were not revoked. */
  readonly keys: readonly SubscriberKey[]
  /** The serial of its catalog zone: grows whenever the zones of its lists may have become others. */
  readonly catalogSerial: number
  /** The zones of its catalog; left out: those of its lists' definitions as they are now. */
  readonly origins?: readonly string[]
}

/** A key for transaction signatures (RFC 8945). */
export interface SubscriberKey {
  /** Lower case, no dot at the end. */
  readonly name: string
  readonly algorithm: TsigAlgorithm
  /** In base64. */
  readonly secret: string
  readonly createdAt: Date
  /** When it ceases to work; null for never. */
  readonly until: Date | null
}

/**
 * A list came back from a backup: serials above may have been given away before with other entries than they have now.
 */
export interface Restoration {
  readonly list: string
  /** The newest serial in the backup; 0 for none. */
  readonly serial: number
  readonly at: Date
}

/**
 * What is published and who may read it. All calls inside one `read` see the same moment;
 * `changeCounter` differs from its last value whenever anyone else has committed.
 */
export interface CatalogSource {
  readonly read: <T>(work: () => T) => T
  readonly changeCounter: () => number
  readonly lists: { readonly all: () => readonly StoredList[] }
  readonly publications: { readonly latest: (listRowId: number) => Publication | null }
  readonly subscribers: { readonly all: () => readonly Subscriber[] }
  /** Left out where nothing is ever restored. */
  readonly restorations?: { readonly all: () => readonly Restoration[] }
}

/** The files of one export of one serial. All of them were made together and never change. */
export interface ExportFiles {
  readonly plain: ExportFile
  readonly gzip: ExportFile | null
  readonly br: ExportFile | null
  /** The minisign signature of `plain`. */
  readonly signature: ExportFile | null
}

export interface ExportFile {
  readonly path: string
  readonly bytes: number
}

/**
 * Makes exports, or finds them made. Calls may overlap and be for the same export; whoever
 * implements it need not care, for `ExportQueue` asks for one at a time.
 */
export interface ExportMaker {
  readonly make: (list: StoredList, format: string, serial: number) => Promise<ExportFiles>
  /** Forgets the exports of a list but those of the given serials. */
  readonly keepOnly: (list: StoredList, serials: readonly number[]) => Promise<void>
}

/** A page is cut after `limit`; the next begins behind the last of this one. */
export interface EntriesQuestion {
  readonly listRowId: number
  /** The cut: `Publication.decision`. */
  readonly decision: number
  readonly value?: string
  readonly prefix?: string
  readonly kind?: string
  readonly after: { readonly value: string; readonly kind: string } | null
  readonly limit: number
}

export interface ChangesQuestion {
  readonly listRowId: number
  /** The cuts before and after. */
  readonly from: number
  readonly to: number
  /** How many changes to leave out, in their order. */
  readonly skip: number
  readonly limit: number
}

export interface Changes {
  /** How many entry lines the later has and the earlier lacks, and the other way round, in all. */
  readonly added: number
  readonly removed: number
  readonly page: readonly { readonly change: 'added' | 'removed'; readonly entry: Entry }[]
}

/** Questions to the past that may take long, answered outside the serving loop. Faults: `serve/busy`. */
export interface History {
  readonly entries: (question: EntriesQuestion) => Promise<readonly Entry[]>
  readonly changes: (question: ChangesQuestion) => Promise<Changes>
}

/** The serials of a list; each answer is one look into an index. */
export interface PublicationSource {
  readonly find: (listRowId: number, serial: number) => Publication | null
  /** The serial that held at `at`: the last that was published then or before. */
  readonly at: (listRowId: number, at: Date) => Publication | null
  /** Newest first, those below serial `before`. */
  readonly page: (
    listRowId: number,
    page: { readonly before: number; readonly limit: number },
  ) => readonly Publication[]
}
