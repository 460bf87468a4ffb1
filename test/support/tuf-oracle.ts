import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { TargetFile } from '@tufjs/models'
import { Updater } from 'tuf-js'
import { applyDelta, parseDelta } from '../../src/core/delta.ts'
import { hashLines } from '../../src/core/hash-lines.ts'
import { parseSnapshotHeader, type SnapshotHeader } from '../../src/core/snapshot.ts'
import { serveFolder } from './static-server.ts'

/** A reader with tuf-js alone, which knows nothing of ours but the first root and the paths. */
export interface TufReader {
  readonly refresh: () => Promise<Updater>
  readonly download: (updater: Updater, path: string) => Promise<Buffer>
  readonly close: () => Promise<void>
}

/** Keeps its metadata between refreshes, as an agent does. `published`: the folder; `root`: the first root. */
export async function openTufReader(published: string, root: string): Promise<TufReader> {
  const server = await serveFolder(published)
  const folder = mkdtempSync(join(tmpdir(), 'tuf-reader-'))
  mkdirSync(join(folder, 'targets'))
  copyFileSync(root, join(folder, 'root.json'))
  let downloads = 0
  return {
    refresh: async () => {
      const updater = new Updater({
        metadataDir: folder,
        metadataBaseUrl: `${server.url}/tuf/metadata`,
        targetDir: join(folder, 'targets'),
        targetBaseUrl: `${server.url}/tuf/targets`,
        config: { prefixTargetsWithHash: true, fetchRetry: false },
      })
      await updater.refresh()
      return updater
    },
    download: async (updater, path) => {
      const info = await targetInfo(updater, path)
      const file = await updater.downloadTarget(info, join(folder, 'targets', `${downloads++}`))
      return readFileSync(file)
    },
    close: async () => {
      await server.close()
      rmSync(folder, { recursive: true })
    },
  }
}

export async function targetInfo(updater: Updater, path: string): Promise<TargetFile> {
  const info = await updater.getTargetInfo(path)
  if (info === undefined) throw new Error(`no target ${path}`)
  return info
}

/** A snapshot as a reader holds it: verified by TUF, and its header, custom and state agree. */
export interface ReadSnapshot extends SnapshotHeader {
  readonly lines: Buffer
  readonly rawLength: number
  /** The digest of the list's zone, which this reader can't compute; null where the list asks for none. */
  readonly zonemd: string | null
}

export async function readSnapshot(reader: TufReader, place: string): Promise<ReadSnapshot> {
  const updater = await reader.refresh()
  const path = `lists/${place}/snapshot.txt.gz`
  const raw = gunzipSync(await reader.download(updater, path))
  const { header, bodyOffset } = parseSnapshotHeader(raw)
  const lines = raw.subarray(bodyOffset)
  assertSame(hashLines([lines]), header.state, 'state')
  const { custom } = (await targetInfo(updater, path)) as unknown as { custom: SnapshotCustom }
  const { zonemd = null, ...told } = custom
  assertSame(
    JSON.stringify(told),
    JSON.stringify({
      entries: header.entries,
      list: header.list,
      rawLength: raw.length,
      serial: header.serial,
      state: header.state,
    }),
    'custom',
  )
  return { ...header, lines, rawLength: raw.length, zonemd }
}

interface SnapshotCustom {
  readonly zonemd?: string
}

function assertSame(got: string, expected: string, what: string): void {
  if (got !== expected) throw new Error(`expected the ${what} ${expected}, got ${got}`)
}

/** A delta edge as metadata has it. */
export interface Edge {
  readonly from: number
  readonly to: number
  readonly rawLength: number
  readonly fromState: string
  readonly toState: string
}

interface RoleFile {
  readonly signed: {
    readonly version: number
    readonly targets: Readonly<
      Record<
        string,
        { length: number; hashes: { sha256: string }; custom: Record<string, unknown> }
      >
    >
  }
}

/**
 * Everything that the published folder shows, checked without TUF's signatures: from the timestamp down each named file is there
 * with its hash; every delta leads between the states it names. Gives the deltas of each place.
 */
export function verifyTree(
  published: string,
): Map<string, { snapshot: SnapshotHeader | null; edges: Edge[] }> {
  const metadata = (name: string): unknown =>
    JSON.parse(readFileSync(join(published, 'tuf/metadata', name), 'utf8'))
  const timestamp = metadata('timestamp.json') as {
    signed: { meta: { 'snapshot.json': { version: number; hashes: { sha256: string } } } }
  }
  const named = timestamp.signed.meta['snapshot.json']
  const snapshotBytes = readFileSync(join(published, `tuf/metadata/${named.version}.snapshot.json`))
  assertSame(sha256(snapshotBytes), named.hashes.sha256, 'hash of snapshot.json')
  const { signed } = JSON.parse(snapshotBytes.toString()) as {
    signed: { meta: Record<string, { version: number }> }
  }
  const places = new Map<string, { snapshot: SnapshotHeader | null; edges: Edge[] }>()
  for (const [file, { version }] of Object.entries(signed.meta)) {
    const role = metadata(`${version}.${file}`) as RoleFile
    assertSame(String(role.signed.version), String(version), `version of ${file}`)
    const place = /^list-(.*)\.json$/.exec(file)?.[1]
    const found = checkTargets(published, role)
    if (place !== undefined) places.set(place, found)
  }
  return places
}

function checkTargets(
  published: string,
  role: RoleFile,
): { snapshot: SnapshotHeader | null; edges: Edge[] } {
  const edges: Edge[] = []
  let snapshot: SnapshotHeader | null = null
  let lines: Buffer = Buffer.alloc(0)
  const deltas: ReturnType<typeof parseDelta>[] = []
  for (const [name, { length, hashes, custom }] of Object.entries(role.signed.targets)) {
    const slash = name.lastIndexOf('/') + 1
    const bytes = readFileSync(
      join(
        published,
        'tuf/targets',
        `${name.slice(0, slash)}${hashes.sha256}.${name.slice(slash)}`,
      ),
    )
    assertSame(sha256(bytes), hashes.sha256, `hash of ${name}`)
    assertSame(String(bytes.length), String(length), `length of ${name}`)
    if (!name.endsWith('.txt.gz')) continue
    const raw = gunzipSync(bytes)
    assertSame(String(raw.length), String(custom['rawLength']), `raw length of ${name}`)
    if (name.endsWith('/snapshot.txt.gz')) {
      const { header, bodyOffset } = parseSnapshotHeader(raw)
      lines = raw.subarray(bodyOffset)
      assertSame(hashLines([lines]), header.state, `state of ${name}`)
      snapshot = header
      continue
    }
    const delta = parseDelta(raw)
    const { from, to, fromState, toState } = delta.header
    assertSame(
      JSON.stringify(custom),
      JSON.stringify({
        from,
        fromState,
        list: delta.header.list,
        rawLength: raw.length,
        to,
        toState,
      }),
      `custom of ${name}`,
    )
    edges.push({ from, to, fromState, toState, rawLength: raw.length })
    deltas.push(delta)
  }
  for (const { header, added, removed } of deltas) {
    if (header.to !== snapshot?.serial) continue
    // Backwards from the newest: what it added goes, what it removed comes.
    assertSame(
      hashLines(applyDelta([lines], { added: removed, removed: added })),
      header.fromState,
      `start of delta ${header.from}-${header.to}`,
    )
    assertSame(header.toState, snapshot.state, `end of delta ${header.from}-${header.to}`)
  }
  return { snapshot, edges }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
