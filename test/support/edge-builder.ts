import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { ListDefinition } from '../../src/core/list-definition.ts'
import { Edge, type EdgeDeps } from '../../src/distribute/edge.ts'
import type {
  ExportFiles,
  Publication,
  StoredList,
  Subscriber,
} from '../../src/distribute/ports.ts'
import { requestListener, type AccessRecord } from '../../src/distribute/request-listener.ts'
import { HttpCounts } from '../../src/platform/metrics.ts'
import { hashToken, printToken } from '../../src/platform/http-auth.ts'

export const FORMATS = ['rpz', 'hosts', 'csv'] as const
export const NOW = new Date('2026-11-24T12:00:00Z')
export const TOKEN = printToken(Buffer.alloc(32, 1))
export const OLD_TOKEN = printToken(Buffer.alloc(32, 2))
export const OTHER_TOKEN = printToken(Buffer.alloc(32, 3))

/** A subscriber that asks for no zones. */
export const NO_TRANSFER: Pick<
  Subscriber,
  'transfer' | 'networks' | 'notify' | 'keys' | 'catalogSerial'
> = { transfer: 'tsig', networks: [], notify: [], keys: [], catalogSerial: 1 }

/** The text that the fake maker renders: enough to see which list, format and serial it is. */
export function feedText(list: string, format: string, serial: number): string {
  return `${list} ${format} ${serial}\n`.repeat(200)
}

export function definition(id: string, visibility: 'public' | 'restricted'): ListDefinition {
  return {
    ...{ id, visibility, title: `List ${id}`, description: '', authority: 'Example CERT' },
    ...{ legalBasis: '', categories: [], action: { type: 'nxdomain', to: [] } },
    approvals: {
      needed: 1,
      organisations: 1,
      retire: { needed: 1, organisations: 1 },
      urgentAdd: false,
    },
    review: { afterDays: 180, expireAfterDays: null, warnDays: 14, urgentDays: 3 },
    guard: { maxGrowth: 1, maxShrink: 1, minEntries: 0 },
    publish: { cron: null },
    zone: null,
    keep: { serials: 100 },
    steering: null,
    liveness: null,
  }
}

export function publication(serial: number): Publication {
  return {
    ...{ serial, state: createHash('sha256').update(String(serial)).digest('hex') },
    ...{ entries: serial, added: 1, removed: 0, decision: serial },
    publishedAt: new Date(NOW.getTime() - 3600_000 + serial * 1000),
  }
}

/** A fake of everything behind the edge, which can be told to change. */
export class FakeAuthority {
  readonly folder: string
  readonly lists: StoredList[] = [
    { rowId: 1, id: 'open', place: 'open', definition: definition('open', 'public') },
    {
      ...{ rowId: 2, id: 'secret', place: '0123456789abcdef0123456789abcdef' },
      definition: definition('secret', 'restricted'),
    },
    { rowId: 3, id: 'fresh', place: 'fresh', definition: definition('fresh', 'public') },
  ]
  readonly serials = new Map([
    [1, 3],
    [2, 5],
  ])
  readonly subscribers: Subscriber[] = [
    {
      ...NO_TRANSFER,
      ...{ name: 'isp', tokenHash: hashToken(TOKEN), oldTokenHash: hashToken(OLD_TOKEN) },
      ...{ oldTokenUntil: new Date(NOW.getTime() + 1000), lists: ['secret'], revokedAt: null },
    },
    {
      ...NO_TRANSFER,
      ...{ name: 'other', tokenHash: hashToken(OTHER_TOKEN), oldTokenHash: null },
      ...{ oldTokenUntil: null, lists: [], revokedAt: null },
    },
  ]
  /** Every export that was made, in turn. */
  readonly made: string[] = []
  readonly kept: (readonly number[])[] = []
  readonly faults: unknown[] = []
  readonly access: AccessRecord[] = []
  readonly counts = new HttpCounts()
  now = NOW
  isStopping = false
  changes = 1
  /** What each making waits for. */
  gate: Promise<unknown> = Promise.resolve()

  constructor(folder: string) {
    this.folder = folder
  }

  readonly source = {
    read: <T>(work: () => T): T => work(),
    changeCounter: () => this.changes,
    lists: { all: () => this.lists },
    publications: {
      latest: (rowId: number) => {
        const serial = this.serials.get(rowId)
        return serial === undefined ? null : publication(serial)
      },
    },
    subscribers: { all: () => this.subscribers },
  }

  readonly publications = {
    find: (rowId: number, serial: number) =>
      serial >= 1 && serial <= (this.serials.get(rowId) ?? 0) ? publication(serial) : null,
  }

  readonly exports = {
    make: async (list: StoredList, format: string, serial: number): Promise<ExportFiles> => {
      this.made.push(`${list.id} ${format} ${serial}`)
      await this.gate
      const text = feedText(list.id, format, serial)
      const put = async (ending: string, bytes: Buffer | string): Promise<ExportFile> => {
        const file = `exports/${list.place}/${serial}/${format}${ending}`
        return { path: await this.put(file, bytes), bytes: Buffer.byteLength(bytes) }
      }
      return {
        plain: await put('', text),
        gzip: await put('.gz', gzipSync(text)),
        br: await put('.br', brotliCompressSync(text)),
        signature: await put('.minisig', `signature of ${list.id} ${format} ${serial}`),
      }
    },
    keepOnly: async (list: StoredList, serials: readonly number[]): Promise<void> => {
      this.kept.push(serials)
      for (let serial = 1; serial <= 100; serial++) {
        if (serials.includes(serial)) continue
        await rm(join(this.folder, `exports/${list.place}/${serial}`), {
          ...{ recursive: true, force: true },
        })
      }
    },
  }

  /** Writes a file below the data folder and gives back where. */
  async put(file: string, bytes: Buffer | string): Promise<string> {
    const path = join(this.folder, file)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, bytes)
    return path
  }

  /** Moves a list on to its next serial, as another process would. */
  publish(rowId: number): void {
    this.serials.set(rowId, (this.serials.get(rowId) ?? 0) + 1)
    this.changes++
  }

  openEdge(pulls?: EdgeDeps['pulls']): Edge {
    return new Edge({
      ...{ source: this.source, publications: this.publications, exports: this.exports },
      ...(pulls && { pulls }),
      ...{ published: join(this.folder, 'published'), formats: FORMATS, now: () => this.now },
      onFault: (error) => void this.faults.push(error),
    })
  }

  listenerOf(edge: Edge): ReturnType<typeof requestListener> {
    return requestListener({
      ...{ edge, counts: this.counts, busy: new Set() },
      fallback: (_, response) =>
        void response.writeHead(404, { 'Content-Length': 8 }).end('fallback'),
      onAccess: (record) => void this.access.push(record),
      onFault: (error) => void this.faults.push(error),
      isStopping: () => this.isStopping,
    })
  }
}

interface ExportFile {
  readonly path: string
  readonly bytes: number
}

/** A fake authority with some published files in a temporary folder. */
export async function openFakeAuthority(): Promise<FakeAuthority> {
  return new FakeAuthority(await mkdtemp(join(tmpdir(), 'bailiwick-edge-')))
}

/** The path of a target, whose bytes are written first. */
export async function putTarget(
  authority: FakeAuthority,
  place: string,
  bytes: Buffer,
): Promise<string> {
  const hash = createHash('sha256').update(bytes).digest('hex')
  const file = `tuf/targets/lists/${place}/${hash}.snapshot.txt.gz`
  await authority.put(`published/${file}`, bytes)
  return `/${file}`
}
