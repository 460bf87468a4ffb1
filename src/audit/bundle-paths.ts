import { Fault } from '../core/fault.ts'
import {
  LOG_CHECKPOINT_PATH,
  LOG_POLICY_TARGET,
  logTilePath,
  metadataPath,
  metadataProofPath,
  publicationProofPath,
  TIMESTAMP_PATH,
} from '../core/layout.ts'
import { parseLeaf, type LogLeaf } from '../core/log-leaf.ts'
import { printTilePath, tilesBetween } from '../core/log/tile.ts'
import { readCheckpoint } from './check-checkpoint.ts'
import { FindingLog } from './finding-log.ts'
import { maxBytesOf } from './leaf-audit.ts'
import { orTell } from './read-file.ts'
import { parseSigned, typeOf } from './parse-signed.ts'
import type { Published } from './published.ts'
import { pathOf } from './read-target.ts'
import { targetsOf } from './targets-of.ts'
import { walkLog } from './walk-log.ts'

/**
 * The paths of everything that a source which can't list its files has, as far as its log and its metadata name it. Nothing is judged
 * here: whoever opens the bundle audits it. Throws `audit/source` where there is no checkpoint.
 */
export async function bundlePaths(source: Published): Promise<readonly string[]> {
  const findings = new FindingLog()
  const head = await readCheckpoint({ source, findings })
  if (head === null) {
    throw new Fault(
      'audit/source',
      `expected a checkpoint from ${JSON.stringify(source.name)}, got none`,
    )
  }
  const { size } = head.claim
  const paths = [TIMESTAMP_PATH, LOG_CHECKPOINT_PATH, LOG_POLICY_TARGET]
  const leaves: LogLeaf[] = []
  await walkLog({ source, findings }, size, {
    isWanted: () => false,
    root: () => undefined,
    batch: (batch) => {
      for (const bytes of batch.leaves ?? []) {
        const leaf = orTell(
          () => parseLeaf(bytes),
          () => undefined,
        )
        if (leaf !== null) leaves.push(leaf)
      }
      return Promise.resolve()
    },
  })
  // A claim of a size is no more than that: only tiles up to what there was are looked for.
  for (const tile of leaves.length === 0 ? [] : tilesBetween(0, size)) {
    paths.push(logTilePath(printTilePath(tile)))
  }
  for (const leaf of leaves) paths.push(...(await pathsOfLeaf(source, leaf)))
  return paths
}

async function pathsOfLeaf(source: Published, leaf: LogLeaf): Promise<readonly string[]> {
  if (leaf.kind === 'publication') return [publicationProofPath(leaf.place, leaf.serial)]
  const { role, version } = leaf
  const path = metadataPath(role, version)
  const paths = [path, metadataProofPath(role, version)]
  if (typeOf(role) !== 'targets') return paths
  const bytes = await source.read(path, maxBytesOf(role))
  const targets =
    bytes &&
    orTell(
      () => targetsOf(parseSigned(bytes, role)),
      () => undefined,
    )
  return [...paths, ...[...(targets?.values() ?? [])].map(pathOf)]
}
