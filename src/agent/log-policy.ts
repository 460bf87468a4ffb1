import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Fault, isFault } from '../core/fault.ts'
import { LOG_POLICY_TARGET } from '../core/layout.ts'
import { MAX_POLICY_BYTES, parsePolicy } from '../core/log/parse-policy.ts'
import type { LogPolicy } from '../core/log/policy.ts'
import type { BoundedFetch } from '../platform/bounded-fetch.ts'
import { fetchTarget } from './download-target.ts'
import { accuse, type EvidenceDeps } from './evidence.ts'
import type { KeptLog, KeptPolicy } from './kept-log.ts'
import type { TrustedSource } from './open-source.ts'
import type { Target } from './target.ts'

export interface PolicyDeps extends EvidenceDeps {
  readonly fetch: BoundedFetch
  readonly source: string
  readonly metadataTimeoutMs: number
}

/** Whom a pull believes about the log. */
export interface ChosenPolicy {
  readonly policy: LogPolicy
  /** Of its bytes. */
  readonly sha256: string
  /** What is to be remembered of the source's own policy when all is proven. */
  readonly seen: KeptPolicy | null
  /** Another policy that the source names now: it holds for later pulls, once this one's has proven the metadata that names it. */
  readonly next: Target | null
}

/**
 * The configured policy; else the one that this host remembers; else the one that the source's top role has signed. Null where no policy was
 * ever seen. Throws `log/absent` where one was and is no more, `log/policy`, `agent/config`, `fetch/…`, `trust/mismatch`.
 */
export async function choosePolicy(
  deps: PolicyDeps,
  source: TrustedSource,
  kept: KeptLog | null,
  file: string | undefined,
): Promise<ChosenPolicy | null> {
  if (file !== undefined) return configuredPolicy(file, kept?.policy ?? null)
  const target = source.topTarget(LOG_POLICY_TARGET)
  if (target === null) {
    if (kept === null) return null
    const message = `expected the target ${JSON.stringify(LOG_POLICY_TARGET)}, which this source had before, got none`
    throw accuse(deps, { code: 'log/absent', message }, [kept.checkpoints.at(-1) ?? null, null])
  }
  const before = kept?.policy ?? null
  if (before === null) {
    const seen = await fetchPolicy(deps, target)
    const bytes = Buffer.from(seen.bytes, 'base64')
    return { policy: parsePolicy(bytes), sha256: seen.sha256, seen, next: null }
  }
  return {
    policy: parsePolicy(Buffer.from(before.bytes, 'base64')),
    sha256: before.sha256,
    seen: before,
    next: target.sha256 === before.sha256 ? null : target,
  }
}

/** The bytes of a policy target, verified and read once. Throws `fetch/…`, `trust/mismatch`, `log/policy`. */
export async function fetchPolicy(
  { metadataTimeoutMs, ...deps }: PolicyDeps,
  target: Target,
): Promise<KeptPolicy> {
  const bounds = { timeoutMs: metadataTimeoutMs, maxBytes: MAX_POLICY_BYTES }
  const bytes = await fetchTarget({ ...deps, ...bounds }, target)
  parsePolicy(bytes)
  return { sha256: target.sha256, bytes: bytes.toString('base64') }
}

function configuredPolicy(file: string, seen: KeptPolicy | null): ChosenPolicy {
  try {
    const bytes = readFileSync(file)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    return { policy: parsePolicy(bytes), sha256, seen, next: null }
  } catch (error) {
    if (!isFault(error, 'log/policy') && !(error instanceof Error && 'syscall' in error))
      throw error
    throw new Fault(
      'agent/config',
      `expected a policy of the log in ${JSON.stringify(file)}, got: ${error.message}`,
      { cause: error },
    )
  }
}
