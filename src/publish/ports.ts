import type { ChainEvent, ChainHead, NewEvent } from '../core/event.ts'
import type { MadeTree, TreeWay, WantedTree } from '../core/kept-tree/next-tree.ts'
import type { LineBlocks } from '../core/line-cursor.ts'
import type { ManifestBasis } from '../core/log-leaf.ts'
import type { LeafSecrets } from '../core/proof-tree/leaf-maker.ts'
import type { ReachableWitness, WitnessOutcome } from './collect-cosignatures.ts'
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
    /** How many lines `changes` has. */
    readonly countChanges: (
      listRowId: number,
      after: number,
      through: number,
    ) => { readonly added: number; readonly removed: number }
    readonly lines: (listRowId: number, through: number) => Iterable<string>
  }
  readonly metadata: {
    readonly latest: (role: string) => SignedMetadata | null
    readonly find: (role: string, version: number) => SignedMetadata | null
    readonly all: (role?: string) => readonly SignedMetadata[]
    /** Removes the versions of a role below `version`. */
    readonly forget: (role: string, version: number) => void
    /** Commits a timestamp over what was committed before; durable. `publish/conflict` when it is not the next. */
    readonly commit: (timestamp: readonly SignedMetadata[]) => void
  }
  readonly events: {
    /** The newest event of the chain of decisions. */
    readonly head: () => ChainHead
    /** From event `from` on. */
    readonly all: (from: number) => Iterable<ChainEvent>
    /** Records an act; only inside `write`. */
    readonly append: (act: Act) => unknown
    /** As `append`, unless the newest event of the act on this list (`subject.list`) says the same. */
    readonly appendNews: (act: Act) => void
  }
  readonly log: PublishLog
  /** Runs `work` while no other process can commit. Must not await. */
  readonly write: <T>(work: () => T) => T
}

/** A leaf of the log, and what it is about: a version of a role's metadata, or a serial at a place. */
export interface StoredLeaf {
  readonly kind: 'metadata' | 'publication'
  readonly name: string
  readonly number: number
  readonly bytes: Uint8Array
}

/** What one act has signed. It counts when its leaves are under a checkpoint that may be shown. */
export interface LogBatch {
  /** Of the log, with the batch's leaves. */
  readonly size: number
  readonly begunAt: Date
  /** All but a timestamp. */
  readonly metadata: readonly SignedMetadata[]
  readonly publication: {
    readonly listRowId: number
    readonly publication: Publication
    readonly expectedSerial: number
  } | null
  /** Whether a change of policy waits for the witnesses of the policy before, too. */
  readonly needsOldQuorum: boolean
}

export interface NewManifest {
  readonly listRowId: number
  readonly serial: number
  readonly manifest: Buffer
  /** What opens its commitments. */
  readonly basis: ManifestBasis
  readonly salt: Buffer
}

export interface NewBatch extends Omit<LogBatch, 'size'> {
  /** How many leaves there must be before it. */
  readonly expectedSize: number
  readonly leaves: readonly StoredLeaf[]
  readonly manifests: readonly NewManifest[]
  /** The text of a policy that it brings. */
  readonly policy: string | null
  /** Whether it may be put on top of what waits, and become one with it. Then it has no publication. */
  readonly joins: boolean
  /** What it was signed for: recorded in the same transaction. */
  readonly acts: readonly Act[]
}

export interface SealedCheckpoint {
  readonly size: number
  readonly root: Buffer
  /** The signed note with its cosignatures. */
  readonly note: Buffer
  readonly sealedAt: Date
}

/** The transparency log as the database has it. */
export interface PublishLog {
  /** How many leaves there are, those of a batch that waits included. */
  readonly size: () => number
  readonly leaves: (from: number, to: number) => readonly StoredLeaf[]
  /** The last checkpoint that was finished. */
  readonly checkpoint: () => SealedCheckpoint | null
  readonly batch: () => LogBatch | null
  /**
   * Puts the leaves of a batch into the log for good, and keeps the batch until `finish`: one durable transaction, or `publish/conflict`
   * when the log has another size, another batch waits that this one does not join, a version or a serial is not the next.
   */
  readonly begin: (batch: NewBatch) => void
  /**
   * THE COMMIT POINT of all that is signed: the batch that waits, its timestamp and its checkpoint, in one durable transaction.
   * `publish/conflict` when no batch of that size waits, or the timestamp is not the next.
   */
  readonly finish: (end: SealedCheckpoint & { readonly timestamp: SignedMetadata | null }) => void
  /** The texts of all policies, newest first. */
  readonly policies: () => readonly string[]
  readonly manifest: (
    listRowId: number,
    serial: number,
  ) => Pick<NewManifest, 'manifest' | 'basis' | 'salt'> | null
  /** The last version of a role of which files were taken away. */
  readonly swept: (role: string) => number
  readonly sweep: (role: string, version: number) => void
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
  /** The `pkcs11:` URI of a key that lies in a token. */
  readonly token?: string
}

/** Where a new key shall lie, if not beside the others. */
export interface WantedTokenKey {
  /** A `pkcs11:` URI (RFC 7512). */
  readonly uri: string
  /** The key is there already, and none is to be made. */
  readonly isExisting: boolean
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
  /** Throws `key/missing`, `key/permissions`, `key/damaged`, `key/passphrase-…`, `key/token-…`, `key/pin-…`. */
  readonly signer: (keyid: string) => Promise<Signer>
  /** The secret of a key that was made for a proof tree (`treeUse`), 32 octets. Throws as `signer` does. */
  readonly treeSecret: (keyid: string) => Promise<Uint8Array>
  /** Makes a key, or takes it from a token; it is durable when the promise is kept. */
  readonly make: (use: string, options?: { readonly token?: WantedTokenKey }) => Promise<HeldKey>
  /**
   * Begins what makes keys ready, if it takes long, on another thread. Throws `key/passphrase-missing` at once where it
   * will be needed; other faults come from whoever needs a key.
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
  /** The same for many, each of them atomically. */
  readonly replaceAll: (
    files: readonly { readonly path: string; readonly bytes: Uint8Array }[],
  ) => Promise<void>
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

/** The proof tree of a serial that is about to be published. */
export interface NextTree extends Omit<WantedTree, 'maker'> {
  readonly place: string
  /** Null for a public list. */
  readonly secrets: LeafSecrets | null
  readonly listRowId: number
  /** The last decision that the serial includes. */
  readonly decision: number
  /** How it comes of an earlier one; null where there is none to come of. */
  readonly way: TreeWay | null
}

/** A proof tree on its way. */
export interface TreeAhead {
  /** Rejects with what kept it from being made. */
  readonly root: Promise<Pick<MadeTree, 'root' | 'vrfKey'>>
  /** Keeps it, to make the next one of; if that can't be done, the next one is made of an earlier one. */
  readonly keep: () => void
  /** Gives it up; after `keep`, does nothing. */
  readonly discard: () => void
}

/** Where proof trees are kept and made: a cache, which may be emptied at any time. */
export interface ProofTrees {
  /** The serial of the tree that is kept at a place, once what is being kept is kept; null where there is none. */
  readonly keptSerial: (place: string) => Promise<number | null>
  readonly begin: (next: NextTree) => TreeAhead
}

/** Sends a request to a witness (c2sp.org/tlog-witness). Rejects where no answer comes within its limits. */
export type AskWitness = (
  witness: ReachableWitness,
  body: string,
) => Promise<{ readonly status: number; readonly body: Uint8Array }>

/** Changes that wait for signatures of keys elsewhere: a small file for each. */
export interface DraftFiles {
  readonly all: () => readonly { readonly name: string; readonly bytes: Uint8Array }[]
  /** Durable when it returns; replaces one of that name. */
  readonly put: (name: string, bytes: Uint8Array) => void
  readonly remove: (name: string) => void
}

/** What every use case of the room is handed. */
export interface PublishDeps {
  readonly store: PublishStore
  readonly keys: KeyRing
  readonly files: PublishFiles
  readonly drafts: DraftFiles
  readonly cache: LineCache
  /** Where zones are kept for secondaries; those with a digest are made before it is signed. */
  readonly zones: ZoneFolder
  readonly trees: ProofTrees
  /** Begins to bring a zone along, beside this thread; left out where all is made on one. */
  readonly beginZone?: (next: NextZone) => ZoneAhead
  /** The time now; taken once for each publication. */
  readonly now: () => Date
  /** 32 octets that nobody can guess. */
  readonly newSalt: () => Uint8Array
  readonly askWitness: AskWitness
  /** Told of each witness that was asked. */
  readonly onWitness: (answer: WitnessOutcome) => void
}
