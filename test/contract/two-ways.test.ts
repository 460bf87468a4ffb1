import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openAppeal } from '../../src/main/appeals/open-appeal.ts'
import { withStore } from '../../src/main/find-list.ts'
import type { Ran } from '../support/bailiwick-command.ts'
import { openTwoWays, type TwoWays } from '../support/two-ways.ts'

/** Each deed of the command line on both of its ways: what it prints, its exit code, and the events that it leaves. The tests follow each other. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

let world: TwoWays

beforeAll(async () => {
  const approvals = { needed: 1, organisations: 1, retire: { needed: 2, organisations: 1 } }
  const list = { id: 'phishing', title: 'Phishing', authority: 'Example CERT', approvals }
  world = await openTwoWays({ ...list, legalBasis: 'Act, art. 1', categories: ['phishing'] }, [
    ...([['cora', 'Hotline', 'curator']] as const),
    ...([['carl', 'Police', 'curator']] as const),
    ...([['arno', 'Police', 'approver']] as const),
    ...([['pia', 'Court', 'publisher']] as const),
    ...([['rita', 'Hotline', 'reporter']] as const),
    ...([['otto', 'Court', 'auditor']] as const),
  ])
})

afterAll(async () => {
  await world.close()
})

/** With what can't be the same put out: times, chance, and what follows from them. */
function plain({ code, stdout, stderr }: Ran): Ran {
  return { code, stdout: evened(stdout), stderr: evened(stderr) }
}

function evened(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z/g, 'TIME')
    .replaceAll(/\b[0-9a-f]{64}\b|\b[0-9a-f]+…/g, 'HASH')
    .replaceAll(/\bbl[a-z]_[A-Za-z0-9_-]{20,}/g, 'SECRET')
    .replaceAll(/"secondsSince": \d+|\d+ s ago/g, 'SINCE')
}

/** On both ways the same, the events included. */
async function alike(user: string, ...words: readonly string[]): Promise<Ran> {
  const here = plain(await world.here(user, ...words))
  const there = plain(await world.there(user, ...words))
  expect(there, words.join(' ')).toEqual(here)
  expect(await eventsOf('there'), words.join(' ')).toEqual(await eventsOf('here'))
  return there
}

async function eventsOf(way: 'here' | 'there'): Promise<unknown> {
  return JSON.parse(evened(JSON.stringify(await world.events(way)))) as unknown
}

/** Done, and said alike; as text and as JSON where it only looks. */
async function looks(user: string, ...words: readonly string[]): Promise<string> {
  const json = await alike(user, ...words, '--json')
  expect([json.code, json.stderr]).toEqual([0, ''])
  const text = await alike(user, ...words)
  expect([text.code, text.stderr]).toEqual([0, ''])
  return text.stdout
}

async function does(user: string, ...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await alike(user, ...words)
  expect(code, stderr).toBe(0)
  return stdout
}

async function refuses(code: string, user: string, ...words: readonly string[]): Promise<void> {
  const here = await world.here(user, ...words)
  const there = await world.there(user, ...words)
  expect(there.stderr, words.join(' ')).toContain(`(${code})`)
  expect(here.stderr, words.join(' ')).toContain(`(${code})`)
  expect(there.code).toBe(here.code)
  expect(await eventsOf('there'), words.join(' ')).toEqual(await eventsOf('here'))
}

const WHY = ['--reason', 'imitates a bank', '--acknowledge', 'guard/popular-missing'] as const

describe('publishing', () => {
  it('says what would be published, publishes, and has nothing left', async () => {
    for (const value of ['one.example', 'two.example']) {
      await does('cora', 'entry', 'add', 'phishing', value, '--reference', 'ab12', ...WHY)
    }
    expect(await looks('pia', 'publish', '--dry-run')).toContain('serial 1 would be published')
    expect(await does('pia', 'publish', 'phishing')).toBe(
      'phishing: serial 1 is published: 2 entries, +2 -0\n',
    )
    await does('pia', 'publish', '--json')
    await does('cora', 'entry', 'add', 'phishing', 'three.example', '--reference', 'ab13', ...WHY)
    await does('pia', 'publish', '--json', '--override', 'a test')
  })

  it('is refused to who may not, before anything is done', async () => {
    await refuses('user/refused', 'cora', 'publish')
    await refuses('user/refused', 'cora', 'publish', 'phishing')
    await refuses('user/refused', 'root', 'publish')
    await refuses('list/not-found', 'pia', 'publish', 'nowhere')
    await refuses('usage/invalid', 'pia', 'publish', '--override', '')
  })
})

describe('lists, decisions, entries and events', () => {
  it('are shown alike', async () => {
    expect(await looks('cora', 'list', 'ls')).toMatch(/phishing +public +3 +2 /)
    expect(await looks('cora', 'list', 'show', 'phishing')).toMatch(/place +phishing/)
    expect(await looks('cora', 'decision', 'ls')).toMatch(/^3 /m)
    await looks('cora', 'decision', 'ls', '--list', 'phishing', '--limit', '1')
    expect(await looks('cora', 'decision', 'show', '1')).toContain('decision 1: add on phishing')
    expect(await looks('cora', 'entry', 'show', 'www.one.example')).toContain('since serial 1')
    await looks('cora', 'entry', 'show', 'three.example', '--list', 'phishing', '--at', '2')
    await looks('otto', 'events', 'ls', '--limit', '3')
    await looks('otto', 'events', 'ls', '--from', '31', '--limit', '2')
  })

  it('are missed and refused alike', async () => {
    await refuses('list/not-found', 'cora', 'list', 'show', 'nowhere')
    await refuses('decision/not-found', 'cora', 'decision', 'show', '99')
    await refuses('decision/not-found', 'cora', 'decision', 'show', 'nonsense')
    await refuses('entry/not-found', 'cora', 'entry', 'show', 'none.example')
    await refuses('name/invalid', 'cora', 'entry', 'show', 'not a name')
    await refuses('list/not-found', 'cora', 'entry', 'show', 'one.example', '--list', 'nowhere')
    const at = ['entry', 'show', 'one.example', '--list', 'phishing', '--at'] as const
    await refuses('snapshot/not-found', 'cora', ...at, '7')
    await refuses('usage/invalid', 'cora', ...at, 'yesterday')
  })
})

describe('reports', () => {
  const add = (value: string, id: string) =>
    [
      'report',
      'add',
      value,
      '--list',
      'phishing',
      '--id',
      id,
      '--reason',
      'a victim wrote',
    ] as const

  it('are handed in, shown, answered and proposed', async () => {
    await does('rita', ...add('bad.example', 'T1'))
    await does('rita', ...add('bad.example', 'T1'), '--json')
    await does('cora', ...add('bad.example', 'T1'))
    await does('rita', ...add('www.one.example', 'T2'), '--json')
    await does('rita', ...add('worse.example', 'T3'))
    await does('rita', ...add('parked.example', 'T4'))
    const file = join(world.folder, 'reports.jsonl')
    const line = (externalId: string, value: string) =>
      JSON.stringify({ externalId, value, list: 'phishing', reason: 'as well' })
    writeFileSync(file, `${line('T5', 'fifth.example')}\nnonsense\n${line('T6', 'not a name')}\n`)
    const handed = await alike('rita', 'report', 'import', file)
    expect([handed.code, handed.stdout]).toEqual([1, expect.stringContaining('refused 2')])
    await alike('rita', 'report', 'import', file, '--json')
    await looks('rita', 'report', 'ls')
    await looks('cora', 'report', 'ls', '--state', 'open', '--limit', '2')
    await looks('rita', 'report', 'ls', '--id', 'T3')
    await looks('cora', 'report', 'show', 'r1')
    await looks('rita', 'report', 'show', 'r2')
    await does('cora', 'report', 'reject', 'r4', '--reason', 'a parked page')
    await does('rita', ...add('parked.example', 'T7'))
    await looks('rita', 'report', 'show', 'r4')
    await does('rita', 'report', 'withdraw', 'r5', '--reason', 'a mistake', '--json')
    const propose = ['report', 'propose', 'r1', 'r3', '--reference', 'rp1'] as const
    await does('cora', ...propose, '--acknowledge', 'guard/popular-missing')
    await looks('cora', 'report', 'show', 'r3')
  })

  it('are missed and refused alike', async () => {
    await refuses('report/not-found', 'rita', 'report', 'show', 'r99')
    await refuses('report/not-found', 'rita', 'report', 'show', 'nonsense')
    await refuses('report/settled', 'cora', 'report', 'reject', 'r1', '--reason', 'no')
    await refuses('user/refused', 'rita', 'report', 'reject', 'r6', '--reason', 'no')
    await refuses('report/not-found', 'cora', 'report', 'propose', 'r99')
    await refuses('report/not-found', 'cora', 'report', 'withdraw', 'nonsense')
    await refuses('name/invalid', 'rita', ...add('not a name', 'T9'))
    await refuses('user/refused', 'pia', ...add('x.example', 'T9'))
    await refuses('report/conflict', 'rita', ...add('other.example', 'T1'))
    await refuses('list/not-found', 'cora', 'report', 'ls', '--list', 'nowhere')
  })
})

describe('reviews', () => {
  it('are asked for, shown and ended', async () => {
    const ask = ['review', 'ask', 'phishing', 'one.example', '--reason', 'its owner wrote'] as const
    expect(await does('cora', ...ask)).toBe('one.example (domain): review 1\n')
    await does('cora', ...ask, '--json')
    await looks('cora', 'review', 'ls')
    await looks('cora', 'review', 'ls', '--open', '--list', 'phishing', '--cause', 'asked')
    await looks('cora', 'review', 'show', '1')
    await does('cora', 'review', 'done', '1', '--outcome', 'kept', '--reason', 'still there')
    await looks('cora', 'review', 'show', '1')
    await does('carl', 'review', 'ask', 'phishing', 'two.example', '--reason', 'gone?')
    const done = ['review', 'done', '2', '--outcome', 'retired', '--reason', 'gone'] as const
    expect(await does('carl', ...done)).toContain('proposed to retire 1 entries: p')
    const urgent = ['entry', 'retire', 'phishing', 'three.example', '--reason', 'x', '--urgent']
    await does('cora', ...urgent)
    await looks('cora', 'review', 'ls')
    await looks('cora', 'review', 'show', '3')
  })

  it('are missed and refused alike', async () => {
    await refuses('review/not-found', 'cora', 'review', 'show', '99')
    const done = (id: string, ...more: readonly string[]) =>
      ['review', 'done', id, '--outcome', 'kept', '--reason', 'x', ...more] as const
    await refuses('review/not-found', 'cora', ...done('99'))
    await refuses('review/done', 'cora', ...done('1'))
    await refuses('user/refused', 'otto', ...done('2'))
    await refuses(
      'user/refused',
      'pia',
      'review',
      'ask',
      'phishing',
      'one.example',
      '--reason',
      'x',
    )
    await refuses(
      'entry/not-found',
      'cora',
      'review',
      'ask',
      'phishing',
      'no.example',
      '--reason',
      'x',
    )
    await refuses('review/outcome', 'cora', ...done('3'))
    await refuses('review/outcome', 'cora', ...done('2', '--review-on', 'nonsense'))
  })
})

describe('the register', () => {
  it('is shown and changed', async () => {
    expect(await looks('cora', 'register', 'ls', '--purpose', 'resolver')).toContain('resolver')
    const add = ['register', 'add', 'Stop.example', '--purpose', 'authority', '--reason', 'ours']
    await does('root', ...add)
    await does('root', ...add, '--json')
    await does('root', 'register', 'remove', 'stop.example', '--reason', 'given up', '--json')
    await does('root', 'register', 'import', '--reason', 'the new version')
    await alike('cora', 'register', 'history')
  })

  it('is refused alike', async () => {
    const add = (value: string) =>
      ['register', 'add', value, '--purpose', 'authority', '--reason', 'ours'] as const
    await refuses('user/refused', 'cora', ...add('x.example'))
    await refuses('register/invalid', 'root', ...add('not a name'))
    await refuses('register/not-found', 'root', 'register', 'remove', 'no.example', '--reason', 'x')
  })
})

describe('people', () => {
  it('are added, changed and shown', async () => {
    await does('root', 'organisation', 'add', 'Example CERT', '--kind', 'cert')
    await does('root', 'organisation', 'add', 'Second CERT', '--kind', 'cert', '--json')
    await looks('root', 'organisation', 'ls')
    const add = (name: string, ...more: readonly string[]) =>
      ['user', 'add', name, '--organisation', 'Example CERT', '--role', ...more] as const
    await does('root', ...add('dora', 'curator', '--list', 'phishing'))
    await does('root', ...add('emil', 'auditor', '--email', 'Emil@cert.example', '--json'))
    await does('root', 'user', 'set', 'dora', '--email', 'dora@cert.example', '--json')
    await does('root', 'user', 'set', 'dora', '--email', '', '--organisation', 'Second CERT')
    await does('root', 'user', 'role', 'give', 'dora', 'approver', '--list', 'phishing', '--json')
    await does('root', 'user', 'role', 'take', 'dora', 'curator', '--list', 'phishing')
    await does('root', 'user', 'invite', 'dora')
    await does('root', 'user', 'disable', 'emil')
    await does('root', 'user', 'enable', 'emil', '--json')
    await looks('root', 'user', 'ls')
    await looks('root', 'user', 'show', 'dora')
  })

  it('have keys, which are shown and revoked, but never made by a key', async () => {
    const made = await world.there(
      'root',
      'api-key',
      'make',
      'x',
      '--role',
      'administrator',
      '--all-lists',
    )
    expect([made.code, made.stderr]).toEqual([3, expect.stringContaining('(user/refused)')])
    await does('root', 'api-key', 'revoke', 'of-carl')
    const used = /"lastUsedAt": (?:null|"TIME")/g
    const [here, there] = [
      plain(await world.here('root', 'api-key', 'ls', '--json')),
      plain(await world.there('root', 'api-key', 'ls', '--json')),
    ]
    expect(there.stdout.replaceAll(used, '')).toBe(here.stdout.replaceAll(used, ''))
  })

  it('are missed and refused alike', async () => {
    await refuses('user/not-found', 'root', 'user', 'show', 'nobody')
    await refuses('user/not-found', 'root', 'user', 'disable', 'nobody')
    await refuses('user/last-administrator', 'root', 'user', 'disable', 'root')
    await refuses('organisation/exists', 'root', 'organisation', 'add', 'Court', '--kind', 'court')
    await refuses('organisation/invalid', 'root', 'organisation', 'add', 'X', '--kind', 'circus')
    const add = ['user', 'add', 'x', '--organisation', 'Court', '--role'] as const
    await refuses('user/invalid', 'root', ...add, 'king', '--list', 'phishing')
    await refuses('user/invalid', 'root', ...add, 'curator', '--list', 'nowhere')
    await refuses('user/invalid', 'root', ...add, 'curator', '--all-lists')
    await refuses('usage/invalid', 'root', ...add, 'curator')
    await refuses('user/refused', 'cora', ...add, 'curator', '--list', 'phishing')
    await refuses('user/refused', 'otto', 'organisation', 'add', 'X', '--kind', 'court')
    await refuses('api-key/not-found', 'root', 'api-key', 'revoke', 'none')
    await refuses('user/invalid', 'root', 'user', 'set', 'dora', '--email', 'nonsense')
    await refuses('organisation/not-found', 'root', 'user', 'set', 'dora', '--organisation', 'X')
  })
})

describe('what a server has not', () => {
  it.each([
    [['list', 'apply', 'x.json'], /definitions are files of the authority/],
    [['review', 'run'], /a server does that by itself/],
    [['review', 'registrations', 'x.csv'], /no file of registrations/],
    [['events', 'export', '-o', 'x'], /page by page/],
    [['events', 'check'], /rows of the database/],
    [['register', 'history', '--json'], /no rows of changes/],
    [['review', 'ls', '--before', '3'], /raise --limit/],
    [['decision', 'ls', '--before', '3'], /raise --limit/],
    [['report', 'ls', '--after', 'r3'], /raise --limit/],
    [['report', 'propose', 'r1', '--override', 'x'], /no --override/],
    [['key', 'ls'], /keys never leave/],
    [['entry', 'import', 'phishing', 'x.txt', '--reason', 'x'], /upload the file in the console/],
    [['diff', 'phishing', '1', '2'], /«diff» with --server/],
  ])('%j is refused, with why', async (words, message) => {
    const server = ['--server', 'http://127.0.0.1:1'] as const
    const isKnown = ['review', 'decision', 'report', 'register'].includes(words[0] ?? '')
    const token =
      isKnown && !['run', 'registrations'].includes(words[1] ?? '') ? ['--token', 'x'] : []
    const { runCommand } = await import('../support/run-command.ts')
    const { code, stderr } = await runCommand([...words, ...server, ...token])
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)])
  })
})

describe('ways to sign in', () => {
  it('are shown, and refused, alike', async () => {
    expect(await looks('root', 'user', 'passkey', 'ls', 'cora')).toMatch(/^NUMBER +NAME/)
    await refuses('passkey/not-found', 'root', 'user', 'passkey', 'rm', 'cora', '3')
    await refuses('user/not-found', 'root', 'user', 'passkey', 'rm', 'nobody', '3')
    const identity = ['--issuer', 'none', '--subject', '17'] as const
    await refuses('user/invalid', 'root', 'user', 'link', 'cora', ...identity)
    await refuses('identity/not-found', 'root', 'user', 'unlink', 'cora', ...identity)
    expect(await does('root', 'user', 'show', 'cora')).toMatch(/^identities +none$/m)
  })
})

describe('appeals', () => {
  const text = ['--text', 'the page is clean'] as const

  it('are shown, answered and accepted alike', async () => {
    for (const about of ['www.two.example', 'none.example']) {
      for (const way of ['here', 'there']) {
        const terms = { about, grounds: 'it is mine', contact: '' }
        await withStore(join(world.folder, way), (store) => openAppeal(store, terms, new Date()))
      }
    }
    expect(await looks('cora', 'appeal', 'ls')).toMatch(
      /^a1 +TIME +www\.two\.example +phishing +open/m,
    )
    await looks('otto', 'appeal', 'ls', '--state', 'open', '--limit', '1')
    expect(await looks('cora', 'appeal', 'show', 'a1')).toMatch(/^listed: phishing two\.example /m)
    await does('cora', 'appeal', 'answer', 'a1', ...text)
    await does('cora', 'appeal', 'answer', 'a1', '--note', ...text, '--json')
    expect(await does('cora', 'appeal', 'accept', 'a1', ...text)).toMatch(/^a1 .*: accepted$/m)
    await does('root', 'appeal', 'refuse', 'a2', ...text, '--json')
    expect(await looks('rita', 'appeal', 'statistics')).toMatch(/^accepted +1$/m)
  })

  it('are missed and refused alike', async () => {
    await refuses('appeal/not-found', 'cora', 'appeal', 'show', 'a2')
    await refuses('appeal/not-found', 'cora', 'appeal', 'show', '../users')
    await refuses('appeal/settled', 'cora', 'appeal', 'refuse', 'a1', ...text)
    await refuses('usage/invalid', 'cora', 'appeal', 'accept', 'a1', ...text)
    await refuses('usage/invalid', 'cora', 'appeal', 'ls', '--after', 'p1')
  })
})
