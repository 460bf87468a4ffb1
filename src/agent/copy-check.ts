import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listRole, listTarget, metadataPath, targetPath, TIMESTAMP_PATH } from '../core/layout.ts'
import { isRecord } from './metadata-bytes.ts'
import { hasTarget, type CopyTree } from './copy-tree.ts'
import type { SignedBytes } from './open-source.ts'
import { parseTarget, type Target } from './target.ts'

/** What the copy on the disk says, verified anew but for its ends in time. */
export interface KeptTree {
  readonly timestamp: SignedBytes
  readonly roles: readonly SignedBytes[]
  /** By place: lists whose metadata is there. */
  readonly lists: ReadonlyMap<string, ReadonlyMap<string, Target>>
  readonly topTargets: ReadonlyMap<string, Target>
}

/**
 * Verifies the copy after a start: signatures and versions from the trusted root down, and the hash of every target. That it may have
 * expired in the meantime is not asked: it was fresh when it came, and an edge goes on serving it. Targets that the disk has lost or spoilt
 * are removed, so that they are taken again. Null when there is no copy, or one that does not verify: then it is copied anew.
 */
export async function checkTree(tree: CopyTree, trustedRoot: string): Promise<KeptTree | null> {
  const kept = await readTree(tree, trustedRoot)
  const damaged = kept === null ? [] : damagedTargets(tree, kept)
  if (damaged.length > 0) tree.folder.remove(damaged, new Date(8.64e15))
  return damaged.length === 0 ? kept : null
}

async function readTree(tree: CopyTree, trustedRoot: string): Promise<KeptTree | null> {
  const { TrustedMetadataStore } = await import('tuf-js/dist/store.js')
  try {
    const store = new TrustedMetadataStore(readFileSync(trustedRoot))
    // The store asks its own clock for ends, and has no other way to be told the time.
    Object.assign(store, { referenceTime: new Date(0) })
    const read = (path: string): Buffer => readFileSync(join(tree.published, path))
    const timestampBytes = read(TIMESTAMP_PATH)
    const timestamp = store.updateTimestamp(timestampBytes).signed
    const snapshotVersion = timestamp.snapshotMeta.version
    const snapshotBytes = read(metadataPath('snapshot', snapshotVersion))
    const { meta, expires } = store.updateSnapshot(snapshotBytes).signed
    const versionOf = (role: string): number => meta[`${role}.json`]?.version ?? 0
    const roles: SignedBytes[] = [
      signedBytes('snapshot', snapshotVersion, { expires, bytes: snapshotBytes }),
    ]
    const take = (role: string, by: string): void => {
      const bytes = read(metadataPath(role, versionOf(role)))
      store.updateDelegatedTargets(bytes, role, by)
      const end = store.getRole(role)?.signed.expires ?? ''
      roles.push(signedBytes(role, versionOf(role), { expires: end, bytes }))
    }
    take('targets', 'root')
    const there = Object.keys(meta).flatMap((file) => {
      const place = /^list-([a-z0-9-]{1,40})\.json$/.exec(file)?.[1]
      // A list that is not for this edge has no metadata here.
      if (place === undefined) return []
      const path = metadataPath(listRole(place), versionOf(listRole(place)))
      return tree.folder.publishedLength(path) === null ? [] : [place]
    })
    for (const place of there) take(listRole(place), 'targets')
    return {
      timestamp: signedBytes('timestamp', timestamp.version, {
        ...{ expires: timestamp.expires, bytes: timestampBytes },
      }),
      roles,
      lists: new Map(there.map((place) => [place, targetsOf(roles, listRole(place), place)])),
      topTargets: targetsOf(roles, 'targets', null),
    }
  } catch (error) {
    // Not there, cut short, or signed by nobody we trust: whatever it is, the source has it anew.
    if (error instanceof Error) return null
    throw error
  }
}

function signedBytes(
  role: string,
  version: number,
  { expires, bytes }: { readonly expires: string; readonly bytes: Buffer },
): SignedBytes {
  return { role, version, expiresAt: new Date(expires), bytes }
}

/** The targets of a verified role: of a list's by file name, of the top role by path. */
function targetsOf(
  roles: readonly SignedBytes[],
  role: string,
  place: string | null,
): ReadonlyMap<string, Target> {
  const bytes = roles.find((one) => one.role === role)?.bytes ?? Buffer.from('{}')
  const { signed } = JSON.parse(bytes.toString('utf8')) as { signed?: { targets?: unknown } }
  const entries = isRecord(signed?.targets) ? Object.entries(signed.targets) : []
  const prefix = place === null ? '' : listTarget(place, '')
  return new Map(
    entries
      .filter(([path]) => path.startsWith(prefix))
      .map(([path, target]) => [path.slice(prefix.length), parseTarget(path, target)]),
  )
}

function damagedTargets(tree: CopyTree, { lists, topTargets }: KeptTree): string[] {
  const all = [
    ...topTargets.values(),
    ...[...lists.values()].flatMap((files) => [...files.values()]),
  ]
  return all
    .filter((target) => !hasTarget(tree, target))
    .map(({ path, sha256 }) => targetPath(path, sha256))
}
