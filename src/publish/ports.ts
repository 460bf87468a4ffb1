import type { NewEvent } from '../core/event.ts'
import type { LineBlocks } from '../core/line-cursor.ts'
import type { ListDefinition } from '../core/list-definition.ts'
import type { NextZone } from '../formats/zone/make-zone.ts'
import type { ZoneFolder } from '../formats/zone/zone-folder.ts'
import type { ZoneSummary } from '../formats/zone/zone-key.ts'

/** A list with the newest of its definitions, as the room needs it. */
export interface PublishedList {
  readonly rowId: number
  readonly id: string
  /** Its name in published paths (`docs/spec/http.md` §2). */
  readonly place: string
  readonly definitionId: number
  readonly definition: ListDefinition
}

/** One serial: the cut of a list's decisions that was signed. */
export interface Publication {
  readonly serial: number
  readonly state: string
  readonly entries: number
  /** How many lines came and went since the serial before. */
  readonly added: number
  readonly removed: number
  /** The last decision it includes. */
  readonly decision: number
  readonly definitionId: number
  readonly publishedAt: Date
  readonly override: string | null
  readonly actor: string
}

/** What the chain of decisions tells (`docs/spec/events.md` §3). Without an actor it is whoever opened the store. */
export interface Act extends Omit<NewEvent, 'actor'> {
  readonly actor?: string
}

/** One signed TUF metadata file. */
export interface SignedMetadata {
  readonly role: string
  readonly version: number
  readonly bytes: Buffer
  readonly expiresAt: Date
}

/** Snapshot lines without their LF, sorted bytewise; cancelling pairs are gone. */
export interface LineChanges {
  readonly added: Iterable<string>
  readonly removed: Iterable<string>
}

/** What the room reads and writes in the database. Everything is synchronous; several processes may hold it at once. */
export interface PublishStore {
  readonly lists: {
    readonly find: (id: string) => PublishedList | null
    readonly all: () => readonly PublishedList[]
    readonly definition: (definitionId: number) => ListDefinition
  }
  readonly decisions: { readonly lastDecision: (listRowId: number) => number }
  readonly publications: {
    readonly latest: (listRowId: number) => Publication | null
    readonly find: (listRowId: number, serial: number) => Publication | null
    readonly all: (listRowId: number) => readonly Publication[]
    readonly changes: (listRowId: number, after: number, through: number) => LineChanges
    readonly lines: (listRowId: number, through: number) => Iterable<string>
    /**
     * THE COMMIT POINT of a publication: one durable transaction, or `publish/conflict` when `expectedSerial` is not the latest
     * serial any more or a metadata version is not the next of its role.
     */
    readonly commit: (commit: {
      readonly listRowId: number
      readonly publication: Publication
      readonly metadata: readonly SignedMetadata[]
      readonly expectedSerial: number
    }) => void
  }
  readonly metadata: {
    readonly latest: (role: string) => SignedMetadata | null
    readonly find: (role: string, version: number) => SignedMetadata | null
    readonly all: (role?: string) => readonly SignedMetadata[]
    /** Removes the versions of a role below `version`. */
    readonly forget: (role: string, version: number) => void
    /**
     * The commit point of everything that signs without publishing: all or none, durable; `publish/conflict` as above. The chain of decisions
     * tells what it was signed for (`acts`) and by which keys.
     */
    readonly commit: (signed: readonly SignedMetadata[], acts?: readonly Act[]) => void
  }
  readonly events: {
    /** Records an act; only inside `write`. */
    readonly append: (act: Act) => unknown
    /** As `append`, unless the newest event of the act on this list (`subject.list`) says the same. */
    readonly appendNews: (act: Act) => void
  }
  /** Runs `work` while no other process can commit. Must not await. */
  readonly write: <T>(work: () => T) => T
}

/** The public part of a signing key as TUF writes it, with its id. */
export interface PublicKey {
  /** SHA-256 of the key's canonical JSON, in hex (TUF 1.0 §4.2). */
  readonly keyid: string
  /** The 32 bytes of an Ed25519 public key, in hex. */
  readonly publicHex: string
}

/** A key of which this host holds the private part. */
export interface HeldKey extends PublicKey {
  /** What it was made for: a role's name, or `export`. Whether it still counts is for the metadata to say. */
  readonly use: string
}

/** A detached Ed25519 signature. */
export interface Signature {
  readonly keyid: string
  /** 64 bytes in hex. */
  readonly sig: string
}

/** Signs with one key, wherever its private part lies. */
export interface Signer extends PublicKey {
  readonly sign: (bytes: Uint8Array) => Promise<Signature>
}

/** The keys of this host. */
export interface KeyRing {
  readonly all: () => readonly HeldKey[]
  /** Throws `key/missing`, `key/permissions`, `key/damaged`, `key/passphrase-missing`, `key/passphrase-wrong`. */
  readonly signer: (keyid: string) => Promise<Signer>
  /** Makes a key; it is durable when the promise is kept. */
  readonly make: (use: string) => Promise<HeldKey>
  /**
   * Begins what makes keys ready, if it takes long, on another thread. Throws `key/passphrase-missing` at once; other faults come
   * from whoever needs a key.
   */
  readonly warmUp: () => void
}

/** Bytes on their way to a file that nobody sees before it is finished. */
export interface FileDraft {
  readonly write: (bytes: Uint8Array) => void
  /** Writes over what is there, from the start on. */
  readonly patch: (bytes: Uint8Array) => void
  /** What was written, in blocks that each hold only until the next one is asked for. */
  readonly blocks: () => Iterable<Uint8Array>
  /**
   * Gives it its name. The bytes are durable when the promise is kept; should the machine stop before it is promoted, the name may be
   * lost, and the file is made again.
   */
  readonly finish: (path: string) => Promise<void>
  /** Gives it up; nothing stays. Allowed after a failure of any kind, and after `finish` does nothing. */
  readonly discard: () => void
}

/**
 * The files of the data folder. Paths are relative, with `/`. Several processes may use it at once: every file appears under
 * its name complete or not at all, and one that is there already with the same name is the same file, but for `replace`.
 */
export interface PublishFiles {
  /** Made before the commit, seen by nobody: `staging/`. Paths are published paths. */
  readonly draft: () => FileDraft
  /** Moves staged files to where they are published; those that are not staged are left out. Durable. Gives back the moved. */
  readonly promote: (paths: readonly string[]) => readonly string[]
  /** Removes what was staged before `before` and never promoted. */
  readonly discardStaged: (before: Date) => void
  /** The length of a published file, or null. */
  readonly publishedLength: (path: string) => number | null
  /** Publishes small immutable files. Durable. */
  readonly publish: (
    files: readonly { readonly path: string; readonly bytes: Uint8Array }[],
  ) => void
  /** Replaces one of the few mutable files, atomically. Durable. */
  readonly replace: (path: string, bytes: Uint8Array) => void
  readonly read: (path: string) => Uint8Array | null
  /** The paths of the published files right in `folder`. */
  readonly seen: (folder: string) => readonly string[]
  /** Takes away published files that were last written before `before`; gives back those. */
  readonly remove: (paths: readonly string[], before: Date) => readonly string[]
}

/** Lines on their way to the cache. */
export interface LineDraft {
  readonly write: (block: Uint8Array) => void
  /** What was written, once all is: each block holds only until the next one is asked for. May be read more than once. */
  readonly lines: () => LineBlocks
  /** Puts it into the cache, in place of what is there. */
  readonly keep: () => void
  /** Gives it up; after `keep`, does nothing. */
  readonly discard: () => void
}

/**
 * A cache of line files that can all be made again from the database. Not durable, may be emptied at any time; the
 * lines that it gives back may be wrong (check their state), the changes are what was put.
 */
export interface LineCache {
  /** The lines of one serial, or null. */
  readonly lines: (place: string, serial: number) => LineBlocks | null
  /** The same, quicker: each block holds only until the next one is asked for. */
  readonly passingLines: (place: string, serial: number) => LineBlocks | null
  /** What came and went with one serial, or null when it is not there, or damaged. */
  readonly changes: (
    place: string,
    serial: number,
  ) => { readonly added: LineBlocks; readonly removed: LineBlocks } | null
  /** A file for the lines of a serial that may become the newest; `keep` or `discard` it. */
  readonly draftLines: (place: string, serial: number) => LineDraft
  readonly putChanges: (
    place: string,
    serial: number,
    changes: { readonly added: LineBlocks; readonly removed: LineBlocks },
  ) => void
  /** Forgets the lines of serials before `serial`, and changes before `changesFrom`. */
  readonly forget: (
    place: string,
    before: { readonly lines: number; readonly changes: number },
  ) => void
}

/** A zone that is brought along on another thread. */
export interface ZoneAhead {
  /**
   * Keeps it as the zone of the list in that state, when it is made; null when it could not be made so, or not be kept. Never
   * rejects.
   */
  readonly keep: (state: string) => Promise<ZoneSummary | null>
  /** Gives it up; after `keep`, does nothing. */
  readonly discard: () => void
}

/** What every use case of the room is handed. */
export interface PublishDeps {
  readonly store: PublishStore
  readonly keys: KeyRing
  readonly files: PublishFiles
  readonly cache: LineCache
  /** Where zones are kept for secondaries; those with a digest are made before it is signed. */
  readonly zones: ZoneFolder
  /** Begins to bring a zone along, beside this thread; left out where all is made on one. */
  readonly beginZone?: (next: NextZone) => ZoneAhead
  /** The time now; taken once for each publication. */
  readonly now: () => Date
}
