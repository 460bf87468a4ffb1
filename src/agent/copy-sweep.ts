import { listRole, listTarget, targetPath } from '../core/layout.ts'
import type { PublishFolder } from '../platform/publish-folder.ts'
import { sweepLog } from './copy-log.ts'
import { isRecord } from './metadata-bytes.ts'
import type { CopyTree } from './copy-tree.ts'
import { parseTarget } from './target.ts'

/** As at the authority (`docs/spec/http.md` §6): what one of so many last versions of a role refers to stays, for readers in mid-pull. */
export const GRACE_VERSIONS = 8
/** Nor is a file taken away that is younger than this. */
export const GRACE_MS = 10 * 60_000
/** Staged files are given up after this: no download takes so long. */
const STAGED_MS = 24 * 3_600_000

/** Which version of a role the tree shows. */
export interface RoleVersion {
  readonly role: string
  readonly version: number
}

/** Takes away what no reader can be using any more. Roots stay for ever (TUF 1.0 §5.3). */
export function sweepTree(tree: CopyTree, { shown, places, at }: SweepStep): void {
  const { folder } = tree
  const before = new Date(at.getTime() - GRACE_MS)
  folder.discardStaged(new Date(at.getTime() - STAGED_MS))
  const oldest = new Map(
    shown.map(({ role, version }) => [role, Math.max(1, version - GRACE_VERSIONS + 1)]),
  )
  const old = folder.seen('tuf/metadata').filter((path) => {
    const [, version, role = ''] = /([0-9]+)\.([a-z0-9-]+)\.json$/.exec(path) ?? []
    return Number(version) < (oldest.get(role) ?? 0)
  })
  folder.remove(old, before)
  sweepLog(tree, oldest, before)
  for (const place of places) sweepTargets(folder, place, before)
}

export interface SweepStep {
  /** Snapshot, targets and the roles of lists, as shown. */
  readonly shown: readonly RoleVersion[]
  /** Lists whose role has a new version: theirs are the files that may have become old. */
  readonly places: readonly string[]
  readonly at: Date
}

/** Takes away the files of a list that none of its kept versions refers to. */
function sweepTargets(folder: PublishFolder, place: string, before: Date): void {
  const suffix = `.${listRole(place)}.json`
  const versions = folder.seen('tuf/metadata').filter((path) => path.endsWith(suffix))
  const wanted = new Set(versions.flatMap((path) => referredTo(folder.read(path))))
  const targets = folder.seen(`tuf/targets/${listTarget(place, '')}`.replace(/\/$/, ''))
  const unwanted = targets.filter((path) => !wanted.has(path))
  folder.remove(unwanted, before)
}

function referredTo(bytes: Buffer | null): string[] {
  const value: unknown = bytes === null ? null : JSON.parse(bytes.toString('utf8'))
  const signed = isRecord(value) ? value['signed'] : null
  const targets = isRecord(signed) ? signed['targets'] : null
  return Object.entries(isRecord(targets) ? targets : {}).map(([path, target]) =>
    targetPath(path, parseTarget(path, target).sha256),
  )
}
