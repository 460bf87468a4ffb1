import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { COMMAND, runBailiwick, type Ran } from '../support/bailiwick-command.ts'
import { openLiveAuthority, type LiveAuthority } from '../support/live-authority.ts'

let authority: LiveAuthority
let folder: string
let published: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'audit-commands-'))
  authority = await openLiveAuthority({
    ...{ id: 'phishing', title: 'Phishing', authority: 'Example CERT' },
    guard: { maxGrowth: 1e9, maxShrink: 1, minEntries: 0 },
    zone: { origin: 'phishing.rpz.example' },
  })
  published = join(dirname(authority.rootFile), 'published')
  for (const name of ['a.example', 'b.example']) {
    await authority.run('entry', 'add', 'phishing', name, '--reason', 'test')
    await authority.run('publish')
  }
  await authority.run('entry', 'retire', 'phishing', 'a.example', '--reason', 'test')
  await authority.run('publish')
}, 120_000)
afterAll(async () => {
  await authority.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('verify', () => {
  test('finds nothing in a live authority, by URL and by folder', async () => {
    for (const source of [authority.url, published]) {
      const ran = await audit('verify', source, '--root', authority.rootFile, '--json')
      const report = JSON.parse(ran.stdout) as Record<string, unknown>
      expect(report['findings']).toEqual([])
      expect(report).toMatchObject({ isWhole: true, counts: { manifests: 3, lists: 1 } })
      expect(ran.code).toBe(0)
      const { exports } = report['counts'] as { readonly exports: number }
      expect(exports).toBe(source === published ? 0 : 11)
    }
  })

  test('tells in words what it checked, and what the auditor left to the authority', async () => {
    const ran = await audit('verify', published)
    expect(ran.stdout).toMatch(/^log .*: \d+ leaves/m)
    expect(ran.stdout).toContain('give --root')
    expect(ran.stdout).toMatch(/nothing found\n$/)
  })

  test('ends with 1 for findings, 2 for wrong usage, 3 for no source', async () => {
    const late = await audit('verify', published, '--at', '2099-01-01')
    expect(late.code).toBe(1)
    expect(late.stdout).toContain('(metadata/expired)')
    for (const args of [
      ['--at', 'noon'],
      ['--policy', '/nonexistent'],
      ['--token-file', 'x'],
    ]) {
      expect((await audit('verify', published, ...args)).code).toBe(2)
    }
    const none = await audit('verify', join(folder, 'none'))
    expect(none.code).toBe(3)
    expect(none.stderr).toContain('(audit/source)')
  })
})

test('replay writes the list at any serial', async () => {
  const lines: (readonly string[])[] = []
  for (const to of ['1', '2', '3', '2099-01-01']) {
    const output = join(folder, `replay-${to}.txt`)
    const ran = await audit(
      'replay',
      'phishing',
      '--from',
      published,
      '--to',
      to,
      '--every',
      '-o',
      output,
    )
    expect(ran.code).toBe(0)
    lines.push(readFileSync(output, 'utf8').split('\n\n')[1]?.match(/^\S+/gm) ?? [])
  }
  expect(lines).toEqual([['a.example'], ['a.example', 'b.example'], ['b.example'], ['b.example']])
  const gone = await audit(
    'replay',
    'phishing',
    '--from',
    published,
    '--to',
    '4',
    '-o',
    join(folder, 'x'),
  )
  expect(gone.code).toBe(3)
})

test('explain proves a name, and verify-proof believes it offline', async () => {
  const output = join(folder, 'a.json')
  const ran = await audit('explain', 'a.example', '--from', authority.url, '-o', output)
  expect(ran.stdout).toMatch(/a\.example came in serial 1, [^]*a\.example went in serial 3, /)
  const proven = await audit('verify-proof', output, '--root', authority.rootFile)
  expect(proven).toMatchObject({ code: 0 })
  writeFileSync(output, readFileSync(output, 'utf8').replace('"serial":3', '"serial":2'))
  expect(await audit('verify-proof', output)).toMatchObject({ code: 3 })
})

test('bundle holds all that verify needs', async () => {
  const output = join(folder, 'all.tar')
  expect((await audit('bundle', authority.url, '-o', output)).code).toBe(0)
  expect(await audit('verify', output)).toMatchObject({ code: 0 })
})

test('monitor looks once, and keeps the checkpoint', async () => {
  const config = join(folder, 'monitor.json')
  writeFileSync(config, JSON.stringify({ source: authority.url, state: 'kept' }))
  expect(await audit('monitor', '--config', config, '--once')).toMatchObject({ code: 0 })
  expect(readdirSync(join(folder, 'kept', 'checkpoints'))).toHaveLength(1)
})

test('the program of its own does the same', () => {
  const program = COMMAND.replace('bailiwick.js', 'audit-program.js')
  const { status, stdout } = spawnSync(process.execPath, [program, 'verify', published])
  expect(stdout.toString()).toMatch(/nothing found\n$/)
  expect(status).toBe(0)
})

function audit(...args: readonly string[]): Promise<Ran> {
  return runBailiwick(['audit', ...args])
}
