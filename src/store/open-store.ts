import { closeSync, existsSync, openSync } from 'node:fs'
import Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { Fault } from '../core/fault.ts'
import { appealStore, type AppealStore } from './appeal-store.ts'
import { apiKeyStore, type ApiKeyStore } from './api-key-store.ts'
import { writeBackup, type BackupFile } from './backup.ts'
import { checkDatabase } from './check-database.ts'
import { decisionStore, type DecisionStore } from './decision-store.ts'
import { entryStore, type EntryStore } from './entry-store.ts'
import { beginChain, eventStore, type EventStore } from './event-store.ts'
import { historyRows } from './history-rows.ts'
import { listStore, type ListStore } from './list-store.ts'
import { logStore, type LogStore } from './log-store.ts'
import { metadataStore, type MetadataStore } from './metadata-store.ts'
import { identityStore, type IdentityStore } from './identity-store.ts'
import { idempotencyStore, type IdempotencyStore } from './idempotency-store.ts'
import { assertOurs, migrate } from './migrate.ts'
import { passkeyStore, type PasskeyStore } from './passkey-store.ts'
import { organisationStore, type OrganisationStore } from './organisation-store.ts'
import { proposalStore, type ProposalStore } from './proposal-store.ts'
import { nameStore, type NameStore } from './name-store.ts'
import { publicationStore, type PublicationStore } from './publication-store.ts'
import { registerStore, type RegisterStore } from './register-store.ts'
import { restorationStore, type RestorationStore } from './restoration-store.ts'
import { reportStore, type ReportStore } from './report-store.ts'
import { reviewStore, type ReviewStore } from './review-store.ts'
import { searchStore, type SearchStore } from './search-store.ts'
import { differenceStore, type DifferenceStore } from './difference-store.ts'
import { figureStore, type FigureStore } from './figure-store.ts'
import { guardMethods, storeFault, withStoreFaults } from './store-fault.ts'
import { signInDatabase, type SignInDatabase } from './sign-in-database.ts'
import { subscriberStore, type SubscriberStore } from './subscriber-store.ts'
import { userStore, type UserStore } from './user-store.ts'
import { termStore, type TermStore } from './term-store.ts'

/** How long a process waits for another one's write transaction before `store/busy`. */
export const BUSY_TIMEOUT_MS = 30_000

export interface Store {
  readonly path: string
  readonly lists: ListStore
  readonly decisions: DecisionStore
  readonly proposals: ProposalStore
  readonly entries: EntryStore
  readonly publications: PublicationStore
  readonly metadata: MetadataStore
  readonly log: LogStore
  readonly subscribers: SubscriberStore
  readonly register: RegisterStore
  readonly restorations: RestorationStore
  readonly organisations: OrganisationStore
  readonly users: UserStore
  readonly identities: IdentityStore
  readonly apiKeys: ApiKeyStore
  readonly passkeys: PasskeyStore
  readonly signIn: SignInDatabase
  readonly reports: ReportStore
  readonly appeals: AppealStore
  readonly reviews: ReviewStore
  readonly idempotency: IdempotencyStore
  readonly terms: TermStore
  readonly names: NameStore
  readonly search: SearchStore
  readonly differences: DifferenceStore
  readonly figures: FigureStore
  readonly events: EventStore
  /**
   * Runs `work` in one write transaction that excludes every other writer: what it reads is still true
   * when its writes land, all or none. Must not await.
   */
  readonly write: <T>(work: () => T) => T
  /** Runs `work` on one unchanging view of the database. Must not await, nor write. */
  readonly read: <T>(work: () => T) => T
  /** The same database, where whoever acts is `actor`, if the act itself does not say. Closed with this one. */
  readonly as: (actor: string) => Store
  /** Changes whenever another connection, of this process or another, has committed. Cheap enough to poll. */
  readonly changeCounter: () => number
  /** What is wrong with the file and its tables, in sentences; slow (reads everything). */
  readonly check: () => string[]
  /** Makes a backup (`backup.ts`) of the database and these files, while others read and write. */
  readonly backUp: (target: string, files: readonly BackupFile[]) => void
  readonly close: () => void
}

export interface StoreOptions {
  /** Make the database if there is none. */
  readonly create?: boolean
  readonly readonly?: boolean
  /** How much of the file is held in memory at most; default: 65536. */
  readonly cacheKiB?: number
  /** Who acts through this store, where the act itself does not say; default: the program, by itself. */
  readonly actor?: string
  /** How long to wait for another's write transaction; default `BUSY_TIMEOUT_MS`. Waiting blocks the thread. */
  readonly busyTimeoutMs?: number
  /** When events happen. */
  readonly now?: () => Date
}

/** The actor of what nobody has asked for, such as signing again what nears its end. */
export const OWN_ACTOR = 'bailiwick'

/**
 * Opens the authority's database and brings its tables up to date. Several processes may have it open.
 *
 * Faults: `store/not-found`, `store/newer`, `store/older`, `store/not-a-database`, `store/damaged`,
 * `store/read-only`, `store/full`, `store/busy`; each method may throw the last four too.
 */
export function openStore(path: string, options: StoreOptions = {}): Store {
  if (options.create !== true && path !== ':memory:' && !existsSync(path)) throw notFound(path)
  return withStoreFaults(path, () => {
    const readonly = options.readonly ?? false
    if (options.create === true) reserve(path)
    const timeout = options.busyTimeoutMs ?? BUSY_TIMEOUT_MS
    const sqlite = new Database(path, { readonly, timeout })
    try {
      // Before anything is written to a file that may be somebody else's.
      assertOurs(sqlite, path, options.create === true || path === ':memory:')
      setUp(sqlite, readonly, options.cacheKiB ?? 65_536)
      migrate(sqlite, path, readonly)
      const store = composeStore(path, sqlite, options)
      if (!readonly) beginChain(sqlite, store.events)
      return store
    } catch (error) {
      sqlite.close()
      throw error
    }
  })
}

/** Reasons, legal bases and the hashes of tokens are nobody else's: the -wal and -shm files take the mode of the database. */
function reserve(path: string): void {
  if (path === ':memory:' || existsSync(path)) return
  closeSync(openSync(path, 'wx', 0o600))
}

function notFound(path: string): Fault {
  return new Fault(
    'store/not-found',
    `expected the database of an authority at ${JSON.stringify(path)}, got nothing there: run «bailiwick init», or check --data`,
  )
}

function setUp(sqlite: Database.Database, readonly: boolean, cacheKiB: number): void {
  if (!readonly) sqlite.pragma('journal_mode = WAL')
  sqlite.pragma('synchronous = FULL')
  sqlite.pragma('foreign_keys = ON')
  // INSERT OR REPLACE would otherwise delete without firing the triggers that keep history whole.
  sqlite.pragma('recursive_triggers = ON')
  sqlite.pragma(`cache_size = -${cacheKiB}`)
}

function composeStore(path: string, sqlite: Database.Database, options: StoreOptions): Store {
  const { actor = OWN_ACTOR, now = () => new Date() } = options
  const db = drizzle(sqlite)
  const write = <T>(work: () => T): T =>
    sqlite.inTransaction ? work() : sqlite.transaction(work).immediate()
  const read = <T>(work: () => T): T =>
    sqlite.inTransaction ? work() : sqlite.transaction(work).deferred()
  const translate = (error: unknown): unknown => storeFault(path, error)
  const events = eventStore(sqlite, { read, translate, actor, now })
  const recorder = { write, events, rows: historyRows(sqlite) }
  const metadata = metadataStore(db, recorder)
  const publications = publicationStore(db, sqlite, { ...recorder, translate })
  return {
    path,
    lists: guardMethods(path, listStore(db, recorder)),
    decisions: guardMethods(path, decisionStore(db, sqlite, recorder)),
    proposals: guardMethods(path, proposalStore(db, sqlite, { ...recorder, translate })),
    entries: guardMethods(path, entryStore(sqlite, translate)),
    publications: guardMethods(path, publications),
    metadata: guardMethods(path, metadata),
    log: guardMethods(path, logStore(db, sqlite, { metadata, publications }, recorder)),
    subscribers: guardMethods(path, subscriberStore(db, recorder)),
    register: guardMethods(path, registerStore(db, sqlite, recorder)),
    restorations: guardMethods(path, restorationStore(db, recorder)),
    organisations: guardMethods(path, organisationStore(db, recorder)),
    users: guardMethods(path, userStore(db, recorder)),
    identities: guardMethods(path, identityStore(db, recorder)),
    apiKeys: guardMethods(path, apiKeyStore(db, recorder)),
    passkeys: guardMethods(path, passkeyStore(db, recorder)),
    signIn: signInDatabase(db),
    reports: guardMethods(path, reportStore(sqlite, recorder)),
    appeals: guardMethods(path, appealStore(sqlite, recorder)),
    reviews: guardMethods(path, reviewStore(sqlite, recorder)),
    idempotency: guardMethods(path, idempotencyStore(db, write)),
    terms: guardMethods(path, termStore(sqlite, translate)),
    names: guardMethods(path, nameStore(sqlite, translate)),
    search: guardMethods(path, searchStore(sqlite, translate)),
    differences: guardMethods(path, differenceStore(sqlite)),
    figures: guardMethods(path, figureStore(sqlite)),
    events: guardMethods(path, events),
    as: (other) => composeStore(path, sqlite, { ...options, actor: other }),
    ...guardMethods(path, {
      write,
      read,
      changeCounter: () => sqlite.pragma('data_version', { simple: true }) as number,
      check: () => checkDatabase(sqlite),
      backUp: (target: string, files: readonly BackupFile[]) => writeBackup(sqlite, target, files),
    }),
    close: () => void sqlite.close(),
  }
}
