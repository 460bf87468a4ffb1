import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { realDisk } from '../../src/agent/disk.ts'
import { parseAgentConfig } from '../../src/agent/parse-config.ts'
import { runPull } from '../../src/agent/run-pull.ts'
import { readStatus, type ListStatus } from '../../src/agent/status.ts'
import { serveFolder } from './static-server.ts'

/** The agent of some resolver, which pulls from a published folder as it lies there. */
export interface FolderAgent {
  /** The codes of what went wrong, by list; empty when all is well. */
  readonly pull: () => Promise<string[]>
  readonly status: () => ListStatus
}

/** Gone when the test ends. `now`: its clock. */
export async function openFolderAgent(
  published: string,
  root: string,
  now: () => Date,
  list = 'phishing',
): Promise<FolderAgent> {
  const server = await serveFolder(published)
  const folder = mkdtempSync(join(tmpdir(), 'folder-agent-'))
  onTestFinished(async () => {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const raw = { source: server.url, root, state: 'state', lists: [{ id: list }] }
  const config = parseAgentConfig(JSON.stringify(raw), folder)
  const quiet = (): void => undefined
  const deps = {
    ...{ disk: realDisk, run: () => Promise.resolve(), now, version: 'test' },
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  }
  const status = (): ListStatus => {
    const [found] = readStatus(config, now()).lists
    if (found === undefined) throw new Error(`no list ${list}`)
    return found
  }
  return {
    status,
    pull: async () => {
      await runPull(deps, config)
      const { lastError } = status()
      return lastError === null ? [] : [lastError.code]
    },
  }
}
