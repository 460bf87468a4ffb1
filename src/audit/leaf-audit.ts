import { isFault } from '../core/fault.ts'
import {
  LOG_POLICY_TARGET,
  logTilePath,
  metadataPath,
  metadataProofPath,
  publicationProofPath,
} from '../core/layout.ts'
import {
  parseLeaf,
  type LogLeaf,
  type MetadataLeaf,
  type PublicationLeaf,
} from '../core/log-leaf.ts'
import { MAX_LOG_PROOF_BYTES } from '../core/log/log-proof.ts'
import { MAX_POLICY_BYTES, parsePolicy } from '../core/log/parse-policy.ts'
import type { LogPolicy } from '../core/log/policy.ts'
import { printTilePath, TILE_WIDTH } from '../core/log/tile.ts'
import { HASH_BYTES } from '../core/log/tree-hash.ts'
import {
  FILES_AT_ONCE,
  MAX_ROOT_BYTES,
  MAX_SNAPSHOT_ROLE_BYTES,
  MAX_TARGETS_BYTES,
} from './limits.ts'
import { isOpaque } from './is-opaque.ts'
import { ListAudit, targetCode } from './list-audit.ts'
import type { SpoolFolder } from './line-spool.ts'
import { serialFacts, type SerialFacts } from './list-facts.ts'
import { LogBeginning } from './log-beginning.ts'
import { MetadataAudit } from './metadata-audit.ts'
import { typeOf, type SignedFile } from './parse-signed.ts'
import type { ProofCheck } from './proof-check.ts'
import { readAhead } from './read-ahead.ts'
import { orTell, readFile, type AuditDeps } from './read-file.ts'
import { pathOf, readTarget } from './read-target.ts'
import { SerialBook, type LineCounts } from './serial-book.ts'
import { targetsOf, type SignedTarget } from './targets-of.ts'
import type { LeafBatch } from './walk-log.ts'

/** A list as the newest version of its role has it. */
export interface FollowedList {
  readonly place: string
  readonly audit: ListAudit
  facts: SerialFacts | null
  /** Of the last serial that was told to the book. */
  counts: LineCounts | null
  /** The last root of a proof tree that a manifest had; `isChecked` once one was made of the lines. */
  tree: ClaimedTree | null
}

export interface ClaimedTree {
  readonly serial: number
  /** In hex. */
  readonly root: string
  readonly isChecked: boolean
}

interface ReadLeaf {
  readonly index: number
  readonly hash: Uint8Array
  readonly leaf: LogLeaf | null
  readonly path: string
  readonly file: Buffer | null
  readonly proof: Buffer | null
}

export interface LeafCounts {
  leaves: number
  metadata: number
  manifests: number
  /** Roots of proof trees that were made again of the lines of a list. */
  trees: number
}

export interface LeafAuditAbout {
  readonly proofs: ProofCheck
  readonly spools: SpoolFolder
  /** Whether the source shows everything that it has. */
  readonly seesAll: boolean
  /** Of a checkpoint that the auditor kept; the log had begun by then. */
  readonly earlierSize: number | null
}

/** Takes the leaves of a log one by one and holds each against what is published beside it. */
export class LeafAudit {
  readonly metadata: MetadataAudit
  readonly serials: SerialBook
  readonly lists = new Map<string, FollowedList>()
  readonly counts: LeafCounts = { leaves: 0, metadata: 0, manifests: 0, trees: 0 }
  /** The policy that the newest targets role has signed; null before the first. */
  policy: LogPolicy | null = null
  policyTarget: SignedTarget | null = null
  readonly #deps: AuditDeps
  readonly #proofs: ProofCheck
  readonly #spools: SpoolFolder
  /** Whether the source shows everything that it has. */
  readonly #seesAll: boolean
  readonly #beginning: LogBeginning

  constructor(deps: AuditDeps, about: LeafAuditAbout) {
    this.#deps = deps
    this.#proofs = about.proofs
    this.#spools = about.spools
    this.#seesAll = about.seesAll
    this.#beginning = new LogBeginning(about.earlierSize)
    this.metadata = new MetadataAudit(deps.findings)
    this.serials = new SerialBook(deps.findings)
  }

  async batch({ first, leaves, hashes }: LeafBatch): Promise<void> {
    const items = (leaves ?? []).map((bytes, i) => ({
      index: first + i,
      bytes,
      hash: hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES),
    }))
    const read = readAhead(items, FILES_AT_ONCE, async ({ index, bytes, hash }) => {
      const leaf = this.#parse(index, bytes)
      const path = leaf === null ? '' : proofPath(leaf)
      const [file, proof] = await Promise.all([
        leaf?.kind === 'metadata' ? this.#readMetadata(leaf) : null,
        leaf === null ? null : readFile(this.#deps, path, MAX_LOG_PROOF_BYTES),
      ])
      return { index, hash, leaf, path, file, proof }
    })
    for await (const one of read) await this.#take(one)
  }

  /** What a file says that can be believed: for each role its targets, and for a list its serial. */
  async learn(file: SignedFile): Promise<void> {
    if (typeOf(file.role) !== 'targets') return
    const path = metadataPath(file.role, file.version)
    const targets = this.#targetsOf(path, file)
    if (targets === null) return
    if (file.role === 'targets') await this.#learnPolicy(targets)
    else await this.#learnList(path, file, targets)
  }

  /** Whether a proof that lies at `path` is of a leaf of this log. */
  hasLeaf(path: string): boolean {
    const [, name = '', number = ''] = /^log\/proof\/(.+)\/(\d+)\.tlog-proof$/.exec(path) ?? []
    const place = /^publication\/(.+)$/.exec(name)?.[1]
    return place === undefined
      ? this.metadata.isLogged(name, Number(number))
      : this.serials.hasManifest(place, Number(number))
  }

  close(): void {
    for (const { audit } of this.lists.values()) audit.close()
  }

  #parse(index: number, bytes: Uint8Array): LogLeaf | null {
    const tile = {
      level: 'entries',
      index: Math.floor(index / TILE_WIDTH),
      width: TILE_WIDTH,
    } as const
    return orTell(
      () => parseLeaf(bytes),
      (fault) =>
        this.#deps.findings.add(
          'leaf/invalid',
          logTilePath(printTilePath(tile)),
          `a leaf at ${index}`,
          fault,
        ),
    )
  }

  #readMetadata({ role, version }: MetadataLeaf): Promise<Buffer | null> {
    return readFile(this.#deps, metadataPath(role, version), maxBytesOf(role))
  }

  async #take({ index, hash, leaf, path, file, proof }: ReadLeaf): Promise<void> {
    this.counts.leaves++
    if (index === 0) this.#beginning.open(proof)
    if (leaf !== null) {
      const place = leaf.kind === 'metadata' ? placeOf(leaf.role) : leaf.place
      const isHidden = place !== null && !this.#seesAll && isOpaque(place)
      if (proof !== null || !isHidden) this.#proofs.check(path, proof, { index, hash })
      if (!this.#beginning.keep(index, leaf)) await this.#follow(leaf, file, isHidden)
    }
    if (this.#beginning.isLast(index)) await this.end()
  }

  /** Takes what the log began with, in the order in which it can be understood. Does nothing when it has been taken. */
  async end(): Promise<void> {
    if (!this.metadata.isBeginning) return
    const leaves = this.#beginning.take()
    const last = leaves.findLastIndex(({ leaf }) => leaf.kind === 'metadata')
    for (const [i, { leaf }] of leaves.entries()) {
      // Of snapshot roles the last one must name what is there; it comes last of all metadata.
      if (i === last) this.metadata.isBeginning = false
      const place = leaf.kind === 'metadata' ? placeOf(leaf.role) : leaf.place
      const isHidden = place !== null && !this.#seesAll && isOpaque(place)
      const file = leaf.kind === 'metadata' ? await this.#readMetadata(leaf) : null
      await this.#follow(leaf, file, isHidden)
    }
    this.metadata.isBeginning = false
    this.serials.endBeginning()
  }

  async #follow(leaf: LogLeaf, file: Buffer | null, isHidden: boolean): Promise<void> {
    if (leaf.kind === 'publication') {
      this.counts.manifests++
      const list = this.lists.get(leaf.place)
      const counts = list?.facts?.serial === leaf.serial ? list.counts : null
      this.serials.manifest(leaf, counts)
      if (list !== undefined && 'state' in leaf) this.#checkTree(list, leaf)
      return
    }
    this.counts.metadata++
    const place = placeOf(leaf.role)
    if (file === null && isHidden && place !== null) this.serials.hide(place)
    const signed = this.metadata.take(leaf, file, isHidden)
    if (signed !== null) await this.learn(signed)
    if (leaf.role === 'snapshot') this.serials.close()
  }

  #checkTree(list: FollowedList, { place, serial, tree }: PublicationLeaf): void {
    if (tree === undefined) return
    const made = list.audit.treeRoot(serial)
    list.tree = { serial, root: tree, isChecked: made !== null }
    if (made !== null) this.compareTree(place, list.tree, made)
  }

  /** Holds the root that was made of a list's lines against the one that its manifest has. */
  compareTree(place: string, { serial, root }: ClaimedTree, made: string): void {
    this.counts.trees++
    if (made === root) return
    const path = publicationProofPath(place, serial)
    this.#deps.findings.add('tree/differs', path, `the root ${made} of the lines`, root)
  }

  #targetsOf(path: string, file: SignedFile): ReadonlyMap<string, SignedTarget> | null {
    return orTell(
      () => targetsOf(file),
      (fault) => this.#deps.findings.add('metadata/invalid', path, 'targets', fault),
    )
  }

  async #learnPolicy(targets: ReadonlyMap<string, SignedTarget>): Promise<void> {
    const target = targets.get(LOG_POLICY_TARGET)
    this.policyTarget = target ?? null
    if (target === undefined) {
      this.policy = null
      return
    }
    const policy = await readSignedPolicy(this.#deps, target)
    if (policy === null) return
    this.policy = policy
    this.#proofs.allow(policy)
  }

  async #learnList(
    path: string,
    file: SignedFile,
    targets: ReadonlyMap<string, SignedTarget>,
  ): Promise<void> {
    const place = placeOf(file.role)
    if (place === null) return
    const read = orTell(
      () => ({ facts: serialFacts(place, targets) }),
      (fault) => this.#deps.findings.add('metadata/invalid', path, 'a snapshot of a list', fault),
    )
    if (read === null) return
    const { facts } = read
    this.serials.metadata(place, path, facts)
    const list = this.#list(place)
    if (facts !== null && facts.serial !== list.facts?.serial) {
      list.counts = await list.audit.advance(facts)
    }
    list.facts = facts
  }

  #list(place: string): FollowedList {
    const known = this.lists.get(place)
    if (known !== undefined) return known
    const audit = new ListAudit(this.#deps, this.#spools, place)
    const list: FollowedList = { place, audit, facts: null, counts: null, tree: null }
    this.lists.set(place, list)
    return list
  }
}

/** The policy in a target of the top role; what is wrong with it is a finding. */
export async function readSignedPolicy(
  { source, findings }: AuditDeps,
  target: SignedTarget,
): Promise<LogPolicy | null> {
  const path = pathOf(target)
  try {
    const bytes = await readTarget(source, target, MAX_POLICY_BYTES)
    if (bytes !== null) return parsePolicy(bytes)
    findings.add('target/missing', path, 'the file', 'none')
  } catch (error) {
    if (!isFault(error)) throw error
    const code = isFault(error, 'log/policy') ? 'policy/invalid' : targetCode(error)
    findings.add(code, path, 'a policy as it was signed', error)
  }
  return null
}

export function placeOf(role: string): string | null {
  return /^list-(.+)$/.exec(role)?.[1] ?? null
}

/** Where the proof of a leaf lies. */
export function proofPath(leaf: LogLeaf): string {
  return leaf.kind === 'metadata'
    ? metadataProofPath(leaf.role, leaf.version)
    : publicationProofPath(leaf.place, leaf.serial)
}

export function maxBytesOf(role: string): number {
  if (role === 'root') return MAX_ROOT_BYTES
  return role === 'snapshot' ? MAX_SNAPSHOT_ROLE_BYTES : MAX_TARGETS_BYTES
}
