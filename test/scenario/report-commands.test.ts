import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Ran } from '../support/bailiwick-command.ts'
import { runCommand } from '../support/run-command.ts'

/** One authority for the whole file: the tests read like a day's work, in their order. */
vi.setConfig({ testTimeout: 120_000 })

let folder: string
let data: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'report-commands-'))
  data = join(folder, 'var')
  await good('', 'init', '--insecure-plain-keys')
  const list = { id: 'phishing', title: 'Phishing', authority: 'Example CERT', legalBasis: 'Act' }
  const both = { needed: 2, organisations: 2, retire: { needed: 1, organisations: 1 } }
  const file = write('l.json', JSON.stringify({ ...list, approvals: both }))
  await good('', 'list', 'apply', file)
  for (const [name, kind] of [
    ...([
      ['Hotline', 'hotline'],
      ['Partner', 'partner'],
    ] as const),
    ...([
      ['Example CERT', 'cert'],
      ['Police', 'police'],
    ] as const),
  ])
    await good('', 'organisation', 'add', name, '--kind', kind)
  const add = (name: string, organisation: string, ...role: string[]): Promise<string> =>
    good('anna', 'user', 'add', name, '--organisation', organisation, '--role', ...role)
  await add('anna', 'Example CERT', 'administrator', '--all-lists')
  await add('rita', 'Hotline', 'reporter', '--list', 'phishing')
  await add('sven', 'Partner', 'reporter', '--list', 'phishing')
  await add('carol', 'Example CERT', 'curator', '--list', 'phishing')
  await add('bea', 'Police', 'approver', '--list', 'phishing')
}, 120_000)

afterAll(() => {
  rmSync(folder, { recursive: true })
})

const run = (actor: string, ...args: string[]): Promise<Ran> =>
  runCommand(args, {
    env: { BAILIWICK_DATA: data, BAILIWICK_ACTOR: actor === '' ? undefined : actor },
  })

async function good(actor: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(actor, ...args)
  if (code !== 0) throw new Error(`exit ${String(code)}: ${args.join(' ')}\n${stderr}`)
  return stdout
}

const json = async (actor: string, ...args: string[]): Promise<unknown> =>
  JSON.parse(await good(actor, ...args, '--json')) as unknown

/** The code of the fault with which a command ends. */
async function faultOf(actor: string, ...args: string[]): Promise<string> {
  const { code, stderr } = await run(actor, ...args)
  return /\(([a-z-]+\/[a-z-]+)\)\n/.exec(stderr)?.[1] ?? `exit ${String(code)}`
}

function write(name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

describe('a hotline', () => {
  it('reports one, once', async () => {
    const add = ['report', 'add', 'Login.Bad.example', '--id', 'T-1', '--reason', 'imitates a bank']
    const told = {
      report: 'r1',
      value: 'login.bad.example',
      state: 'open',
      organisation: 'Hotline',
    }
    expect(await json('rita', ...add)).toMatchObject({ outcome: 'received', ...told })
    expect(await json('rita', ...add)).toMatchObject({ outcome: 'known', ...told })
    expect(await good('rita', ...add)).toMatch(
      /^r1 for phishing: login\.bad\.example \(domain\), open\nreceived at .* from rita of Hotline, id T-1: imitates a bank\n$/,
    )
    expect(await faultOf('rita', ...add, '--category', 'bank')).toBe('report/conflict')
    expect(await faultOf('rita', 'report', 'add', 'net', '--reason', 'x')).toBe('name/invalid')
    expect(await faultOf('anna', ...add)).toBe('user/refused')
    expect(await faultOf('nobody', ...add)).toBe('user/actor')
    expect(await faultOf('rita', 'report', 'add', 'x.example')).toBe('usage/invalid')
  })

  it('and another many, of which each has its outcome', async () => {
    const lines = [
      { externalId: 'a', value: 'a.example', reason: 'a bank' },
      { externalId: 'b', value: 'login.bad.example', reason: 'a bank' },
      { externalId: 'c', value: 'not a name', reason: 'a bank' },
      { externalId: 'd', value: 'd.example' },
    ]
    const file = write('r.jsonl', lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    const first = await run('sven', 'report', 'import', file)
    expect([first.code, first.stdout.split('\n').slice(0, 2)]).toEqual([
      1,
      [
        'received 2, of them duplicates 1; known 0; refused 2',
        expect.stringMatching(/^ {2}report 3: .* \(name\/invalid\)$/),
      ],
    ])
    const again = await run('sven', 'report', 'import', file, '--json')
    expect(JSON.parse(again.stdout)).toMatchObject([
      { externalId: 'a', outcome: 'known', report: 'r2', state: 'open' },
      { externalId: 'b', outcome: 'known', report: 'r3', state: 'duplicate' },
      { externalId: 'c', outcome: 'refused', error: { code: 'name/invalid' } },
      { externalId: '', outcome: 'refused', error: { code: 'report/invalid' } },
    ])
    const page = write('page.html', '<html></html>\n')
    expect(await faultOf('sven', 'report', 'import', page)).toBe('report/invalid')
  })

  it('sees its own alone', async () => {
    const ids = async (actor: string, ...args: string[]): Promise<string[]> =>
      ((await json(actor, 'report', 'ls', ...args)) as { report: string }[]).map((r) => r.report)
    expect(await ids('rita')).toEqual(['r1'])
    expect(await ids('sven')).toEqual(['r3', 'r2'])
    expect(await ids('sven', '--id', 'a')).toEqual(['r2'])
    expect(await ids('carol', '--state', 'open')).toEqual(['r1', 'r2'])
    expect(await ids('carol', '--state', 'open', '--after', 'r1')).toEqual(['r2'])
    expect(await ids('anna', '--limit', '1')).toEqual(['r3'])
    expect(await faultOf('rita', 'report', 'show', 'r3')).toBe('report/not-found')
    expect(await faultOf('rita', 'report', 'ls', '--after', '1')).toBe('usage/invalid')
    expect(await good('sven', 'report', 'show', 'r3')).toContain('duplicate of an earlier report\n')
    expect(await good('carol', 'report', 'ls', '--state', 'duplicate')).toMatch(
      /^ID .*\nr3 .* duplicate of r1 {2}a bank\n$/,
    )
  })
})

describe('a curator', () => {
  it('makes one proposal of several, which their reporters see decided', async () => {
    expect(await faultOf('rita', 'report', 'propose', 'r1')).toBe('user/refused')
    expect(await json('carol', 'report', 'propose', 'r1', 'r2')).toMatchObject({
      ...{ list: 'phishing', reports: ['r1', 'r2', 'r3'], listed: [] },
      outcome: { proposal: 'p1', state: 'open' },
    })
    expect(await good('sven', 'report', 'show', 'r3')).toContain('proposed as p1\n')
    const warned = ['--acknowledge', 'guard/popular-missing']
    await run('carol', 'decision', 'approve', 'p1', ...warned)
    await good('bea', 'decision', 'approve', 'p1', ...warned)
    expect(await good('sven', 'report', 'show', 'r3')).toContain('listed by decision 1\n')
    expect(await faultOf('carol', 'report', 'propose', 'r1')).toBe('report/settled')
    expect(await good('carol', 'report', 'show', 'r1')).toMatch(
      /\n.*Z {2}proposed \(p1\) by carol of Example CERT\n$/,
    )
  })

  it('rejects with a reason, and a hotline takes its own back', async () => {
    await good('rita', 'report', 'add', 'x.example', '--id', 'x', '--reason', 'a shop')
    await good('rita', 'report', 'add', 'y.example', '--id', 'y', '--reason', 'a shop')
    expect(await faultOf('carol', 'report', 'reject', 'r4')).toBe('usage/invalid')
    expect(await good('carol', 'report', 'reject', 'r4', '--reason', 'parked')).toBe(
      'phishing: r4 rejected\n',
    )
    expect(await good('rita', 'report', 'show', 'r4')).toContain('rejected: parked\n')
    expect(await faultOf('sven', 'report', 'withdraw', 'r5')).toBe('report/not-found')
    expect(await good('rita', 'report', 'withdraw', 'r5')).toBe('phishing: r5 withdrawn\n')
    expect(await json('anna', 'report', 'ls', '--state', 'withdrawn')).toMatchObject([
      { report: 'r5', acts: [{ act: 'withdrawn', actor: 'rita', organisation: 'Hotline' }] },
    ])
    expect(await good('anna', 'doctor')).not.toContain('event/')
  })
})
