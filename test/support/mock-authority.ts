import { createHash, sign, type KeyObject } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { canonicalize } from '@tufjs/canonical-json'
import { createMockLog, mockLeaf, type MockLog, type MockLogOptions } from './mock-log.ts'
import { ed25519Pair } from './ed25519-pair.ts'

/**
 * A list authority in memory, for tests of readers: it makes real, signed TUF repositories with throw-away keys, written from
 * `docs/spec` alone with none of the program's own code, so that reader and writer cannot share a mistake. It does
 * whatever it is told, and everything it has published can be replaced, which is how it misbehaves.
 */
export interface MockAuthority {
  /** Published bytes by path below the source, such as `tuf/metadata/timestamp.json`. */
  readonly files: Map<string, Buffer>
  /** What an agent gets out of band. */
  readonly root: Buffer
  readonly lists: ReadonlyMap<string, MockList>
  /** Its transparency log, if it has one: what is signed goes in, and is published with the next timestamp. */
  readonly log: MockLog | null
  /** Makes the next serial of a list. Lines are sorted by whoever calls, unless it wants them otherwise. */
  publish: (id: string, lines: readonly string[], tricks?: Tricks) => void
  /** Signs everything again with the next versions, a role's content being what `change` makes of it. */
  resign: (tricks?: Tricks) => void
  /** Signs a new timestamp and nothing else. */
  stamp: () => void
  /** Replaces all keys but the list's by new ones, signed by the old root and the new. */
  rotateRoot: (tricks?: { readonly unsignedByOld?: boolean; readonly skip?: boolean }) => void
  /** Signs another policy of its log, in a new version of the top role. */
  renewPolicy: (change: { readonly quorum: number }) => void
  /** The whole published state, to come back to: a rollback. */
  save: () => Map<string, Buffer>
}

export interface MockList {
  readonly id: string
  readonly place: string
  readonly serial: number
  readonly lines: readonly string[]
}

/** How the authority misbehaves while it signs. */
export interface Tricks {
  /** By role: when the metadata expires. */
  readonly expires?: Readonly<Record<string, string>>
  /** By role: the version it claims. */
  readonly version?: Readonly<Record<string, number>>
  /** By role: whose keys sign it. */
  readonly signedBy?: Readonly<Record<string, string>>
  /** Changes a role's signed content right before it is signed. */
  readonly change?: Readonly<Record<string, (signed: Signed) => void>>
  /** The published serial, instead of the next. */
  readonly serial?: number
  /** Changes raw bytes before they are packed and signed; by the file's name. */
  readonly raw?: (file: string, bytes: Buffer) => Buffer
  /** Changes packed bytes before they are signed. */
  readonly packed?: (file: string, bytes: Buffer) => Buffer
  /** Changes a target's custom before it is signed. */
  readonly custom?: (file: string, custom: Record<string, unknown>) => void
  /** No deltas at all. */
  readonly noDeltas?: boolean
}

export type Signed = Record<string, unknown> & { version: number; expires: string }

interface Key {
  readonly id: string
  readonly publicJson: object
  readonly privateKey: KeyObject
}

interface Target {
  readonly length: number
  readonly hashes: { readonly sha256: string }
  readonly custom: Record<string, unknown>
}

interface ListRecord {
  id: string
  place: string
  serial: number
  lines: readonly string[]
  targets: Record<string, Target>
  history: { serial: number; lines: readonly string[] }[]
  readonly definition: Record<string, unknown>
}

export interface MockOptions {
  readonly lists: readonly string[]
  /** Lists whose place is an opaque code. */
  readonly places?: Readonly<Record<string, string>>
  /** How many keys each list's role has and needs. */
  readonly listThreshold?: number
  /** Only so many serials back get a delta to the newest; older ones go by a stop between, as `docs/spec/delta.md` §4. */
  readonly directDeltas?: number
  /** Everything expires this much later than now, in milliseconds. */
  readonly lifeMs?: number
  /** Left out: the authority has no log. */
  readonly log?: MockLogOptions
}

const LIFE_MS = 24 * 3600 * 1000

export function createMockAuthority(options: MockOptions): MockAuthority {
  const files = new Map<string, Buffer>()
  const keys = new Map<string, Key[]>()
  const versions = new Map<string, number>()
  const records = new Map(
    options.lists.map((id) => [id, newRecord(id, options.places?.[id] ?? id)]),
  )
  const roleOf = (record: ListRecord): string => `list-${record.place}`
  for (const role of ['root', 'targets', 'snapshot', 'timestamp']) keys.set(role, [newKey()])
  for (const record of records.values()) {
    keys.set(roleOf(record), Array.from({ length: options.listThreshold ?? 1 }, newKey))
  }
  const keysOf = (role: string): Key[] => keys.get(role) ?? []
  const log = options.log ? createMockLog(options.log) : null
  let snapshot: Buffer = Buffer.alloc(0)
  const expires = (): string => isoSeconds(new Date(Date.now() + (options.lifeMs ?? LIFE_MS)))

  function put(role: string, type: string, body: object, tricks: Tricks, signers?: Key[]): Buffer {
    const version = tricks.version?.[role] ?? (versions.get(role) ?? 0) + 1
    versions.set(role, version)
    const signed: Signed = {
      _type: type,
      spec_version: '1.0.31',
      version,
      expires: tricks.expires?.[role] ?? expires(),
      ...body,
    }
    tricks.change?.[role]?.(signed)
    const by = signers ?? keysOf(tricks.signedBy?.[role] ?? role)
    const bytes = signMetadata(signed, by)
    files.set(
      role === 'timestamp'
        ? 'tuf/metadata/timestamp.json'
        : `tuf/metadata/${signed.version}.${role}.json`,
      bytes,
    )
    if (role !== 'timestamp') {
      const path = `log/proof/${role}/${signed.version}.tlog-proof`
      log?.add(mockLeaf(role, signed.version, bytes), path)
    }
    return bytes
  }

  /** Only the policy of the log: what lists have is their own roles'. */
  function topTargets(): Record<string, Target> {
    if (log === null) return {}
    const hash = sha256(log.policy)
    files.set(`tuf/targets/log/${hash}.policy.txt`, log.policy)
    const length = log.policy.length
    return { 'log/policy.txt': { length, hashes: { sha256: hash }, custom: {} } }
  }

  function putRoot(tricks: Tricks, extraSigners: Key[] = []): Buffer {
    const roles = ['root', 'targets', 'snapshot', 'timestamp']
    const body = {
      consistent_snapshot: true,
      keys: keyTable(roles.flatMap(keysOf)),
      roles: Object.fromEntries(
        roles.map((role) => [role, { keyids: keysOf(role).map((key) => key.id), threshold: 1 }]),
      ),
    }
    return put('root', 'root', body, tricks, [...keysOf('root'), ...extraSigners])
  }

  function putTargets(tricks: Tricks): void {
    const all = [...records.values()]
    put(
      'targets',
      'targets',
      {
        targets: topTargets(),
        delegations: {
          keys: keyTable(all.flatMap((record) => keysOf(roleOf(record)))),
          roles: all.map((record) => ({
            name: roleOf(record),
            keyids: keysOf(roleOf(record)).map((key) => key.id),
            threshold: options.listThreshold ?? 1,
            terminating: true,
            paths: [`lists/${record.place}/*`],
          })),
        },
      },
      tricks,
    )
  }

  function putPointers(tricks: Tricks): void {
    const listed = ['targets', ...[...records.values()].map(roleOf)].filter((role) =>
      versions.has(role),
    )
    const meta = Object.fromEntries(
      listed.map((role) => [`${role}.json`, { version: versions.get(role) ?? 0 }]),
    )
    snapshot = put('snapshot', 'snapshot', { meta }, tricks)
    log?.publish(files)
    putTimestamp(tricks)
  }

  function putTimestamp(tricks: Tricks): void {
    const version = versions.get('snapshot') ?? 0
    const hashes = { sha256: sha256(snapshot) }
    put(
      'timestamp',
      'timestamp',
      { meta: { 'snapshot.json': { version, length: snapshot.length, hashes } } },
      tricks,
    )
  }

  function addTarget(
    record: ListRecord,
    file: string,
    content: { raw: Buffer; custom: Record<string, unknown>; pack: boolean },
    tricks: Tricks,
  ): void {
    const raw = tricks.raw?.(file, content.raw) ?? content.raw
    const packed = content.pack ? gzipSync(raw) : raw
    const bytes = tricks.packed?.(file, packed) ?? packed
    const custom = content.pack ? { ...content.custom, rawLength: raw.length } : content.custom
    tricks.custom?.(file, custom)
    const hash = sha256(bytes)
    record.targets[`lists/${record.place}/${file}`] = {
      length: bytes.length,
      hashes: { sha256: hash },
      custom,
    }
    files.set(`tuf/targets/lists/${record.place}/${hash}.${file}`, bytes)
  }

  function putDeltas(record: ListRecord, tricks: Tricks): void {
    const direct = options.directDeltas ?? 100
    const newest = { serial: record.serial, lines: record.lines }
    for (const old of record.history.slice(-direct)) {
      addTarget(
        record,
        `delta-${old.serial}-${newest.serial}.txt.gz`,
        printMockDelta(record.id, old, newest),
        tricks,
      )
    }
  }

  function publish(id: string, lines: readonly string[], tricks: Tricks = {}): void {
    const record = records.get(id)
    if (!record) throw new Error(`no list ${id}`)
    if (record.serial > 0) record.history.push({ serial: record.serial, lines: record.lines })
    record.serial = tricks.serial ?? record.serial + 1
    record.lines = lines
    // A delta that no longer ends at the newest stays a step on the way, unless it was to go by.
    if (options.directDeltas === undefined) record.targets = {}
    const state = stateOf(lines)
    const custom = { entries: lines.length, list: id, serial: record.serial, state }
    const raw = Buffer.from(
      `format: bailiwick-snapshot/1\nlist: ${id}\nserial: ${record.serial}\nentries: ${lines.length}\nstate: ${state}\n\n${joinLines(lines)}`,
    )
    addTarget(record, 'snapshot.txt.gz', { raw, custom, pack: true }, tricks)
    addTarget(
      record,
      'list.json',
      { raw: Buffer.from(canonicalize(record.definition)), custom: {}, pack: false },
      tricks,
    )
    if (tricks.noDeltas !== true) putDeltas(record, tricks)
    put(roleOf(record), 'targets', { targets: record.targets }, tricks)
    putPointers(tricks)
  }

  putRoot({})
  const root = files.get('tuf/metadata/1.root.json') ?? Buffer.alloc(0)
  putTargets({})
  putPointers({})

  return {
    files,
    root,
    lists: records,
    log,
    publish,
    stamp: () => putTimestamp({}),
    resign(tricks = {}) {
      for (const record of records.values()) {
        if (record.serial > 0) put(roleOf(record), 'targets', { targets: record.targets }, tricks)
      }
      putTargets(tricks)
      putPointers(tricks)
    },
    rotateRoot({ unsignedByOld = false, skip = false } = {}) {
      const old = keysOf('root')
      for (const role of ['root', 'targets', 'snapshot', 'timestamp']) keys.set(role, [newKey()])
      if (skip) versions.set('root', (versions.get('root') ?? 0) + 1)
      const bytes = putRoot({}, unsignedByOld ? [] : old)
      // Left out of its turn: it is served where the next one is looked for.
      if (skip) files.set(`tuf/metadata/${(versions.get('root') ?? 0) - 1}.root.json`, bytes)
      putTargets({})
      putPointers({})
    },
    renewPolicy({ quorum }) {
      log?.renewPolicy(quorum)
      putTargets({})
      putPointers({})
    },
    save: () => new Map(files),
  }
}

function newRecord(id: string, place: string): ListRecord {
  const definition = {
    id,
    title: `The list ${id}`,
    description: '',
    authority: 'Example CERT',
    visibility: place === id ? 'public' : 'restricted',
    legalBasis: '',
    categories: [],
    action: { type: 'nxdomain', to: [] },
    zone: {
      origin: `${id}.rpz.example`,
      ttl: 300,
      refresh: 300,
      retry: 60,
      expire: 2419200,
      zonemd: false,
    },
    steering: null,
  }
  return { id, place, serial: 0, lines: [], targets: {}, history: [], definition }
}

function newKey(): Key {
  const { raw, privateKey } = ed25519Pair()
  const publicJson = {
    keytype: 'ed25519',
    scheme: 'ed25519',
    keyval: { public: raw.toString('hex') },
  }
  return { id: sha256(Buffer.from(canonicalize(publicJson))), publicJson, privateKey }
}

function keyTable(keys: readonly Key[]): Record<string, object> {
  return Object.fromEntries(keys.map((key) => [key.id, key.publicJson]))
}

function signMetadata(signed: Signed, keys: readonly Key[]): Buffer {
  const bytes = Buffer.from(canonicalize(signed))
  const signatures = keys.map((key) => ({
    keyid: key.id,
    sig: sign(null, bytes, key.privateKey).toString('hex'),
  }))
  return Buffer.from(canonicalize({ signatures, signed }))
}

interface SerialLines {
  readonly serial: number
  readonly lines: readonly string[]
}

function printMockDelta(
  list: string,
  from: SerialLines,
  to: SerialLines,
): { raw: Buffer; custom: Record<string, unknown>; pack: boolean } {
  const had = new Set(from.lines)
  const has = new Set(to.lines)
  const added = to.lines.filter((line) => !had.has(line))
  const removed = from.lines.filter((line) => !has.has(line))
  const [fromState, toState] = [stateOf(from.lines), stateOf(to.lines)]
  const text =
    `format: bailiwick-delta/1\nlist: ${list}\nfrom: ${from.serial}\nto: ${to.serial}\nremoved: ${removed.length}\nadded: ${added.length}\n` +
    `from-state: ${fromState}\nto-state: ${toState}\n\n` +
    joinLines(added.map((line) => `+${line}`)) +
    joinLines(removed.map((line) => `-${line}`))
  return {
    raw: Buffer.from(text),
    custom: { from: from.serial, fromState, list, to: to.serial, toState },
    pack: true,
  }
}

/** The state of a list: the SHA-256 of its lines with their line feeds. */
export function stateOf(lines: readonly string[]): string {
  return sha256(Buffer.from(joinLines(lines)))
}

function joinLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function isoSeconds(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z')
}
