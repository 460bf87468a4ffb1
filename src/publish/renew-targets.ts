import { Fault } from '../core/fault.ts'
import { targetPath } from '../core/layout.ts'
import { readRoles } from './authority-roles.ts'
import { commitLogged } from './commit-logged.ts'
import { retryConflicts } from './retry-conflicts.ts'
import type { PublishDeps, SignedMetadata } from './ports.ts'
import { remake } from './remake-target.ts'
import { sealMetadata, signTargets } from './seal-metadata.ts'
import { parseOwnMetadata, type TargetFile, type TargetsSigned } from './tuf-metadata.ts'

type Files = TargetsSigned['targets']

/**
 * Signs again what can't be made again byte for byte: gzip files that are lost, after a change of zlib, which packs the same lines
 * into other bytes. Serials and states stay; only the versions of the lists' metadata rise. A delta that has no serials to come from any
 * more is given up: readers take the snapshot. Gives the roles that were signed; readers see them after `projectPublished`.
 *
 * Throws what the keys throw, `publish/conflict`, and `publish/unrepeatable` where a snapshot has no serial in the database.
 */
export function renewTargets(deps: PublishDeps): Promise<readonly string[]> {
  return retryConflicts(async () => {
    const at = deps.now()
    const roles = readRoles(deps.store)
    const targets: SignedMetadata[] = []
    for (const { name } of roles.targets.delegations?.roles ?? []) {
      const signed = deps.store.metadata.latest(name)
      if (signed === null) continue
      const { version, targets: before } = parseOwnMetadata(signed.bytes, 'targets')
      const after = await remakeLost(deps, before)
      if (isSame(before, after)) continue
      const next = { version: version + 1, targets: after, at }
      targets.push(await signTargets(deps.keys, roles, name, next))
    }
    if (targets.length > 0) {
      const metadata = await sealMetadata(deps.keys, roles, { targets }, at)
      await commitLogged(deps, { metadata, at })
    }
    return targets.map(({ role }) => role)
  })
}

/** The same targets, those that are lost as they come out now. */
async function remakeLost(deps: PublishDeps, before: Files): Promise<Files> {
  const after: Record<string, TargetFile> = {}
  for (const [name, target] of Object.entries(before)) {
    const path = targetPath(name, target.hashes.sha256)
    const isThere = deps.files.publishedLength(path) === target.length
    const made = isThere ? target : await remake(deps, name, target)
    if (made !== null) after[name] = { ...target, length: made.length, hashes: made.hashes }
    else if (!isDelta(target)) throw gone(name)
  }
  return after
}

function isDelta({ custom }: TargetFile): boolean {
  return 'from' in custom
}

function gone(name: string): Fault {
  return new Fault(
    'publish/unrepeatable',
    `expected to make the lost file ${JSON.stringify(name)} again, got nothing to make it from: restore a backup`,
  )
}

function isSame(before: Files, after: Files): boolean {
  return Object.entries(before).every(
    ([name, { hashes }]) => after[name]?.hashes.sha256 === hashes.sha256,
  )
}
