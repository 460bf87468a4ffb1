import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { realDisk } from '../../src/agent/disk.ts'
import {
  SourceCopy,
  type Copy,
  type CopyConfig,
  type CopyPull,
} from '../../src/agent/source-copy.ts'
import { createMockAuthority, type MockAuthority, type MockOptions } from './mock-authority.ts'
import { serveFiles, type MockSource } from './mock-source.ts'

/** An authority that serves, and the copy of an edge beside it; both are gone when the test ends. */
export interface CopyHost {
  readonly authority: MockAuthority
  readonly source: MockSource
  readonly state: string
  /** The copy as a new process has it. */
  readonly start: (change?: Partial<CopyConfig>, now?: () => Date) => Promise<StartedCopy>
  /** Every file of the tree by its path. */
  readonly tree: () => Map<string, string>
  /** Of the tree's files those that its timestamp leads to and that are missing or not what was signed. */
  readonly flaws: () => string[]
}

export interface StartedCopy {
  readonly copying: SourceCopy
  readonly copy: Copy
  /** What was logged as a warning or worse. */
  readonly told: { readonly code?: unknown; readonly message: string }[]
  /** Pulls and shows what came of it. */
  readonly pull: () => Promise<CopyPull>
}

export async function openCopyHost(options: MockOptions): Promise<CopyHost> {
  const authority = createMockAuthority(options)
  const source = await serveFiles(authority.files)
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-copy-'))
  onTestFinished(async () => {
    await source.close()
    rmSync(folder, { recursive: true, force: true })
  })
  writeFileSync(join(folder, 'root.json'), authority.root)
  const state = join(folder, 'state')
  const published = join(state, 'published')
  const config: CopyConfig = {
    ...{ source: source.url, root: join(folder, 'root.json'), state, maxRedirects: 0 },
    timeouts: { connect: 2, idle: 2, metadata: 2, list: 5 },
    limits: { minEntries: 0, maxEntries: 1000, maxGrowth: Infinity, maxShrink: 1 },
    maxBytes: 1_000_000,
  }
  return {
    ...{ authority, source, state },
    start: async (change = {}, now = () => new Date()) => {
      const told: { code?: unknown; message: string }[] = []
      const tell = ({ code }: Readonly<Record<string, unknown>>, message: string): void =>
        void told.push({ code, message })
      const quiet = (): void => undefined
      const log = { debug: quiet, info: quiet, warn: tell, error: tell }
      const deps = { disk: realDisk, log, now, userAgent: 'test' }
      const copying = new SourceCopy(deps, { ...config, ...change })
      const copy = await copying.start()
      const pull = async (): Promise<CopyPull> => {
        const pulled = await copying.pull()
        if (pulled.fault === null && pulled.isNew) await copying.expose()
        return pulled
      }
      return { copying, copy, told, pull }
    },
    tree: () => readTree(published),
    flaws: () => findFlaws(published),
  }
}

function readTree(published: string): Map<string, string> {
  if (!existsSync(published)) return new Map()
  const names = readdirSync(published, { recursive: true, withFileTypes: true })
  const files = names
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  return new Map(
    files.sort().map((file) => [file.slice(published.length + 1), readFileSync(file, 'base64')]),
  )
}

interface Signed {
  readonly signed: {
    readonly meta?: Record<string, { readonly version: number }>
    readonly targets?: Record<string, { readonly hashes: { readonly sha256: string } }>
  }
}

/** Written without the program's own code, as a stranger would walk a TUF repository. */
export function findFlaws(published: string): string[] {
  const flaws: string[] = []
  const read = (path: string): Signed['signed'] => {
    try {
      return (JSON.parse(readFileSync(join(published, path), 'utf8')) as Signed).signed
    } catch {
      flaws.push(path)
      return {}
    }
  }
  if (!existsSync(join(published, 'tuf/metadata/timestamp.json'))) return []
  const timestamp = read('tuf/metadata/timestamp.json')
  const version = timestamp.meta?.['snapshot.json']?.version ?? 0
  const snapshot = read(`tuf/metadata/${version}.snapshot.json`)
  for (const [file, { version: at }] of Object.entries(snapshot.meta ?? {})) {
    const { targets = {} } = read(`tuf/metadata/${at}.${file}`)
    for (const [path, { hashes }] of Object.entries(targets)) {
      const slash = path.lastIndexOf('/') + 1
      const name = `tuf/targets/${path.slice(0, slash)}${hashes.sha256}.${path.slice(slash)}`
      const at = join(published, name)
      const digest = existsSync(at)
        ? createHash('sha256').update(readFileSync(at)).digest('hex')
        : ''
      if (digest !== hashes.sha256) flaws.push(name)
    }
  }
  return flaws
}
