import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { takeLock } from '../../src/agent/lock.ts'
import type { AgentStatus } from '../../src/agent/status.ts'
import { COMMAND, runBailiwick, type Ran } from '../support/bailiwick-command.ts'
import { entryLine, sortLines } from '../support/lines.ts'
import { createMockAuthority, type MockAuthority } from '../support/mock-authority.ts'
import { serveFiles, type MockSource } from '../support/mock-source.ts'

const lines = (from: number, to: number): string[] =>
  sortLines(Array.from({ length: to - from }, (_, i) => entryLine(from + i)))

interface Host {
  readonly authority: MockAuthority
  readonly source: MockSource
  readonly folder: string
  readonly config: string
  readonly agent: (...args: string[]) => Promise<Ran>
  readonly status: () => Promise<AgentStatus['lists'][number]>
}

async function openHost(change: (folder: string) => object = () => ({})): Promise<Host> {
  const authority = createMockAuthority({ lists: ['phishing'] })
  authority.publish('phishing', lines(0, 10))
  const source = await serveFiles(authority.files)
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-commands-'))
  onTestFinished(async () => {
    await source.close()
    rmSync(folder, { recursive: true, force: true })
  })
  writeFileSync(join(folder, 'root.json'), authority.root)
  const config = join(folder, 'agent.json')
  const output = { format: 'rpz', path: 'zone', check: ['test', '-s', '{file}'], reload: ['true'] }
  writeFileSync(
    config,
    JSON.stringify({
      source: source.url,
      root: 'root.json',
      state: 'state',
      metricsFile: 'agent.prom',
      jitterSeconds: 0,
      lists: [{ id: 'phishing', limits: { maxShrink: 0.2 }, outputs: [output] }],
      ...change(folder),
    }),
  )
  const agent = (verb = '', ...args: string[]): Promise<Ran> =>
    runBailiwick(['agent', verb, '--config', config, ...args])
  return {
    authority,
    source,
    folder,
    config,
    agent,
    status: async () => {
      const { stdout } = await agent('status', '--json')
      const [list] = (JSON.parse(stdout) as AgentStatus).lists
      if (!list) throw new Error(stdout)
      return list
    },
  }
}

describe('agent pull', () => {
  test('says what it did, and has an exit code for each end', async () => {
    const { agent, source, authority } = await openHost()
    expect(await agent('pull')).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(
        /^phishing: serial 1, 10 entries, by snapshot, wrote .*zone\n$/,
      ) as string,
    })
    authority.publish('phishing', lines(0, 11))
    const { stdout } = await agent('pull', '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      lists: [{ id: 'phishing', serial: 2, entries: 11, by: 'delta', lastError: null }],
    })
    await source.close()
    expect(await agent('pull')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^bailiwick: phishing: kept serial 2: .*\(fetch\/unreachable\)\n$/,
      ) as string,
    })
  })

  test('lets a change past the limits through when it is told to', async () => {
    const { agent, authority } = await openHost()
    await agent('pull')
    authority.publish('phishing', lines(0, 5))
    expect(await agent('pull')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--accept-change phishing@2') as string,
    })
    expect((await agent('pull', '--accept-change', 'phishing@2')).code).toBe(0)
  })

  test.each([
    [['--accept-change', 'phising'], 'try phishing'],
    [['--accept-change', 'phishing@two'], 'expected a serial after "@", got "two"'],
    [['--accept-chang', 'x'], 'Did you mean --accept-change'],
    [['more'], 'too many arguments'],
  ])('with the wrong arguments %j says so and ends with 2', async (args, sentence) => {
    const { agent } = await openHost()
    const ran = await agent('pull', ...args)
    expect(ran.code).toBe(2)
    expect(ran.stderr).toContain(sentence)
  })

  test('with a wrong configuration ends with 2, before it touches anything', async () => {
    const { agent, folder } = await openHost(() => ({ shedule: '' }))
    const ran = await agent('pull')
    expect(ran.code).toBe(2)
    expect(ran.stderr).toContain('unknown property "shedule", did you mean "schedule"?')
    expect(existsSync(join(folder, 'state'))).toBe(false)
  })

  test('without its root, its token or its lock ends with 3', async () => {
    const { agent, folder, config } = await openHost()
    rmSync(join(folder, 'root.json'))
    expect(await agent('pull')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('root.json') as string,
    })
    const { release } = takeLock(join(folder, 'state'))
    expect(await agent('pull')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('(agent/locked)') as string,
    })
    release()
    const text = readFileSync(config, 'utf8')
    writeFileSync(config, text.replace('{', '{"tokenFile":"token",'))
    expect(await agent('pull')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('token') as string,
    })
  })

  test('calls the operator when a list begins to fail and when the failure changes, not each time', async () => {
    const { agent, folder, source } = await openHost((folder) => ({
      // The shell is the operator's own choice.
      onFailure: [
        'sh',
        '-c',
        'echo "$1 $2 $3" >> "$0"',
        join(folder, 'calls'),
        '{list}',
        '{code}',
        '{serial}',
      ],
    }))
    const path = join(folder, 'calls')
    const calls = (): string[] =>
      existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []
    await agent('pull')
    expect(calls()).toEqual([])
    source.intercept = (_, response) => {
      response.writeHead(500).end()
      return true
    }
    await agent('pull')
    await agent('pull')
    expect(calls()).toEqual(['phishing fetch/failed 1'])
    await source.close()
    await agent('pull')
    expect(calls()).toEqual(['phishing fetch/failed 1', 'phishing fetch/unreachable 1'])
  })
})

describe('agent status', () => {
  test('shows what is applied, and ends with 1 when something is wrong', async () => {
    const { agent, source } = await openHost()
    expect(await agent('status')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('nothing applied') as string,
    })
    await agent('pull')
    const fine = await agent('status')
    expect(fine.code).toBe(0)
    expect(fine.stdout).toMatch(
      /^LIST +SERIAL +ENTRIES +APPLIED +FRESH UNTIL +STATE\nphishing +1 +10 .* fine\n$/,
    )
    await source.close()
    await agent('pull')
    const failing = await agent('status')
    expect(failing.code).toBe(1)
    expect(failing.stdout).toMatch(/failing\nphishing: .*\(fetch\/unreachable, since /)
  })

  test('has the names of the contract in its JSON', async () => {
    const { agent, status } = await openHost()
    await agent('pull')
    const list = await status()
    expect(list).toMatchObject({
      id: 'phishing',
      serial: 1,
      entries: 10,
      lastError: null,
      isStale: false,
    })
    expect(list.state).toMatch(/^[0-9a-f]{64}$/)
    expect(new Date(list.appliedAt ?? '').getTime()).toBeGreaterThan(Date.now() - 60_000)
    expect(new Date(list.freshUntil ?? '').getTime()).toBeGreaterThan(Date.now())
  })
})

test('the metrics file has the figures of the last pull', async () => {
  const { agent, folder, source } = await openHost()
  await agent('pull')
  const metrics = (): string => readFileSync(join(folder, 'agent.prom'), 'utf8')
  expect(metrics()).toMatch(
    /^# HELP bailiwick_agent_serial .*\n# TYPE bailiwick_agent_serial gauge\n/,
  )
  expect(metrics()).toContain('bailiwick_agent_serial{list="phishing"} 1\n')
  expect(metrics()).toContain('bailiwick_agent_entries{list="phishing"} 10\n')
  expect(metrics()).toContain('bailiwick_agent_failing{list="phishing"} 0\n')
  expect(metrics()).toContain('bailiwick_agent_source_down 0\n')
  await source.close()
  await agent('pull')
  expect(metrics()).toContain('bailiwick_agent_failing{list="phishing"} 1\n')
  expect(metrics()).toContain('bailiwick_agent_source_down 1\n')
  expect(metrics()).not.toMatch(/NaN|undefined|null/)
})

describe('agent run', () => {
  test('follows by schedule, logs JSON, and stops in order when asked', async () => {
    const { authority, config, folder, status } = await openHost(() => ({
      schedule: '* * * * * *',
    }))
    const child = spawn(process.execPath, [COMMAND, 'agent', 'run', '--config', config], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    let log = ''
    child.stderr.on('data', (text: Buffer) => (log += text.toString()))
    await expect.poll(async () => (await status()).serial, { timeout: 20_000 }).toBe(1)
    authority.publish('phishing', lines(0, 12))
    await expect.poll(async () => (await status()).serial, { timeout: 20_000 }).toBe(2)
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    const said = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { level: string; msg: string })
    expect(said[0]).toMatchObject({ level: 'info', msg: 'the agent runs' })
    expect(said.at(-1)).toMatchObject({ msg: 'the agent has stopped' })
    expect(said.filter((line) => line.msg === 'applied a new serial')).toHaveLength(2)
    expect(existsSync(join(folder, 'state/lock'))).toBe(false)
  })

  test('breaks off a download when it is stopped', async () => {
    const { config, source, folder } = await openHost()
    let asked = (): void => undefined
    const isAsked = new Promise<void>((resolve) => (asked = resolve))
    source.intercept = () => {
      asked()
      return true
    }
    const child = spawn(process.execPath, [COMMAND, 'agent', 'run', '--config', config], {
      stdio: 'ignore',
    })
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    await isAsked
    child.kill('SIGINT')
    expect(await ended).toBe(0)
    expect(existsSync(join(folder, 'state/lock'))).toBe(false)
  })

  test('refuses a schedule that is none', async () => {
    const { agent } = await openHost(() => ({ schedule: 'hourly' }))
    expect(await agent('run')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining(
        'schedule: expected a cron expression, got "hourly"',
      ) as string,
    })
  })
})
