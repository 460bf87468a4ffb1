import { createHash } from 'node:crypto'
import { Fault } from '../core/fault.ts'
import { LOG_POLICY_TARGET, metadataPath } from '../core/layout.ts'
import { EMPTY_ROOT, isSameHash } from '../core/log/tree-hash.ts'
import type { LogPolicy } from '../core/log/policy.ts'
import { MAX_POLICY_BYTES, parsePolicy } from '../core/log/parse-policy.ts'
import {
  checkCheckpoint,
  parseClaim,
  readCheckpoint,
  type ClaimedCheckpoint,
} from './check-checkpoint.ts'
import { checkFiles, checkUnlogged } from './check-files.ts'
import { checkNewest } from './check-newest.ts'
import { checkTimestamp } from './check-timestamp.ts'
import { readWithoutLog } from './read-without-log.ts'
import type { Finding } from './finding.ts'
import { FindingLog } from './finding-log.ts'
import type { LogEnd } from './is-ahead.ts'
import { LeafAudit, type LeafCounts } from './leaf-audit.ts'
import { limitPublished, type SourceLimits } from './limit-published.ts'
import { MAX_ROOT_BYTES } from './limits.ts'
import { SpoolFolder } from './line-spool.ts'
import { namedVersions } from './metadata-audit.ts'
import { parseSigned } from './parse-signed.ts'
import { ProofCheck } from './proof-check.ts'
import type { Published } from './published.ts'
import { orTell, readFile, type AuditDeps } from './read-file.ts'
import { walkLog } from './walk-log.ts'

/** What an auditor brings along. */
export interface AuditOptions {
  /** Expiry is judged as of then. */
  readonly at: Date
  /** Whom the auditor believes about the log; null: the policy that the authority has signed. */
  readonly policy: LogPolicy | null
  /** The root of trust as it was received out of band; null: the first one that is published. */
  readonly root: Uint8Array | null
  /** A checkpoint that the auditor kept from an earlier time. */
  readonly checkpoint: Uint8Array | null
  readonly limits: SourceLimits
  /** Where lists are unpacked; by default the system's folder for temporary files. */
  readonly temporary?: string
}

export interface AuditReport {
  readonly source: string
  /** The log as its checkpoint states it, and who witnessed it; null where there is none to be believed. */
  readonly log: {
    readonly origin: string
    readonly size: number
    /** In hex. */
    readonly root: string
    readonly witnesses: readonly { readonly name: string; readonly timestamp: number }[]
    /** The checkpoint as it was published: to be kept. */
    readonly note: string
  } | null
  /** The timestamp, where it is signed. */
  readonly timestamp: { readonly version: number; readonly expires: string } | null
  readonly counts: LeafCounts & {
    readonly lists: number
    readonly exports: number
    /** Targets that were hashed because they are there. */
    readonly targets: number
    /** Tiles, proofs and metadata behind the end of the log. */
    readonly ahead: number
  }
  /** Places whose metadata is not shown to this auditor: their manifests are commitments. */
  readonly hidden: readonly string[]
  readonly findings: readonly Finding[]
  /** Of all findings, also those that are not among the first thousand. */
  readonly findingCount: number
  /** False where the audit had to stop: the findings say why. */
  readonly isWhole: boolean
}

interface Run extends AuditDeps {
  readonly options: AuditOptions
  readonly proofs: ProofCheck
  readonly leaves: LeafAudit
  readonly head: ClaimedCheckpoint | null
}

/** Checks everything that is published against everything else, from its bytes alone. What is wrong is in the findings; throws nothing of the source's making. */
export async function checkPublished(
  published: Published,
  options: AuditOptions,
): Promise<AuditReport> {
  const findings = new FindingLog()
  const source = limitPublished(published, options.limits)
  const spools = new SpoolFolder(options.temporary)
  const result = {
    log: null,
    timestamp: null,
    exports: 0,
    targets: 0,
    ahead: 0,
    isWhole: true,
  } as RunResult
  const seesAll = (await source.paths()) !== null
  const head = await stoppable({ source, findings }, result, () =>
    readCheckpoint({ source, findings }),
  )
  const proofs = new ProofCheck(findings, head?.claim.size ?? 0)
  const leaves = new LeafAudit(
    { source, findings },
    { proofs, spools, seesAll, earlierSize: earlierSizeOf(options) },
  )
  try {
    const run = { source, findings, options, proofs, leaves, head }
    await stoppable(run, result, () => auditAll(run, result))
    const { log, timestamp, isWhole, exports, targets, ahead } = result
    return {
      source: published.name,
      log,
      timestamp,
      counts: { ...leaves.counts, lists: leaves.lists.size, exports, targets, ahead },
      hidden: leaves.serials.end(),
      findings: findings.findings,
      findingCount: findings.count,
      isWhole,
    }
  } finally {
    leaves.close()
    spools.close()
  }
}

interface RunResult {
  log: AuditReport['log']
  timestamp: AuditReport['timestamp']
  exports: number
  targets: number
  ahead: number
  isWhole: boolean
}

/** A source that ends, or never ends, is a finding too. */
async function stoppable<T>(
  { source, findings }: AuditDeps,
  result: RunResult,
  act: () => Promise<T>,
): Promise<T | null> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof Fault) || error.code === 'fetch/stopped') throw error
    findings.add('source/failed', source.name, 'a source that can be read to its end', error)
    result.isWhole = false
    return null
  }
}

async function auditAll(run: Run, result: RunResult): Promise<void> {
  const { options, proofs, head, leaves } = run
  await checkRoot(run)
  const published = await readPublishedPolicy(run)
  // Until the walk has come to what is signed, the copy beside the log has to do: whether it is one is checked at the end.
  if (published !== null) proofs.allow(published)
  if (options.policy !== null) proofs.allow(options.policy)
  proofs.require(policiesOfToday(published, options))
  if (options.checkpoint !== null) checkEarlier(run, options.checkpoint)
  if (head === null) await readWithoutLog(run, leaves)
  else await walk(run, head)
  await leaves.end()
  await checkPolicy(run, published)
  proofs.require(policiesOfToday(leaves.policy, options))
  proofs.end()
  if (head !== null) result.log = checkHead(run, head)
  const newest = await checkNewest(run, leaves, options.at)
  result.exports = newest.exports
  const hasGrown = (): Promise<boolean> => hasLogGrown(run)
  // Late: it is the last that a publication changes.
  const timestamp = await checkTimestamp(run, leaves.metadata, { at: options.at, hasGrown })
  if (timestamp !== null) {
    result.timestamp = { version: timestamp.version, expires: timestamp.expires }
  }
  if (head === null) return
  leaves.serials.end()
  const end = { head: head.claim, policies: proofs.policies }
  const paths = await run.source.paths()
  if (paths === null) {
    if (!(await hasGrown())) await probe(run, end)
    return
  }
  const files = await checkFiles(run, paths, {
    metadata: leaves.metadata,
    end,
    isProven: (path) => leaves.hasLeaf(path),
  })
  result.targets = files.targets
  result.ahead = files.ahead
}

async function walk(run: Run, { claim }: ClaimedCheckpoint): Promise<void> {
  const { leaves, proofs, findings } = run
  proofs.want('log/checkpoint', claim)
  proofs.root(0, EMPTY_ROOT)
  const root = await walkLog(run, claim.size, {
    batch: (batch) => leaves.batch(batch),
    isWanted: (size) => proofs.isWanted(size),
    // The newest checkpoint has a code of its own.
    root: (size, computed) => {
      if (size < claim.size) proofs.root(size, computed)
    },
  })
  if (root === null) return
  if (!isSameHash(root, claim.root)) {
    findings.add(
      'log/root',
      'log/checkpoint',
      `the root of its ${claim.size} leaves, ${Buffer.from(root).toString('hex')}`,
      Buffer.from(claim.root).toString('hex'),
    )
  }
  proofs.root(claim.size, claim.root)
}

/** The root that the auditor holds must be the published one of its version. */
async function checkRoot(run: Run): Promise<void> {
  const { root } = run.options
  if (root === null) return
  const tell = (got: string | Fault, path: string): void =>
    run.findings.add('root/chain', path, "the auditor's root of trust", got)
  const own = orTell(
    () => parseSigned(root, 'root'),
    (fault) => tell(fault, 'root.json'),
  )
  if (own === null) return
  const path = metadataPath('root', own.version)
  const found = await readFile(run, path, MAX_ROOT_BYTES)
  if (found?.equals(root) === true) return
  tell(found === null ? 'none' : 'another file', path)
}

async function readPublishedPolicy(run: Run): Promise<LogPolicy | null> {
  const bytes = await readFile(run, LOG_POLICY_TARGET, MAX_POLICY_BYTES)
  if (bytes === null) return null
  return orTell(
    () => parsePolicy(bytes),
    (fault) => run.findings.add('policy/invalid', LOG_POLICY_TARGET, 'a policy', fault),
  )
}

/** The copy that is published beside the log must be what the authority has signed. */
async function checkPolicy(run: Run, published: LogPolicy | null): Promise<void> {
  const { policy } = run.leaves
  const path = LOG_POLICY_TARGET
  if (policy === null && run.options.policy === null) {
    run.findings.add('policy/missing', path, 'a policy that the top role has signed', 'none')
  }
  if (published === null || policy === null) {
    const isNeeded = published === null && run.head !== null
    if (isNeeded) run.findings.add('policy/differs', path, 'a copy of the signed target', 'none')
    return
  }
  const target = run.leaves.policyTarget
  const bytes = await readFile(run, path, MAX_POLICY_BYTES)
  const sha256 = bytes && createHash('sha256').update(bytes).digest('hex')
  if (sha256 === target?.sha256) return
  run.findings.add(
    'policy/differs',
    path,
    `the SHA-256 ${target?.sha256 ?? ''} that was signed`,
    `${sha256}`,
  )
}

function earlierSizeOf({ checkpoint }: AuditOptions): number | null {
  return (
    checkpoint &&
    orTell(
      () => parseClaim(checkpoint).claim.size,
      () => undefined,
    )
  )
}

/** The authority's, as it is told or signed, and the auditor's own. */
function policiesOfToday(told: LogPolicy | null, { policy }: AuditOptions): readonly LogPolicy[] {
  return [told, policy].flatMap((one) => one ?? [])
}

function checkEarlier(run: Run, bytes: Uint8Array): void {
  const { findings, proofs, head } = run
  const earlier = orTell(
    () => parseClaim(bytes),
    (fault) => findings.add('checkpoint/invalid', 'the earlier checkpoint', 'a checkpoint', fault),
  )
  if (earlier === null || head === null) return
  const { claim } = head
  if (earlier.claim.origin !== claim.origin) {
    const expected = `the log ${JSON.stringify(earlier.claim.origin)} of the earlier checkpoint`
    findings.add('checkpoint/fork', 'log/checkpoint', expected, JSON.stringify(claim.origin))
  } else if (earlier.claim.size > claim.size) {
    const expected = `${earlier.claim.size} leaves or more, as in the earlier checkpoint`
    findings.add('checkpoint/rewind', 'log/checkpoint', expected, String(claim.size))
  } else {
    proofs.want('the earlier checkpoint', earlier.claim)
  }
}

function checkHead(
  { findings, options, proofs, leaves }: Run,
  head: ClaimedCheckpoint,
): AuditReport['log'] {
  const policy = options.policy ?? leaves.policy ?? proofs.policies[0]
  if (policy === undefined) return null
  const trusted = checkCheckpoint(findings, head, policy, proofs.policies)
  if (trusted === null) return null
  const { origin, size, root, witnesses } = trusted
  return { origin, size, root: Buffer.from(root).toString('hex'), witnesses, note: head.text }
}

/** Whether there is more in the log than when this audit began. */
async function hasLogGrown(run: Run): Promise<boolean> {
  const now = await readCheckpoint({ ...run, findings: new FindingLog() })
  return now !== null && run.head !== null && now.claim.size > run.head.claim.size
}

/** Where files can't be listed: whether there is a version behind the last one of each role. */
async function probe(run: Run, end: LogEnd): Promise<void> {
  const { metadata } = run.leaves
  const snapshot = metadata.last.get('snapshot')?.file
  const named = !snapshot
    ? null
    : orTell(
        () => namedVersions(snapshot),
        () => undefined,
      )
  for (const role of new Set([...metadata.last.keys(), ...(named?.keys() ?? [])])) {
    await checkUnlogged(run, { metadata, end }, role, (metadata.last.get(role)?.version ?? 0) + 1)
  }
}
