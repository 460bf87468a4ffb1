import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { AgentConfig } from '../../src/agent/config.ts'
import { parseAgentConfig } from '../../src/agent/parse-config.ts'
import { realDisk } from '../../src/agent/disk.ts'
import type { Acceptance } from '../../src/agent/follow-list.ts'
import { runPull, type PullOutcome, type RunPullDeps } from '../../src/agent/run-pull.ts'
import { readStatus, type ListStatus } from '../../src/agent/status.ts'
import { createMockAuthority, type MockAuthority, type MockOptions } from './mock-authority.ts'
import { serveFiles, type MockSource } from './mock-source.ts'

/** An authority that serves, and an agent's host beside it; both are gone when the test ends. */
export interface AgentHost {
  readonly authority: MockAuthority
  readonly source: MockSource
  readonly folder: string
  readonly config: AgentConfig
  /** What was logged as a warning or worse. */
  readonly told: { readonly code?: unknown; readonly message: string }[]
  /** Commands that were run. */
  readonly ran: (readonly string[])[]
  pull: (
    change?: Partial<RunPullDeps>,
    acceptances?: ReadonlyMap<string, Acceptance>,
  ) => Promise<PullOutcome>
  /** A pull with another configuration of the same host. */
  pullAs: (config: AgentConfig) => Promise<PullOutcome>
  status: (id?: string) => ListStatus
  /** The text of a file below the host's folder. */
  read: (name: string) => string
}

export interface HostOptions extends MockOptions {
  /** Changes the configuration before it is parsed. */
  readonly configure?: (config: Record<string, unknown>, folder: string) => void
}

export async function openAgentHost(options: HostOptions): Promise<AgentHost> {
  const authority = createMockAuthority(options)
  const source = await serveFiles(authority.files)
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-agent-'))
  onTestFinished(async () => {
    await source.close()
    rmSync(folder, { recursive: true, force: true })
  })
  writeFileSync(join(folder, 'root.json'), authority.root)
  const raw: Record<string, unknown> = {
    source: source.url,
    root: 'root.json',
    state: 'state',
    timeouts: { connect: 2, idle: 2, metadata: 2, list: 5, command: 5 },
    lists: options.lists.map((id) => ({
      id,
      outputs: [{ format: 'rpz', path: `${id}.rpz`, reload: ['reload', id] }],
    })),
  }
  options.configure?.(raw, folder)
  const config = parseAgentConfig(JSON.stringify(raw), folder)
  const told: { code?: unknown; message: string }[] = []
  const ran: (readonly string[])[] = []
  const tell = ({ code }: Readonly<Record<string, unknown>>, message: string): void =>
    void told.push({ code, message })
  const deps: RunPullDeps = {
    disk: realDisk,
    run: (command) => {
      ran.push(command)
      return Promise.resolve()
    },
    log: { debug: () => undefined, info: () => undefined, warn: tell, error: tell },
    now: () => new Date(),
    version: 'test',
  }
  return {
    authority,
    source,
    folder,
    config,
    told,
    ran,
    pull: (change, acceptances) => runPull({ ...deps, ...change }, config, acceptances),
    pullAs: (other) => runPull(deps, other),
    status: (id = options.lists[0]) => {
      const found = readStatus(config, new Date()).lists.find((list) => list.id === id)
      if (!found) throw new Error(`no list ${String(id)}`)
      return found
    },
    read: (name) => readFileSync(join(folder, name), 'utf8'),
  }
}
