import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkEvents } from '../../src/core/check-events.ts'
import type { ChainEvent } from '../../src/core/event.ts'
import { dataPaths } from '../../src/platform/data-folder.ts'
import { openStore } from '../../src/store/open-store.ts'
import { COMMAND, runBailiwick, type Ran } from '../support/bailiwick-command.ts'
import { runCommand } from '../support/run-command.ts'
import { definitionOf } from '../support/store-builders.ts'

const TIMEOUT_MS = 120_000
let folder: string
let data: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-'))
  data = join(folder, 'data')
  await ran('init', '--insecure-plain-keys')
  await apply('phishing')
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function run(...words: readonly string[]): Promise<Ran> {
  return runCommand(['--data', data, '--actor', 'alice', ...words])
}

async function ran(...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...words)
  expect([code, code === 0 ? '' : stderr]).toEqual([0, ''])
  return stdout
}

async function apply(id: string, changes: object = {}): Promise<void> {
  const { title, authority, guard } = definitionOf(id)
  writeFileSync(
    join(folder, 'list.json'),
    JSON.stringify({ id, title, authority, guard, ...changes }),
  )
  await ran('list', 'apply', join(folder, 'list.json'))
}

async function events(...words: readonly string[]): Promise<ChainEvent[]> {
  return JSON.parse(await ran('events', 'ls', '--json', ...words)) as ChainEvent[]
}

async function acts(): Promise<string[]> {
  return (await events('--limit', '1000')).map(({ act, actor }) => `${act} ${actor}`)
}

test(
  'every command that does something is told, by whoever ran it',
  { timeout: TIMEOUT_MS },
  async () => {
    const began = await acts()
    expect(began).toEqual([
      ...['chain-began alice', ...Array<string>(6).fill('key-made alice'), 'key-used alice'],
      ...['definition alice', 'key-made alice', 'key-used alice'],
    ])
    const told = async (
      expected: readonly string[],
      ...words: readonly string[]
    ): Promise<void> => {
      const before = (await acts()).length
      await run(...words)
      expect((await acts()).slice(before), words.join(' ')).toEqual(expected)
    }
    const reason = ['--reason', 'a test'] as const
    await told(['decision alice'], 'entry', 'add', 'phishing', 'a.example', ...reason)
    await told([], 'entry', 'add', 'phishing', 'a.example', ...reason)
    await told(['key-used alice', 'publication alice'], 'publish')
    await told([], 'publish')
    const mirror = (entries: number): string[] => {
      const file = join(folder, `${entries}.txt`)
      const names = Array.from({ length: entries }, (_, i) => `n${i}.example\n`)
      writeFileSync(file, names.join(''))
      return ['entry', 'import', 'phishing', file, '--mode', 'mirror', ...reason]
    }
    await told(['decision alice'], ...mirror(10))
    await told(['publication-refused alice'], 'publish')
    await told([], 'publish')
    await told(['decision-refused alice'], ...mirror(2))
    await told([], ...mirror(2), '--dry-run')
    await told(['decision alice', 'override alice'], ...mirror(9), '--accept-shrink', 'it is right')
    await told(['publication-refused alice'], 'publish')
    await told([], 'publish', '--dry-run')
    await told(
      ['key-used alice', 'publication alice', 'override alice'],
      ...['publish', '--override', 'it is right'],
    )
    await told(['export alice'], 'export', 'phishing', '--format', 'hosts')
    await told(
      ['export alice', 'key-used alice'],
      'export',
      'phishing',
      '--format',
      'hosts',
      '--signify',
      '-o',
      join(folder, 'hosts'),
    )
    const policy = join(folder, 'policy.txt')
    writeFileSync(policy, `# ours\n${await ran('log', 'policy')}`)
    await told(['log-policy alice', 'key-used alice'], 'log', 'policy', policy)
    await told(['key-rotated alice', 'key-used alice'], 'key', 'rotate', 'timestamp')
    await told(['key-added alice', 'key-used alice'], 'key', 'add', 'root')
    await told(['subscriber-added alice'], 'subscriber', 'add', 'isp', '--lists', 'phishing')
    await told(
      ['subscriber-changed alice'],
      'subscriber',
      'set',
      'isp',
      '--networks',
      '192.0.2.0/24',
    )
    await told(['subscriber-rotated alice'], 'subscriber', 'rotate', 'isp')
    await told(['subscriber-old-revoked alice'], 'subscriber', 'revoke', 'isp', '--old')
    await told(['subscriber-revoked alice'], 'subscriber', 'revoke', 'isp')
    await told(['export alice'], 'subscriber', 'export', '-o', join(folder, 'subscribers.json'))
    await told(
      ['decision alice', 'review-opened alice', 'key-used alice', 'publication alice'],
      ...['entry', 'retire', 'phishing', 'n0.example', '--urgent', ...reason],
    )
    await told(['review-done alice'], 'review', 'done', '1', '--outcome', 'retired', ...reason)
    await told(['review-opened alice'], 'review', 'ask', 'phishing', 'n1.example', ...reason)
    await told([], 'review', 'run')
    await apply('phishing', { approvals: { needed: 2, organisations: 1 } })
    await told(['proposal alice'], 'entry', 'add', 'phishing', 'c.example', ...reason)
    await told(['proposal-commented alice'], 'decision', 'comment', 'p1', 'who?')
    await told([], 'decision', 'approve', 'p1')
    await told(
      ['decision-refused alice'],
      ...['entry', 'add', 'phishing', 'd.example', '--urgent', ...reason],
    )
    await told(['decision-refused alice'], ...mirror(2))
    await told([], ...mirror(2), '--dry-run')
    expect(await ran('events', 'check')).toBe('ok    the chain of decisions is whole\n')
  },
)

test(
  'an auditor checks the file alone; whoever changed it, or the rows, is found',
  { timeout: TIMEOUT_MS },
  async () => {
    await ran('entry', 'add', 'phishing', 'a.example', '--reason', 'line\u009b one')
    const file = join(folder, 'events.jsonl')
    await ran('events', 'export', '-o', file)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
    expect(checkEvents(lines)).toEqual([])
    const all = await events('--limit', '1000')
    expect(lines.slice(1).map((line) => JSON.parse(line) as unknown)).toEqual(all)
    expect(all.at(-1)).toMatchObject({ act: 'export', subject: { format: 'events', output: file } })
    expect(await events('--from', '2', '--limit', '3')).toEqual(all.slice(1, 4))
    expect(await events('--limit', '3')).toEqual(all.slice(-3))
    const table = (await ran('events', 'ls', '--limit', '2')).split('\n')
    expect(table[0]).toMatch(/^NUMBER +AT +ACTOR +ACT +SUBJECT$/)
    expect(table).toHaveLength(4)

    const { number, hash } = all.at(-2)!
    const check = (...words: readonly string[]): Promise<Ran> => run('events', 'check', ...words)
    expect((await check(file)).code).toBe(0)
    expect((await check(file, '--head', `${number}:${hash}`)).code).toBe(0)
    const wrong = await check(file, '--json', '--head', `${number}:${'0'.repeat(64)}`)
    expect(wrong.code).toBe(1)
    expect(JSON.parse(wrong.stdout)).toEqual([
      { code: 'event/head', place: `event ${number}`, expected: '0'.repeat(64), got: hash },
    ])
    expect((await check(file, '--head', '7')).code).toBe(2)
    const cut = join(folder, 'cut.jsonl')
    writeFileSync(
      cut,
      lines
        .slice(0, -1)
        .map((line) => `${line}\n`)
        .join(''),
    )
    const found = await check(cut)
    expect([found.code, found.stdout]).toEqual([
      1,
      expect.stringMatching(/^bad {3}the last event: expected event .* \(event\/head\)\n$/),
    ])
    expect((await check(join(folder, 'nothing.jsonl'))).code).toBe(3)

    const sqlite = new Database(dataPaths(data).database)
    sqlite.exec("DROP TRIGGER decisions_no_update; UPDATE decisions SET reason = 'another'")
    sqlite.close()
    const edited = await check()
    expect([edited.code, edited.stdout]).toEqual([
      1,
      expect.stringMatching(/^bad {3}decision 1: expected .* \(event\/decision\)\n$/),
    ])
    const doctor = await run('doctor')
    expect(doctor.code).toBe(1)
    expect(doctor.stdout).toContain('bad   chain of decisions: decision 1: ')
  },
)

test(
  'a restored authority goes on with its chain, and tells of the restoration',
  { timeout: TIMEOUT_MS },
  async () => {
    await ran('entry', 'add', 'phishing', 'a.example', '--reason', 'a test')
    await ran('publish')
    const before = await events('--limit', '1000')
    await ran('backup', join(folder, 'one.backup'))
    await ran('entry', 'add', 'phishing', 'lost.example', '--reason', 'a test')
    data = join(folder, 'restored')
    await ran('restore', join(folder, 'one.backup'))
    const after = await events('--limit', '1000')
    expect(after.slice(0, before.length)).toEqual(before)
    expect(after[before.length]).toMatchObject({
      ...{ act: 'restored', actor: 'alice' },
      subject: { lists: [{ list: 'phishing', serial: 1 }] },
    })
    await ran('events', 'check')
  },
)

test(
  'two processes that write at once, and some that are killed, neither fork the chain nor leave a gap',
  { timeout: TIMEOUT_MS },
  async () => {
    const first = openStore(dataPaths(data).database)
    const { number } = first.events.head()
    first.close()
    const add = async (who: string): Promise<void> => {
      for (let i = 0; i < 6; i++) {
        const words = ['entry', 'add', 'phishing', `${who}${i}.example`, '--reason', 'a test']
        const { code, stderr } = await runBailiwick(['--data', data, '--actor', 'alice', ...words])
        expect([code, code === 0 ? '' : stderr]).toEqual([0, ''])
      }
    }
    const kill = async (): Promise<void> => {
      for (let i = 0; i < 6; i++) {
        const words = ['--data', data, 'entry', 'add', 'phishing', `k${i}.example`, '--reason', 'k']
        const child = spawn(process.execPath, [COMMAND, ...words], { stdio: 'ignore' })
        const closed = once(child, 'close')
        await Promise.race([sleep(150 + i * 60), closed])
        child.kill('SIGKILL')
        await closed
      }
    }
    await Promise.all([add('a'), add('b'), kill()])
    const store = openStore(dataPaths(data).database)
    const list = store.lists.find('phishing')!.rowId
    const added = store.decisions.all({ listRowId: list }).length
    expect(added).toBeGreaterThanOrEqual(12)
    expect(store.events.head().number).toBe(number + added)
    expect(store.events.check()).toEqual([])
    expect(store.entries.count(list)).toBe(added)
    store.close()
  },
)
