import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { readAgentConfig } from '../../src/agent/read-config.ts'
import { readStatus, type AgentStatus, type ListStatus } from '../../src/agent/status.ts'
import { COMMAND, runBailiwick } from '../support/bailiwick-command.ts'
import { entryLine, sortLines } from '../support/lines.ts'
import { createMockAuthority, stateOf } from '../support/mock-authority.ts'
import { serveFiles } from '../support/mock-source.ts'

const ROUNDS = process.env['SLOW'] ? 200 : 12
const ENTRIES = 8_000
const SEED = 20_260_101

/** A small generator of even numbers in [0, 1), so that a failing round can be had again (mulberry32). */
function openChance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

interface Host {
  readonly folder: string
  readonly config: string
}

function makeHost(name: string, root: string, source: string): Host {
  const folder = mkdtempSync(join(root, name))
  const config = join(folder, 'agent.json')
  const outputs = [
    { format: 'rpz', path: 'zone', check: ['test', '-s', '{file}'] },
    { format: 'hosts', path: 'hosts' },
  ]
  writeFileSync(
    config,
    JSON.stringify({
      source,
      root: join(root, 'root.json'),
      state: 'state',
      lists: [{ id: 'phishing', limits: { maxGrowth: 9, maxShrink: 1 }, outputs }],
    }),
  )
  return { folder, config }
}

async function statusOf(host: Host): Promise<ListStatus & Pick<AgentStatus, 'log'>> {
  const { config } = await readAgentConfig(host.config)
  const { log, lists } = readStatus(config, new Date())
  if (!lists[0]) throw new Error('no list')
  return { ...lists[0], log }
}

/** Whatever was killed: the list that is applied is whole, and so is each file a resolver could read. */
async function expectWhole(host: Host): Promise<void> {
  const { serial, state, log } = await statusOf(host)
  if (serial === null) return
  // What the list was proven by is remembered before it is applied.
  expect(log).not.toBeNull()
  const lines = readFileSync(join(host.folder, `state/lists/phishing/${serial}.lines`))
  expect(createHash('sha256').update(lines).digest('hex')).toBe(state)
  for (const [output, line] of [
    ['zone', / CNAME \.$/gm],
    ['hosts', /^0\.0\.0\.0 /gm],
  ] as const) {
    const path = join(host.folder, output)
    if (!existsSync(path)) continue
    const text = readFileSync(path, 'utf8')
    const written = Number(/Written: (\d+)/.exec(text)?.[1])
    expect(written).toBeGreaterThan(ENTRIES / 2)
    expect(text.match(line)?.length).toBeGreaterThanOrEqual(written)
    expect(text.endsWith('\n')).toBe(true)
  }
}

test(
  `an agent killed at any instant, ${ROUNDS} times, keeps whole lists and catches up`,
  async () => {
    const root = mkdtempSync(join(tmpdir(), 'bailiwick-kill-'))
    const authority = createMockAuthority({ lists: ['phishing'], log: { witnesses: 1 } })
    const source = await serveFiles(authority.files)
    onTestFinished(async () => {
      await source.close()
      rmSync(root, { recursive: true, force: true })
    })
    writeFileSync(join(root, 'root.json'), authority.root)
    const chance = openChance(SEED)
    const numbers = new Set(Array.from({ length: ENTRIES }, (_, i) => i))
    let next = ENTRIES
    const publish = (): string[] => {
      for (let i = 0; i < 50; i++) {
        numbers.delete(Math.floor(chance() * next))
        numbers.add(next++)
      }
      const lines = sortLines([...numbers].map((n) => entryLine(n)))
      authority.publish('phishing', lines)
      return lines
    }
    const host = makeHost('killed-', root, source.url)
    publish()
    const started = performance.now()
    await runBailiwick(['agent', 'pull', '--config', host.config])
    const wholePullMs = performance.now() - started
    let killed = 0
    let lines: string[] = []
    for (let round = 0; round < ROUNDS; round++) {
      lines = publish()
      const child = spawn(process.execPath, [COMMAND, 'agent', 'pull', '--config', host.config], {
        stdio: 'ignore',
      })
      const ended = new Promise<NodeJS.Signals | null>((resolve) => {
        child.on('exit', (_, signal) => resolve(signal))
      })
      // The first third of a pull is the start of the program: nothing can break there.
      await sleep((0.3 + 0.9 * chance()) * wholePullMs)
      child.kill('SIGKILL')
      if ((await ended) === 'SIGKILL') killed++
      await expectWhole(host)
      // Now and then the host comes to rest in between, so that later rounds start from deltas.
      if (round % 4 === 3) {
        expect(await runBailiwick(['agent', 'pull', '--config', host.config])).toMatchObject({
          code: 0,
        })
        expect((await statusOf(host)).state).toBe(stateOf(lines))
      }
    }
    expect(killed).toBeGreaterThan(ROUNDS / 4)
    const last = await runBailiwick(['agent', 'pull', '--config', host.config])
    expect(last).toMatchObject({ code: 0, stderr: '' })
    await expectWhole(host)
    const fresh = makeHost('fresh-', root, source.url)
    await runBailiwick(['agent', 'pull', '--config', fresh.config])
    expect(await statusOf(host)).toMatchObject({
      state: stateOf(lines),
      log: { size: authority.log?.leaves.length },
    })
    expect((await statusOf(fresh)).state).toBe(stateOf(lines))
    for (const output of ['zone', 'hosts']) {
      const followed = readFileSync(join(host.folder, output))
      expect(followed.equals(readFileSync(join(fresh.folder, output)))).toBe(true)
    }
  },
  process.env['SLOW'] ? 900_000 : 120_000,
)
