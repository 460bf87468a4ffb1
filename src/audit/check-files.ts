import { createHash } from 'node:crypto'
import { isFault } from '../core/fault.ts'
import { LOG_FOLDER, logTilePath, metadataPath, TIMESTAMP_PATH } from '../core/layout.ts'
import { parseTilePath, printTilePath, TILE_WIDTH, tileHashCount } from '../core/log/tile.ts'
import { decodeEntryBundle, encodeEntryBundle } from '../core/log/entry-bundle.ts'
import { HASH_BYTES } from '../core/log/tree-hash.ts'
import { checkBehind, isAhead, type LogEnd } from './is-ahead.ts'
import { MAX_TARGET_BYTES } from './limits.ts'
import { maxBytesOf } from './leaf-audit.ts'
import type { MetadataAudit } from './metadata-audit.ts'
import { orTell, readFile, type AuditDeps } from './read-file.ts'

export interface FileCounts {
  /** Files that were hashed because their name says their hash, though nothing that was checked names them. */
  targets: number
  /** Tiles, proofs and metadata behind the end of the log: of a publication that was not finished. */
  ahead: number
}

const METADATA = /^tuf\/metadata\/([1-9]\d{0,15})\.([a-z0-9-]{1,64})\.json$/
const TARGET = /^tuf\/targets\/(?:[a-z0-9-]{1,40}\/){1,2}([0-9a-f]{64})\.[a-z0-9][a-z0-9.-]{0,60}$/
const PROOF = /^log\/proof\/(?:publication\/)?[a-z0-9-]{1,64}\/[1-9]\d{0,15}\.tlog-proof$/

/**
 * Looks at every file of a source that can tell what it has: metadata that is not in the log, targets that are not what their names
 * say, tiles of earlier sizes, and what has no place here. `proven` has the paths of all proofs that were checked.
 */
export async function checkFiles(
  deps: AuditDeps,
  paths: readonly string[],
  about: {
    readonly metadata: MetadataAudit
    readonly end: LogEnd
    readonly isProven: (path: string) => boolean
  },
): Promise<FileCounts> {
  const counts: FileCounts = { targets: 0, ahead: 0 }
  for (const path of paths) {
    const [, version, role] = METADATA.exec(path) ?? []
    const hash = TARGET.exec(path)?.[1]
    if (version !== undefined && role !== undefined) {
      if (await checkUnlogged(deps, about, role, Number(version))) counts.ahead++
    } else if (hash !== undefined) {
      counts.targets++
      await checkHash(deps, path, hash)
    } else if (path.startsWith(`${LOG_FOLDER}/tile/`)) {
      if (!(await checkTile(deps, path, about.end.head.size))) counts.ahead++
    } else if (PROOF.test(path)) {
      if (!about.isProven(path)) counts.ahead++
    } else if (!isPlain(path)) {
      deps.findings.add('file/unknown', path, 'the files of docs/spec/http.md §2 alone', 'another')
    }
  }
  return counts
}

/** Metadata that is published and not in the log. Gives whether it is behind its end. */
export async function checkUnlogged(
  deps: AuditDeps,
  { metadata, end }: { readonly metadata: MetadataAudit; readonly end: LogEnd },
  role: string,
  version: number,
): Promise<boolean> {
  if (metadata.isLogged(role, version)) return false
  const path = metadataPath(role, version)
  const bytes = await readFile(deps, path, maxBytesOf(role))
  if (bytes === null) return false
  if (await isAhead(deps, end, { role, version, bytes })) {
    await checkBehind(deps, end)
    return true
  }
  const how = metadata.isSigned(role, bytes) ? 'validly signed by the keys that count' : 'a file'
  deps.findings.add('metadata/unlogged', path, 'a leaf of it in the log', `none for ${how}`)
  return false
}

async function checkHash(
  { source, findings }: AuditDeps,
  path: string,
  sha256: string,
): Promise<void> {
  const hash = createHash('sha256')
  try {
    await source.pieces(path, MAX_TARGET_BYTES, (piece) => void hash.update(piece))
  } catch (error) {
    if (!isFault(error, 'fetch/too-large', 'fetch/failed')) throw error
    findings.add('source/failed', path, 'the file', error)
    return
  }
  const got = hash.digest('hex')
  if (got !== sha256) findings.add('target/damaged', path, `the SHA-256 ${sha256}`, got)
}

/**
 * A tile of an earlier size must begin like the one that was checked (c2sp.org/tlog-tiles, «Partial Tiles»). Gives false for one that
 * the log isn't long enough for.
 */
async function checkTile(deps: AuditDeps, path: string, size: number): Promise<boolean> {
  const tile = orTell(
    () => parseTilePath(path.slice(LOG_FOLDER.length + 1)),
    (fault) => deps.findings.add('file/unknown', path, 'the path of a tile', fault),
  )
  if (tile === null) return true
  const count = Math.min(tileHashCount(tile.level, size) - tile.index * TILE_WIDTH, TILE_WIDTH)
  if (count < tile.width) return false
  if (count === tile.width) return true
  const newest = logTilePath(printTilePath({ ...tile, width: count }))
  const max = TILE_WIDTH * 70_000
  const [old, now] = [await readFile(deps, path, max), await readFile(deps, newest, max)]
  const expected =
    now &&
    orTell(
      () =>
        tile.level === 'entries'
          ? encodeEntryBundle(decodeEntryBundle(now, count).slice(0, tile.width))
          : Buffer.from(now.subarray(0, tile.width * HASH_BYTES)),
      // What is wrong with it was told when the log was hashed.
      () => undefined,
    )
  if (old !== null && expected !== null && !expected.equals(old)) {
    deps.findings.add('log/tile', path, `the beginning of ${newest}`, 'something else')
  }
  return true
}

function isPlain(path: string): boolean {
  const isOurs = path.startsWith('tuf/') || path.startsWith(`${LOG_FOLDER}/`)
  const isKnown = path === TIMESTAMP_PATH || path === 'log/checkpoint' || path === 'log/policy.txt'
  // What an interrupted write leaves behind is not published.
  return !isOurs || isKnown || /\/\.draft-[^/]*$/.test(path)
}
