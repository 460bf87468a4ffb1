import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Ran } from '../support/bailiwick-command.ts'
import { runCommand } from '../support/run-command.ts'

// Every test starts several programs.
vi.setConfig({ testTimeout: 120_000 })

let folder: string
let data: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'guards-'))
  data = join(folder, 'var')
  await good('init', '--insecure-plain-keys')
  const zone = { origin: 'phishing.rpz.example' }
  const definition = { id: 'phishing', title: 'Phishing', authority: 'Example CERT', zone }
  await good('list', 'apply', write('phishing.json', JSON.stringify(definition)))
})

afterAll(() => {
  rmSync(folder, { recursive: true })
})

const run = (...args: string[]): Promise<Ran> =>
  runCommand(args, { env: { BAILIWICK_DATA: data, BAILIWICK_ACTOR: 'alice' } })

async function good(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args)
  if (code !== 0) throw new Error(`exit ${String(code)}: ${args.join(' ')}\n${stderr}`)
  return stdout
}

const json = async (...args: string[]): Promise<unknown> =>
  JSON.parse(await good(...args, '--json'))

function write(name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

const add = (value: string, ...more: string[]): string[] => [
  ...['entry', 'add', 'phishing', value, '--reason', 'a test', ...more],
]

const events = async (): Promise<{ act: string; subject: Record<string, unknown> }[]> =>
  (await json('events', 'ls', '--limit', '1000')) as never

describe('an addition', () => {
  it.each([
    ['.net', 'guard/public-suffix'],
    ['co', 'guard/public-suffix'],
    ['github.io', 'guard/private-suffix'],
    ['drive.usercontent.google.com', 'guard/shared-host'],
    ['104.16.132.229', 'guard/shared-address'],
    ['phishing.rpz.example', 'guard/own'],
    ['10.0.0.1', 'guard/special-address'],
  ])('of %s is stopped by %s', async (value, guard) => {
    const { code, stdout, stderr } = await run(...add(value))
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toContain(`(${guard})`)
    expect(stderr).toMatch(/\(guard\/stopped\)\n$/)
    expect((await events()).at(-1)).toMatchObject({
      ...{
        act: 'decision-refused',
        subject: { act: 'add', code: 'guard/stopped', list: 'phishing' },
      },
    })
  })

  it('goes on with a reason, which is recorded', async () => {
    const override = ['--override', 'the registry has asked for it']
    const { code, stderr } = await run(...add('co.uk', ...override))
    expect(code).toBe(0)
    expect(stderr).toContain('guard/public-suffix')
    expect((await events()).at(-1)).toMatchObject({
      ...{ act: 'override', subject: { list: 'phishing', reason: override[1] } },
    })
    // Nothing was overridden where nothing was stopped.
    await good(...add('harmless.example', ...override))
    expect((await events()).at(-1)).toMatchObject({ act: 'decision' })
    expect((await run(...add('co', ...override))).code).toBe(3)
  })

  it('tells that there are no top sites, until there are', async () => {
    expect((await run(...add('a.example'))).stderr).toContain('guard/popular-missing')
    const shown = await run('popular', 'show')
    expect(shown).toMatchObject({ code: 1, stderr: '' })
    expect(shown.stdout).toContain('tranco-list.eu')
    const today = new Date().toISOString().slice(0, 10)
    const sites = Array.from({ length: 2000 }, (_, i) => `${i + 1},site${i + 1}.example\n`).join('')
    const file = write('top.csv', sites)
    const load = ['popular', 'load', file, '--source', 'a test', '--date']
    expect(await good(...load, '2020-01-31')).toContain('loaded 2000 sites of a test, 2020-01-31')
    expect((await run(...add('b.example'))).stderr).toContain('guard/popular-old')
    expect((await run('popular', 'show')).code).toBe(1)
    await good(...load, today)
    expect(await good('popular', 'show')).toContain('2000')
    expect(await run(...add('c.example'))).toMatchObject({ code: 0, stderr: '' })
    expect((await run(...add('site1000.example'))).code).toBe(3)
    expect(await json(...add('site1001.example'))).toMatchObject({
      findings: [{ code: 'guard/popular', class: 'warn', count: 1, samples: ['site1001.example'] }],
    })
    expect((await run('popular', 'load', write('no.csv', 'no ranking\n'))).stderr).toContain(
      'popular/invalid',
    )
    expect((await run(...load, '2030-02-31')).code).toBe(2)
  })
})

describe('an import', () => {
  const imported = (file: string, ...more: string[]): string[] => [
    ...['entry', 'import', 'phishing', file, '--reason', 'a test', ...more],
  ]
  const sites = Array.from({ length: 800 }, (_, i) => `site${i + 1101}.example\n`).join('')

  it('of popular sites is stopped as a whole, and can be overridden', async () => {
    const file = write('sites.txt', sites)
    const dry = await run(...imported(file, '--dry-run'))
    expect(dry.code).toBe(1)
    expect(dry.stdout).toContain('guard/batch-popular 1')
    const { code, stderr } = await run(...imported(file))
    expect(code).toBe(3)
    expect(stderr).toMatch(
      /^bailiwick: .*got a stop: 800 of the 800 entries \(100 %\) take down sites/,
    )
    expect((await run(...imported(file, '--leave-out'))).code).toBe(3)
    expect(await json(...imported(file, '--override', 'it is an ads list'))).toMatchObject({
      ...{ changes: { added: 800 }, leftOut: 0, guards: { counts: { 'guard/popular': 800 } } },
    })
    expect((await events()).at(-1)).toMatchObject({
      ...{ act: 'override', subject: { reason: 'it is an ads list' } },
    })
    // Only what is new is looked at.
    expect(await json(...imported(file, '--mode', 'add'))).toMatchObject({ guards: null })
  })

  it('leaves out what is stopped, and retires nothing of it', async () => {
    const file = write('mirror.txt', `${sites}dns.google\nco.uk\nnew.example\n0.0.0.0 github.io\n`)
    expect((await run(...imported(file))).code).toBe(3)
    const before = (await json('list', 'show', 'phishing')) as { entries: number }
    expect(await json(...imported(file, '--leave-out'))).toMatchObject({
      ...{ changes: { added: 1, retired: 0 }, leftOut: 2 },
      guards: { counts: { 'guard/private-suffix': 1, 'guard/protected': 1 } },
    })
    expect(await json('list', 'show', 'phishing')).toMatchObject({ entries: before.entries + 1 })
    expect((await run('entry', 'show', 'dns.google')).code).not.toBe(0)
    expect(await json('events', 'check')).toEqual([])
  })
})

describe('the register', () => {
  it('is the shipped one until it is changed, and keeps every change', async () => {
    const shipped = (await json('register', 'ls')) as {
      state: string
      isShipped: boolean
      rows: unknown[]
    }
    expect(shipped.isShipped).toBe(true)
    expect(await good('register', 'import', '--reason', 'again')).toBe('nothing to change\n')
    expect(await json('register', 'ls')).toMatchObject({ isShipped: true, state: shipped.state })
    expect(await json('register', 'history')).toEqual([])
    const row = ['--purpose', 'authority', '--reason', 'our stop page']
    await good('register', 'add', 'Stop.Example.', ...row)
    expect((await run(...add('stop.example'))).stderr).toContain('our stop page')
    const own = (await json('register', 'ls')) as typeof shipped
    expect(own.isShipped).toBe(false)
    expect(own.rows).toHaveLength(shipped.rows.length + 1)
    expect(await good('register', 'add', 'stop.example', ...row)).toBe('nothing to change\n')
    await good('register', 'remove', 'stop.example', '--reason', 'given up')
    expect(await json('register', 'ls')).toMatchObject({ state: shipped.state })
    expect(await json('register', 'history')).toMatchObject([
      { id: 3, actor: 'alice', reason: 'given up', removed: 1, rows: [{ isRemoved: true }] },
      { id: 2, added: 1 },
      { id: 1, actor: 'bailiwick', added: shipped.rows.length, state: shipped.state },
    ])
    const again = await run('register', 'remove', 'stop.example', '--reason', 'x')
    expect(again).toMatchObject({ code: 3, stdout: '' })
    expect(again.stderr).toContain('register/not-found')
    expect(await good('register', 'import', '--reason', 'again')).toBe('nothing to change\n')
    expect(
      (await run('register', 'add', 'x.example', '--purpose', 'x', '--reason', 'x')).code,
    ).toBe(2)
    const bad = write('bad.json', '{"groups":[{"purpose":"update","reason":"x","values":["net"]}]}')
    expect((await run('register', 'import', bad, '--reason', 'x')).stderr).toContain(
      'register/invalid',
    )
    expect(await json('events', 'check')).toEqual([])
  })
})
