import { createHash, sign, type KeyObject } from 'node:crypto'
import { ed25519Pair } from './ed25519-pair.ts'

/**
 * A transparency log in memory, written from c2sp.org alone with none of the program's own code. It shows whatever leaves it is told to: all
 * that were ever added, or fewer, which is how it misbehaves.
 */
export interface MockLog {
  readonly origin: string
  /** Every leaf that was ever added, in order. */
  readonly history: Buffer[]
  /** The leaves that it shows. */
  leaves: Buffer[]
  /** How many of its witnesses cosign. */
  cosigners: number
  /** Whether it signs itself. */
  isSigning: boolean
  /** The policy: all witnesses, of which so many are the quorum. */
  policy: Buffer
  /** Names another quorum; 0 is none. */
  readonly renewPolicy: (quorum: number) => void
  readonly add: (leaf: Buffer, proofPath: string) => void
  /** Makes leaves of nothing in particular. */
  readonly fill: (count: number) => void
  /** Takes back the last leaves, to go on with others: from here on it is a fork. */
  readonly forget: (count: number) => void
  /** Shows all leaves again. */
  readonly mend: () => void
  /** The note at `size`. */
  readonly checkpoint: (size?: number) => Buffer
  /** Tiles, the checkpoint, and the proofs of leaves that have none yet. */
  readonly publish: (files: Map<string, Buffer>) => void
}

export interface MockLogOptions {
  readonly witnesses?: number
  readonly quorum?: number
}

interface NoteKey {
  readonly name: string
  readonly type: number
  readonly publicKey: Buffer
  readonly privateKey: KeyObject
}

interface Row {
  readonly leaf: Buffer
  readonly path: string
}

const TILE = 256

export function createMockLog(options: MockLogOptions): MockLog {
  const key = newKey('log.cert.example', 1)
  const witnesses = Array.from({ length: options.witnesses ?? 0 }, (_, i) =>
    newKey(`witness-${i}.example`, 4),
  )
  const proven: Row[] = []
  let waiting: Row[] = []

  const log: MockLog = {
    origin: key.name,
    history: [],
    leaves: [],
    cosigners: witnesses.length,
    isSigning: true,
    policy: printPolicy(key, witnesses, options.quorum ?? witnesses.length),
    renewPolicy(quorum) {
      log.policy = printPolicy(key, witnesses, quorum)
    },
    add(leaf, path) {
      log.history.push(leaf)
      log.leaves.push(leaf)
      waiting.push({ leaf, path })
    },
    fill(count) {
      for (let i = 0; i < count; i++) {
        const leaf = Buffer.from(`filling ${log.history.length}`)
        log.history.push(leaf)
        log.leaves.push(leaf)
      }
    },
    forget(count) {
      log.leaves = log.leaves.slice(0, log.leaves.length - count)
    },
    mend() {
      log.leaves = [...log.history]
      waiting = [...proven, ...waiting]
      proven.length = 0
    },
    checkpoint(size = log.leaves.length) {
      const root = rootOf(log.leaves.slice(0, size).map(hashLeaf))
      const text = `${key.name}\n${size}\n${root.toString('base64')}\n`
      const lines = [
        ...(log.isSigning
          ? [signatureLine(key, sign(null, Buffer.from(text), key.privateKey))]
          : []),
        ...witnesses.slice(0, log.cosigners).map((one) => cosign(one, text)),
      ]
      return Buffer.from(`${text}\n${lines.join('')}`)
    },
    publish(files) {
      for (const [path, bytes] of tilesOf(log.leaves)) files.set(`log/${path}`, bytes)
      const note = log.checkpoint()
      files.set('log/checkpoint', note)
      files.set('log/policy.txt', log.policy)
      for (const row of waiting) {
        const index = log.leaves.lastIndexOf(row.leaf)
        if (index === -1) continue
        const hashes = inclusion(index, log.leaves.map(hashLeaf)).map((one) =>
          one.toString('base64'),
        )
        const lines = ['c2sp.org/tlog-proof@v1', `index ${index}`, ...hashes, '']
        files.set(row.path, Buffer.concat([Buffer.from(lines.join('\n') + '\n'), note]))
        proven.push(row)
      }
      waiting = []
    },
  }
  return log
}

/** The leaf of a metadata file, as docs/spec/log.md has it. */
export function mockLeaf(role: string, version: number, bytes: Buffer): Buffer {
  const digest = createHash('sha256').update(bytes).digest('hex')
  return Buffer.from(
    JSON.stringify({
      ...{ kind: 'metadata', length: bytes.length, role, sha256: digest, v: 1, version },
    }),
  )
}

function printPolicy(log: NoteKey, witnesses: readonly NoteKey[], quorum: number): Buffer {
  const names = witnesses.map((_, i) => `w${i}`)
  const lines = [
    `log ${printKey(log)}`,
    ...witnesses.map((one, i) => `witness w${i} ${printKey(one)} https://w${i}.example/`),
    ...(quorum === 0 ? [] : [`group all-of-us ${quorum} ${names.join(' ')}`]),
    quorum === 0 ? 'quorum none' : 'quorum all-of-us',
  ]
  return Buffer.from(lines.map((line) => `${line}\n`).join(''))
}

function newKey(name: string, type: number): NoteKey {
  const { raw, privateKey } = ed25519Pair()
  return { name, type, publicKey: raw, privateKey }
}

/** c2sp.org/signed-note: SHA-256(name ‖ 0x0a ‖ type ‖ key), the first four octets. */
function keyId({ name, type, publicKey }: NoteKey): Buffer {
  const hash = createHash('sha256').update(`${name}\n`).update(Buffer.of(type)).update(publicKey)
  return hash.digest().subarray(0, 4)
}

function printKey(key: NoteKey): string {
  const octets = Buffer.concat([Buffer.of(key.type), key.publicKey])
  return `${key.name}+${keyId(key).toString('hex')}+${octets.toString('base64')}`
}

function signatureLine(key: NoteKey, signature: Buffer): string {
  return `— ${key.name} ${Buffer.concat([keyId(key), signature]).toString('base64')}\n`
}

function cosign(key: NoteKey, text: string): string {
  const time = 1_900_000_000
  const octets = Buffer.alloc(8)
  octets.writeBigUInt64BE(BigInt(time))
  const message = Buffer.from(`cosignature/v1\ntime ${time}\n${text}`)
  return signatureLine(key, Buffer.concat([octets, sign(null, message, key.privateKey)]))
}

const sha256 = (...parts: Buffer[]): Buffer =>
  createHash('sha256').update(Buffer.concat(parts)).digest()
const hashLeaf = (leaf: Buffer): Buffer => sha256(Buffer.of(0), leaf)
const hashNode = (left: Buffer, right: Buffer): Buffer => sha256(Buffer.of(1), left, right)

/** RFC 6962 §2.1, MTH. */
function rootOf(hashes: readonly Buffer[]): Buffer {
  const [first] = hashes
  if (first === undefined) return sha256()
  if (hashes.length === 1) return first
  const middle = split(hashes.length)
  return hashNode(rootOf(hashes.slice(0, middle)), rootOf(hashes.slice(middle)))
}

/** RFC 6962 §2.1.1, PATH. */
function inclusion(index: number, hashes: readonly Buffer[]): Buffer[] {
  if (hashes.length <= 1) return []
  const middle = split(hashes.length)
  const [left, right] = [hashes.slice(0, middle), hashes.slice(middle)]
  return index < middle
    ? [...inclusion(index, left), rootOf(right)]
    : [...inclusion(index - middle, right), rootOf(left)]
}

function split(count: number): number {
  let power = 1
  while (power * 2 < count) power *= 2
  return power
}

/** c2sp.org/tlog-tiles, of the logs that tests make: up to 256,000 leaves. */
function tilesOf(leaves: readonly Buffer[]): [string, Buffer][] {
  const tiles: [string, Buffer][] = []
  let row = leaves.map(hashLeaf)
  for (let level = 0; row.length > 0; level++) {
    const above: Buffer[] = []
    for (let at = 0; at < row.length; at += TILE) {
      const hashes = row.slice(at, at + TILE)
      const number = String(at / TILE).padStart(3, '0')
      const ending = hashes.length === TILE ? '' : `.p/${hashes.length}`
      tiles.push([`tile/${level}/${number}${ending}`, Buffer.concat(hashes)])
      if (hashes.length === TILE) above.push(rootOf(hashes))
    }
    row = above
  }
  return tiles
}
