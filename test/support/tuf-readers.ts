import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Updater } from 'tuf-js'
import { onTestFinished } from 'vitest'
import { realDisk } from '../../src/agent/disk.ts'
import { fetchTarget } from '../../src/agent/download-target.ts'
import { METADATA_LIMITS, openSource } from '../../src/agent/open-source.ts'
import { isFault } from '../../src/core/fault.ts'
import { openFetch } from '../../src/platform/bounded-fetch.ts'
import type { RoleName } from './tuf-repository.ts'

/** What a reader makes of a source at one moment. */
export interface Look {
  /** Accepted is what taught it something new; kept, where all is right and nothing new; else refused. */
  readonly outcome: 'accepted' | 'kept' | 'refused'
  /** The versions that it keeps, of root, timestamp, snapshot, targets and the list's role; 0 where it has none. */
  readonly versions: string
  /** Our code, or what tuf-js says. */
  readonly why: string | null
}

/** Refreshes what it has kept, and fetches the list `phishing`. */
export interface TrustReader {
  readonly look: () => Promise<Look>
}

const KEPT: readonly RoleName[] = ['root', 'timestamp', 'snapshot', 'targets', 'list-phishing']
const LIST_TARGET = 'lists/phishing/snapshot.txt.gz'

/** The agent's own trust: what comes before it looks into a list, and how it keeps what it has verified. */
export function openAgentReader(source: string, root: Buffer): TrustReader {
  const folder = temporaryFolder()
  const state = join(folder, 'state')
  const rootFile = join(folder, 'first-root.json')
  writeFileSync(rootFile, root)
  const fetch = openFetch({
    origin: source,
    userAgent: 'test',
    connectTimeoutMs: 2_000,
    idleTimeoutMs: 2_000,
    maxRedirects: 0,
    now: () => new Date(),
  })
  onTestFinished(() => fetch.close())
  const deps = { fetch, disk: realDisk }
  return {
    look: () =>
      lookBy(join(state, 'metadata'), async () => {
        const trusted = await openSource(deps, {
          ...{ source, rootFile, state, metadataTimeoutMs: 2_000, keepsPart: true },
        })
        try {
          const target = (await trusted.targets('phishing')).get('snapshot.txt.gz')
          if (target === undefined) throw new Error('expected a target')
          await fetchTarget({ ...deps, source, timeoutMs: 2_000, maxBytes: 1_000_000 }, target)
        } finally {
          trusted.keep()
        }
      }),
  }
}

/** tuf-js with nothing of ours around it, and the same limits. */
export function openPlainReader(source: string, root: Buffer): TrustReader {
  const folder = temporaryFolder()
  const metadata = join(folder, 'metadata')
  const targetDir = join(folder, 'targets')
  for (const path of [metadata, targetDir]) mkdirSync(path)
  writeFileSync(join(metadata, 'root.json'), root)
  return {
    look: () =>
      lookBy(metadata, async () => {
        const updater = new Updater({
          metadataDir: metadata,
          metadataBaseUrl: `${source}/tuf/metadata`,
          targetDir,
          targetBaseUrl: `${source}/tuf/targets`,
          config: { ...METADATA_LIMITS, fetchRetry: false },
        })
        await updater.refresh()
        const target = await updater.getTargetInfo(LIST_TARGET)
        if (target === undefined) throw new Error('expected a target, got none')
        await updater.downloadTarget(target)
      }),
  }
}

async function lookBy(metadata: string, refresh: () => Promise<void>): Promise<Look> {
  const before = keptBytes(metadata)
  const why = await refresh().then(
    () => null,
    (error: unknown) => (isFault(error) ? error.code : String(error)),
  )
  const after = keptBytes(metadata)
  const isSame = after.every((bytes, i) => bytes === before[i])
  const outcome = why !== null ? 'refused' : isSame ? 'kept' : 'accepted'
  return { outcome, versions: after.map(versionOf).join(' '), why }
}

function keptBytes(metadata: string): (string | null)[] {
  return KEPT.map((role) => {
    const path = join(metadata, `${role}.json`)
    return existsSync(path) ? readFileSync(path, 'latin1') : null
  })
}

function versionOf(text: string | null): number {
  if (text === null) return 0
  const { signed } = JSON.parse(text) as { signed: { version?: number } }
  return signed.version ?? 0
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tuf-reader-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}
