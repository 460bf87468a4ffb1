import { createHash, sign, type KeyObject } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { canonicalize } from '@tufjs/canonical-json'
import { printDelta } from '../../src/core/delta.ts'
import { diffLines } from '../../src/core/diff-lines.ts'
import {
  LOG_CHECKPOINT_PATH,
  logTilePath,
  metadataPath,
  metadataProofPath,
  publicationProofPath,
  targetPath,
  TIMESTAMP_PATH,
} from '../../src/core/layout.ts'
import {
  commitManifest,
  metadataLeaf,
  NO_STATE,
  printLeaf,
  type LogLeaf,
  type PublicationLeaf,
  type TreeCommitment,
} from '../../src/core/log-leaf.ts'
import { printCheckpoint } from '../../src/core/log/checkpoint.ts'
import { tileHashReader } from '../../src/core/log/hash-reader.ts'
import { printLogProof } from '../../src/core/log/log-proof.ts'
import { makeNoteKey, printNoteKey } from '../../src/core/log/note-key.ts'
import { printNote } from '../../src/core/log/note.ts'
import { planAppend } from '../../src/core/log/plan-append.ts'
import { proveInclusion } from '../../src/core/log/prove.ts'
import { cosignCheckpoint, signNote, type NoteSigner } from '../../src/core/log/sign-note.ts'
import { EMPTY_ROOT, type TreeHead } from '../../src/core/log/tree-hash.ts'
import {
  minisignDigest,
  minisignGlobalBytes,
  printMinisign,
  printMinisignKey,
} from '../../src/core/minisign.ts'
import type { PublicDefinition } from '../../src/core/list-definition.ts'
import { EXPORT_FORMATS, renderExport } from '../../src/formats/render-export.ts'
import { printSnapshotHeader } from '../../src/core/snapshot.ts'
import { printSortedJson } from '../../src/core/sorted-json.ts'
import { keyidOf, tufKey } from '../../src/core/tuf-key.ts'
import type { Published } from '../../src/audit/published.ts'
import { Fault } from '../../src/core/fault.ts'
import { publicReferenceLeaf, referenceRoot, referenceTop } from './proof-tree-reference.ts'
import { ed25519Pair } from './ed25519-pair.ts'

/**
 * Everything that an authority with a log publishes, in memory, signed with throw-away keys: real metadata, a real log with two
 * witnesses, lists with their deltas. It does what it is told, also what no authority may do.
 */
export interface MockPublished {
  readonly files: Map<string, Buffer>
  readonly at: Date
  /** The text of the policy that it signs. */
  readonly policy: () => string
  /** The next serial of a list, made when it isn't there yet. */
  readonly publish: (list: string, lines: readonly string[], tricks?: MockTricks) => Promise<void>
  readonly rotateRoot: (tricks?: MockTricks) => Promise<void>
  /** Begins the log of an authority that was `isLate`, with all that it still has. */
  readonly beginLog: (tricks?: MockTricks) => Promise<void>
  /** Signs targets again, with another policy if there is one. */
  readonly signTargets: (tricks?: MockTricks & { readonly policy?: string }) => Promise<void>
  /** Puts leaves into the log and publishes a checkpoint of it, and nothing else. */
  readonly log: (leaves: readonly (LogLeaf | Uint8Array)[], tricks?: MockTricks) => Promise<void>
  /** Signs the metadata of a role as the keys that count now do. */
  readonly sign: (role: string, signed: Record<string, unknown>) => Buffer
  /** The signed content of the last version of a role. */
  readonly signed: (role: string) => Record<string, unknown>
  /** Makes the exports of every public list, signed, under the URLs where they are served. */
  readonly putFeeds: (expires?: string) => void
  readonly save: () => Map<string, Buffer>
  readonly write: (folder: string) => void
}

/** How the authority misbehaves. */
export interface MockTricks {
  /** Changes signed content right before it is signed; by role. */
  readonly change?: Readonly<Record<string, (signed: Record<string, unknown>) => void>>
  readonly manifest?: (manifest: PublicationLeaf) => PublicationLeaf | null
  /** Changes the leaves of the batch. */
  readonly leaves?: (leaves: LogLeaf[]) => LogLeaf[]
  /** Changes the raw bytes of a target. */
  readonly raw?: (file: string, bytes: Buffer) => Buffer
  readonly noDelta?: boolean
  /** Who witnesses, by number. */
  readonly witnesses?: readonly number[]
  /** Of the timestamp. */
  readonly expires?: string
  readonly unsignedByOld?: boolean
}

/** The root of the list's proof tree, straight from the spec; of a restricted list what looks like one. */
function treeOf({ place, serial, lines, isRestricted }: MockList): TreeCommitment {
  if (isRestricted)
    return { tree: sha256(Buffer.from(`${place} ${serial}`)), vrfKey: '5a'.repeat(32) }
  const leaves = lines.map((line) => publicReferenceLeaf(place, line))
  return { tree: referenceRoot(place, serial, referenceTop(leaves)).toString('hex') }
}

interface Key {
  readonly id: string
  readonly hex: string
  readonly privateKey: KeyObject
}

interface MockList {
  readonly place: string
  readonly isRestricted: boolean
  serial: number
  lines: readonly string[]
  targets: Record<string, object>
  entries: number
  state: string
}

const AT = new Date('2030-01-31T12:00:00Z')
const EXPIRES = '2030-03-01T00:00:00Z'
const ORIGIN = 'log.example/2030'

export interface MockPublishedOptions {
  /** Places of restricted lists, by id. */
  readonly restricted?: Readonly<Record<string, string>>
  /** Whether it has no log until it is told to begin one. */
  readonly isLate?: boolean
}

export async function createMockPublished(
  options: MockPublishedOptions = {},
): Promise<MockPublished> {
  const authority = new MockAuthority(options)
  await authority.begin()
  return {
    files: authority.files,
    at: AT,
    policy: () => authority.policyText,
    publish: (list, lines, tricks = {}) => authority.publish(list, lines, tricks),
    rotateRoot: (tricks = {}) => authority.rotateRoot(tricks),
    beginLog: (tricks = {}) => authority.beginLog(tricks),
    signTargets: ({ policy, ...tricks } = {}) => authority.signTargets(tricks, policy),
    log: (leaves, tricks = {}) => authority.log(leaves, tricks),
    sign: (role, signed) => authority.signRole(role, signed),
    signed: (role) => structuredClone(authority.last.get(role)?.signed ?? {}),
    putFeeds: (expires = EXPIRES) => authority.putFeeds(expires),
    save: () => new Map(authority.files),
    write: (folder) => writeFiles(authority.files, folder),
  }
}

class MockAuthority {
  readonly files = new Map<string, Buffer>()
  readonly last = new Map<string, { version: number; signed: Record<string, unknown> }>()
  readonly #keys = new Map<string, Key[]>()
  readonly #lists = new Map<string, MockList>()
  readonly #places: Readonly<Record<string, string>>
  readonly #logKey = noteSigner(ORIGIN, 'ed25519')
  readonly #witnesses = [
    noteSigner('w1.example', 'cosignature'),
    noteSigner('w2.example', 'cosignature'),
  ]
  readonly #exportKey = newKey()
  readonly #log = new Map<string, Buffer>()
  #head: TreeHead = { size: 0, root: EMPTY_ROOT }
  #clock = 0
  /** What was signed before the log began; null when there is a log. */
  #earlier: LogLeaf[] | null
  policyText = ''

  constructor({ restricted = {}, isLate = false }: MockPublishedOptions) {
    this.#earlier = isLate ? [] : null
    this.#places = restricted
    for (const role of ['root', 'targets', 'snapshot', 'timestamp'])
      this.#keys.set(role, [newKey()])
    const [one, two] = this.#witnesses.map(({ key }) => printNoteKey(key))
    this.policyText =
      `log ${printNoteKey(this.#logKey.key)}\n` +
      `witness one ${one ?? ''}\nwitness two ${two ?? ''}\ngroup both all one two\nquorum both\n`
  }

  async begin(): Promise<void> {
    const root = this.#next('root', this.#rootSigned(), {})
    const targets = this.#next(
      'targets',
      { targets: this.#topTargets(), delegations: { keys: {}, roles: [] } },
      {},
    )
    await this.#batch([root, targets], [], {})
  }

  async rotateRoot(tricks: MockTricks): Promise<void> {
    const old = tricks.unsignedByOld === true ? [] : (this.#keys.get('root') ?? [])
    for (const role of ['root', 'snapshot', 'timestamp']) this.#keys.set(role, [newKey()])
    const signers = [...old, ...(this.#keys.get('root') ?? [])]
    await this.#batch([this.#next('root', this.#rootSigned(), tricks, signers)], [], tricks)
  }

  async beginLog(tricks: MockTricks): Promise<void> {
    const earlier = this.#earlier ?? []
    this.#earlier = null
    const isKept = (leaf: LogLeaf): boolean =>
      leaf.kind === 'publication' ||
      leaf.role === 'root' ||
      leaf.version === this.last.get(leaf.role)?.version
    for (const leaf of earlier.filter((one) => !isKept(one))) {
      if (leaf.kind === 'metadata') this.files.delete(metadataPath(leaf.role, leaf.version))
    }
    // In the order of a database: by role, and manifests behind them.
    const metadata = earlier.filter(isKept).filter(({ kind }) => kind === 'metadata')
    const names = metadata.map((leaf) => (leaf.kind === 'metadata' ? leaf.role : ''))
    const sorted = metadata
      .map((leaf, i) => ({ leaf, name: names[i] ?? '' }))
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    const manifests = earlier.filter(({ kind }) => kind === 'publication')
    await this.#batch([this.#nextTargets({})], [], {
      leaves: (own) => {
        const all = [...sorted.map(({ leaf }) => leaf), ...manifests, ...own]
        return tricks.leaves?.(all) ?? all
      },
    })
  }

  async signTargets(tricks: MockTricks, policy?: string): Promise<void> {
    if (policy !== undefined) this.policyText = policy
    await this.#batch([this.#nextTargets(tricks)], [], tricks)
  }

  async publish(id: string, lines: readonly string[], tricks: MockTricks): Promise<void> {
    const made = this.#lists.get(id)
    const list = made ?? this.#makeList(id)
    const before = { serial: list.serial, lines: list.lines, state: list.state }
    const targets = made === undefined ? [this.#nextTargets(tricks)] : []
    const role = `list-${list.place}`
    if (made === undefined) {
      targets.push(this.#next(role, { targets: { ...list.targets } }, tricks))
      await this.#batch(targets, [], tricks)
    }
    list.serial++
    list.lines = lines
    list.state = stateOf(lines)
    list.targets = {
      [`lists/${list.place}/list.json`]: list.targets[`lists/${list.place}/list.json`] ?? {},
    }
    const counts = this.#addTargets(id, list, before, tricks)
    const signed = this.#next(role, { targets: list.targets }, tricks)
    const manifest: PublicationLeaf = {
      ...({ v: 2, kind: 'publication', list: id, place: list.place, serial: list.serial } as const),
      ...treeOf(list),
      ...{ state: list.state, previous: before.state, entries: lines.length, ...counts },
      decisions: sha256(Buffer.from(String(list.serial))),
      at: isoSeconds(new Date(AT.getTime() - 86_400_000 + this.#clock++ * 60_000)),
    }
    const told = tricks.manifest === undefined ? manifest : tricks.manifest(manifest)
    const leaf =
      told !== null && list.isRestricted
        ? commitManifest(told, Buffer.alloc(32, list.serial))
        : told
    await this.#batch([signed], leaf === null ? [] : [leaf], tricks)
  }

  async log(leaves: readonly (LogLeaf | Uint8Array)[], tricks: MockTricks): Promise<void> {
    if (this.#earlier !== null) {
      for (const leaf of leaves) if (!(leaf instanceof Uint8Array)) this.#earlier.push(leaf)
      return
    }
    const bytes = leaves.map((leaf) => (leaf instanceof Uint8Array ? leaf : printLeaf(leaf)))
    const note = await this.#append(bytes, tricks)
    const from = this.#head.size - bytes.length
    leaves.forEach((leaf, i) => {
      if (!(leaf instanceof Uint8Array)) this.#prove(leaf, from + i, note)
    })
    this.files.set(LOG_CHECKPOINT_PATH, Buffer.from(note))
  }

  putFeeds(expires: string): void {
    for (const [id, { serial, state, lines, isRestricted }] of this.#lists) {
      const definition = mockDefinition(id, 'public') as unknown as PublicDefinition
      const source = {
        definition,
        serial,
        state,
        entries: lines.length,
        lines: () => blocksOf(lines),
      }
      for (const format of isRestricted ? [] : EXPORT_FORMATS) {
        const bytes = Buffer.concat([...renderExport(format, source)])
        const comment = `list:${id} serial:${serial} expires:${expires} file:${id}/${format}`
        this.files.set(`feeds/${id}/${format}?serial=${serial}`, bytes)
        const signature = Buffer.from(minisign(this.#exportKey, bytes, comment))
        this.files.set(`feeds/${id}/${format}.minisig?serial=${serial}`, signature)
      }
    }
  }

  signRole(role: string, signed: Record<string, unknown>): Buffer {
    return signMetadata(signed, this.#keys.get(role) ?? [])
  }

  /** Signs snapshot and timestamp over what was signed, and logs all of it. */
  async #batch(
    metadata: readonly MetadataLeafOf[],
    manifests: readonly LogLeaf[],
    tricks: MockTricks,
  ): Promise<void> {
    const roles = [...this.last.keys()].filter(
      (role) => !['root', 'snapshot', 'timestamp'].includes(role),
    )
    const meta = Object.fromEntries(
      roles.map((role) => [`${role}.json`, { version: this.last.get(role)?.version ?? 0 }]),
    )
    const snapshot = this.#next('snapshot', { meta }, tricks)
    const leaves: LogLeaf[] = [...metadata.map(({ leaf }) => leaf), ...manifests, snapshot.leaf]
    const bytes = this.files.get(metadataPath('snapshot', snapshot.leaf.version)) ?? Buffer.alloc(0)
    const about = {
      version: snapshot.leaf.version,
      length: bytes.length,
      hashes: { sha256: sha256(bytes) },
    }
    this.#next('timestamp', { meta: { 'snapshot.json': about } }, tricks)
    await this.log(tricks.leaves === undefined ? leaves : tricks.leaves(leaves), tricks)
  }

  async #append(
    entries: readonly Uint8Array[],
    { witnesses = [0, 1] }: MockTricks,
  ): Promise<string> {
    const read = (path: string): Buffer | null => this.#log.get(path) ?? null
    const { head, files } = planAppend(read, this.#head.size, entries)
    for (const { path, bytes } of files) {
      this.#log.set(path, Buffer.from(bytes))
      this.files.set(logTilePath(path), Buffer.from(bytes))
    }
    this.#head = head
    const text = printCheckpoint({ origin: ORIGIN, ...head })
    const signatures = [await signNote(this.#logKey, text)]
    for (const number of witnesses) {
      const signer = this.#witnesses[number]
      if (signer) signatures.push(await cosignCheckpoint(signer, text, 1_900_000_000 + head.size))
    }
    return printNote({ text, signatures })
  }

  #prove(leaf: LogLeaf, index: number, checkpoint: string): void {
    const reader = tileHashReader((path) => this.#log.get(path) ?? null, this.#head.size)
    const hashes = proveInclusion(reader, index, this.#head.size)
    const path =
      leaf.kind === 'metadata'
        ? metadataProofPath(leaf.role, leaf.version)
        : publicationProofPath(leaf.place, leaf.serial)
    this.files.set(path, Buffer.from(printLogProof({ extra: null, index, hashes, checkpoint })))
  }

  #next(role: string, body: object, tricks: MockTricks, signers?: readonly Key[]): MetadataLeafOf {
    const version = (this.last.get(role)?.version ?? 0) + 1
    const type = ['root', 'snapshot', 'timestamp'].includes(role) ? role : 'targets'
    const expires = role === 'timestamp' ? (tricks.expires ?? EXPIRES) : EXPIRES
    const signed = { _type: type, spec_version: '1.0.34', version, expires, ...body }
    tricks.change?.[role]?.(signed)
    const bytes = signMetadata(signed, signers ?? this.#keys.get(role) ?? [])
    this.last.set(role, { version, signed })
    this.files.set(role === 'timestamp' ? TIMESTAMP_PATH : metadataPath(role, version), bytes)
    return { leaf: metadataLeaf(role, version, bytes) }
  }

  #nextTargets(tricks: MockTricks): MetadataLeafOf {
    const lists = [...this.#lists.values()]
    const keys = lists.flatMap(({ place }) => this.#keys.get(`list-${place}`) ?? [])
    const roles = lists.map(({ place }) => ({
      name: `list-${place}`,
      keyids: (this.#keys.get(`list-${place}`) ?? []).map(({ id }) => id),
      threshold: 1,
      terminating: true,
      paths: [`lists/${place}/*`],
    }))
    const delegations = { keys: keyTable(keys), roles }
    return this.#next('targets', { targets: this.#topTargets(), delegations }, tricks)
  }

  #topTargets(): Record<string, object> {
    const publicKey = Buffer.from(this.#exportKey.hex, 'hex')
    const key = printMinisignKey({ id: MINISIGN_ID, publicKey })
    const policy = Buffer.from(this.policyText)
    this.files.set('log/policy.txt', policy)
    return {
      'keys/export.pub': this.#putTarget('keys/export.pub', Buffer.from(key), {}),
      'log/policy.txt': this.#putTarget('log/policy.txt', policy, {}),
    }
  }

  #makeList(id: string): MockList {
    const restricted = this.#places[id]
    const place = restricted ?? id
    this.#keys.set(`list-${place}`, [newKey()])
    const name = `lists/${place}/list.json`
    const visibility = restricted === undefined ? 'public' : 'restricted'
    const definition = Buffer.from(`${printSortedJson(mockDefinition(id, visibility))}\n`)
    const list: MockList = {
      ...{ place, isRestricted: restricted !== undefined, serial: 0, lines: [], entries: 0 },
      targets: { [name]: this.#putTarget(name, definition, {}) },
      state: NO_STATE,
    }
    this.#lists.set(id, list)
    return list
  }

  #addTargets(
    id: string,
    list: MockList,
    before: { readonly serial: number; readonly lines: readonly string[]; readonly state: string },
    tricks: MockTricks,
  ): { readonly added: number; readonly removed: number } {
    const { serial, state, lines, place } = list
    const header = { list: id, serial, entries: lines.length, state }
    const put = (file: string, content: Buffer, custom: object): void => {
      const raw = tricks.raw?.(file, content) ?? content
      const name = `lists/${place}/${file}`
      list.targets[name] = this.#putTarget(name, gzipSync(raw), {
        ...custom,
        rawLength: raw.length,
      })
    }
    put('snapshot.txt.gz', Buffer.from(printSnapshotHeader(header) + joinLines(lines)), header)
    const diff = diffLines(blocksOf(before.lines), blocksOf(lines))
    const added = lines.filter((line) => !before.lines.includes(line)).length
    const removed = before.lines.length + added - lines.length
    if (before.serial > 0 && tricks.noDelta !== true) {
      const about = {
        list: id,
        from: before.serial,
        to: serial,
        fromState: before.state,
        toState: state,
      }
      const raw = Buffer.concat([...printDelta({ ...about, added, removed }, diff)])
      put(`delta-${before.serial}-${serial}.txt.gz`, raw, about)
    }
    return { added, removed }
  }

  #putTarget(name: string, bytes: Buffer, custom: object): object {
    this.files.set(targetPath(name, sha256(bytes)), bytes)
    return { length: bytes.length, hashes: { sha256: sha256(bytes) }, custom }
  }

  #rootSigned(): object {
    const roles = ['root', 'snapshot', 'targets', 'timestamp']
    const keysOf = (role: string): readonly Key[] => this.#keys.get(role) ?? []
    return {
      consistent_snapshot: true,
      keys: keyTable(roles.flatMap(keysOf)),
      roles: Object.fromEntries(
        roles.map((role) => [role, { keyids: keysOf(role).map(({ id }) => id), threshold: 1 }]),
      ),
    }
  }
}

interface MetadataLeafOf {
  readonly leaf: ReturnType<typeof metadataLeaf>
}

/** What a `Published` of these files is: a folder, or, where its paths can't be listed, as if by URL. */
export function publishedFrom(
  files: ReadonlyMap<string, Buffer>,
  { isListed = true, hasFeeds = false } = {},
): Published {
  const read = (path: string, maxBytes: number): Buffer | null => {
    const bytes = files.get(path) ?? null
    if (bytes === null || bytes.length <= maxBytes) return bytes
    throw new Fault('fetch/too-large', `expected at most ${maxBytes} bytes`)
  }
  return {
    name: 'mock',
    // Each reader has bytes of its own: what one of them does to them is not seen by the next.
    read: (path, maxBytes) => Promise.resolve().then(() => copyOf(read(path, maxBytes))),
    pieces: async (path, maxBytes, take) => {
      const bytes = copyOf(read(path, maxBytes))
      if (bytes !== null) await take(bytes)
      return bytes !== null
    },
    paths: () => Promise.resolve(isListed ? [...files.keys()].sort() : null),
    hasFeeds,
    close: () => Promise.resolve(),
  }
}

function copyOf(bytes: Buffer | null): Buffer | null {
  return bytes && Buffer.from(bytes)
}

export function mockDefinition(id: string, visibility: string): Record<string, unknown> {
  return {
    ...{ id, title: `The list ${id}`, description: '', authority: 'Example CERT', visibility },
    ...{ legalBasis: '', categories: [], action: { type: 'nxdomain', to: [] }, steering: null },
    zone: {
      origin: `${id}.rpz.example`,
      ...{ ttl: 300, refresh: 300, retry: 60, expire: 2_419_200, zonemd: false },
    },
  }
}

/** Sorted entry lines of names. */
export function mockLines(...names: readonly string[]): string[] {
  return names.map((name) => `${name}\tdomain\tnxdomain\t-\t-`).sort()
}

function noteSigner(name: string, type: 'ed25519' | 'cosignature'): NoteSigner {
  const { raw, privateKey } = ed25519Pair()
  const key = makeNoteKey(name, type, raw)
  return { key, sign: (message) => Promise.resolve(sign(null, message, privateKey)) }
}

const MINISIGN_ID = Buffer.alloc(8, 7)

function minisign({ privateKey }: Key, bytes: Buffer, trustedComment: string): string {
  const signature = sign(null, minisignDigest([bytes]), privateKey)
  const globalSignature = sign(null, minisignGlobalBytes(signature, trustedComment), privateKey)
  return printMinisign({ keyId: MINISIGN_ID, signature, trustedComment, globalSignature })
}

function newKey(): Key {
  const { raw, privateKey } = ed25519Pair()
  const hex = raw.toString('hex')
  return { id: keyidOf(hex), hex, privateKey }
}

function keyTable(keys: readonly Key[]): Record<string, object> {
  return Object.fromEntries(keys.map(({ id, hex }) => [id, tufKey(hex)]))
}

function signMetadata(signed: Record<string, unknown>, keys: readonly Key[]): Buffer {
  const payload = Buffer.from(canonicalize(signed))
  const signatures = keys.map(({ id, privateKey }) => ({
    keyid: id,
    sig: sign(null, payload, privateKey).toString('hex'),
  }))
  return Buffer.from(printSortedJson({ signatures, signed }))
}

function writeFiles(files: ReadonlyMap<string, Buffer>, folder: string): void {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), bytes)
  }
}

function blocksOf(lines: readonly string[]): Buffer[] {
  return lines.length === 0 ? [] : [Buffer.from(joinLines(lines))]
}

function joinLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}

/** The state of a list of these lines. */
export function stateOf(lines: readonly string[]): string {
  return sha256(Buffer.from(joinLines(lines)))
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function isoSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`
}
