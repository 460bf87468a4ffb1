import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ROLES, type Role } from '../../src/core/person.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Ran } from '../support/bailiwick-command.ts'
import { runCommand } from '../support/run-command.ts'

/** One authority for the whole file: the tests read like a day's work, in their order. */
// Every test starts several programs.
vi.setConfig({ testTimeout: 120_000 })

let folder: string
let data: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'people-'))
  data = join(folder, 'var')
  await good('', 'init', '--insecure-plain-keys')
  for (const id of ['phishing', 'malware']) {
    const list = { id, title: id, authority: 'Example CERT', legalBasis: 'Act, art. 1' }
    writeFileSync(join(folder, `${id}.json`), JSON.stringify(list))
  }
  writeFileSync(join(folder, 'names.txt'), 'one.example\n')
  await good('', 'list', 'apply', join(folder, 'phishing.json'), join(folder, 'malware.json'))
}, 120_000)

afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** As the user of that name; without one as whoever owns the folder. */
const run = (actor: string, ...args: string[]): Promise<Ran> =>
  runCommand(args, {
    env: { BAILIWICK_DATA: data, BAILIWICK_ACTOR: actor === '' ? undefined : actor },
  })

async function good(actor: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(actor, ...args)
  if (code !== 0) throw new Error(`exit ${String(code)}: ${args.join(' ')}\n${stderr}`)
  return stdout
}

async function json<T>(actor: string, ...args: string[]): Promise<T> {
  return JSON.parse(await good(actor, ...args, '--json')) as T
}

/** The code of the fault with which a command ends. */
async function faultOf(actor: string, ...args: string[]): Promise<string> {
  const { code, stderr } = await run(actor, ...args)
  return /\(([a-z-]+\/[a-z-]+)\)\n/.exec(stderr)?.[1] ?? `exit ${String(code)}`
}

describe('before there is a user', () => {
  it('whoever owns the folder acts, under any name', async () => {
    await good('whoever', 'entry', 'add', 'phishing', 'a.example', '--reason', 'a test')
    await good('whoever', 'publish')
  })

  it('the first user needs an organisation that is there', async () => {
    const add = ['user', 'add', 'anna', '--organisation', 'Example CERT'] as const
    const all = ['--role', 'administrator', '--all-lists'] as const
    expect(await faultOf('', ...add, ...all)).toBe('organisation/not-found')
    await good('', 'organisation', 'add', 'Example CERT', '--kind', 'cert')
    const curator = ['--role', 'curator', '--list', 'phishing'] as const
    expect(await faultOf('', ...add, ...curator)).toBe('user/last-administrator')
    const user = await json<{ code: string }>('', ...add, ...all)
    expect(user).toMatchObject({ name: 'anna', status: 'active', organisation: 'Example CERT' })
    expect(user.code).toMatch(/^bli_[\w-]{43}$/)
  })
})

describe('from the first user on', () => {
  it.each(['', 'whoever', 'Anna'])('nobody acts as %j', async (actor) => {
    const add = ['entry', 'add', 'phishing', 'b.example', '--reason', 'a test'] as const
    expect(await faultOf(actor, ...add)).toBe('user/actor')
  })

  it('reading the folder needs no name', async () => {
    await good('', 'entry', 'show', 'a.example')
    await good('', 'user', 'ls')
  })

  it('a role is for lists that are named, unless nothing is decided by it', async () => {
    const add = (name: string, role: string): string[] => {
      return ['user', 'add', name, '--organisation', 'Example CERT', '--role', role]
    }
    expect(await faultOf('anna', ...add('carl', 'curator'))).toBe('usage/invalid')
    expect(await json('anna', ...add('carl', 'auditor'))).toMatchObject({
      roles: [{ list: '*', role: 'auditor' }],
    })
  })

  it('a change that changes nothing is none', async () => {
    expect(await faultOf('anna', 'user', 'set', 'carl')).toBe('usage/invalid')
  })

  it('there is one user for each role, of the list phishing', async () => {
    await good('anna', 'organisation', 'add', 'Example Hotline', '--kind', 'hotline')
    for (const role of ROLES) {
      const to = ['--organisation', 'Example Hotline', '--role', role, '--list', 'phishing']
      await good('anna', 'user', 'add', `one-${role}`, ...to)
    }
    const spare = ['--organisation', 'Example Hotline', '--role', 'reporter', '--list', 'phishing']
    await good('anna', 'user', 'add', 'spare', ...spare)
    expect(await good('', 'user', 'ls')).toMatch(/one-curator +Example Hotline +invited until/)
  })
})

const REASON = ['--reason', 'a test'] as const
/** What each command needs; those who have it get past the question, whatever becomes of the command then. */
const COMMANDS: readonly (readonly [command: readonly string[], allowed: readonly Role[]])[] = [
  [['entry', 'add', 'phishing', 'https://', ...REASON], ['curator']],
  [['entry', 'retire', 'phishing', 'no.example', ...REASON], ['curator']],
  [
    ['entry', 'retire', 'phishing', 'no.example', ...REASON, '--urgent'],
    ['curator', 'approver', 'publisher'],
  ],
  [['entry', 'amend', 'phishing', 'no.example', ...REASON, '--category', 'x'], ['curator']],
  [['entry', 'import', 'phishing', 'nothing.txt', ...REASON], ['curator']],
  [['entry', 'import', 'phishing', 'nothing.txt', ...REASON, '--mode', 'mirror'], ['curator']],
  [['publish', 'phishing'], ['publisher']],
  [['publish', 'phishing', '--override', 'a test'], ['publisher']],
  [['publish'], ['publisher']],
  [
    ['export', 'phishing', '--format', 'hosts', '--serial', '9'],
    ['curator', 'approver', 'publisher', 'auditor', 'administrator'],
  ],
  [
    ['review', 'ask', 'phishing', 'no.example', ...REASON],
    ['curator', 'approver'],
  ],
  [
    ['review', 'registrations', 'nothing.csv', '--list', 'phishing'],
    ['curator', 'approver'],
  ],
  [['list', 'apply', 'phishing.json'], ['administrator']],
  [['subscriber', 'add', 'isp', '--lists', 'phishing'], ['administrator']],
  [['user', 'disable', 'spare'], ['administrator']],
  [['user', 'role', 'give', 'spare', 'reporter', '--list', 'phishing'], ['administrator']],
  // What concerns all lists is nothing for who administers one.
  [['list', 'apply', 'malware.json'], []],
  [['user', 'role', 'give', 'spare', 'administrator', '--all-lists'], []],
  [['user', 'disable', 'anna'], []],
  [['user', 'invite', 'anna'], []],
  [['organisation', 'add', 'Another', '--kind', 'partner'], []],
  [['key', 'rotate', 'timestamp'], []],
  [['key', 'renew', 'root'], []],
  [['key', 'forget', 'abcd'], []],
  [['key', 'drop', 'abcd'], []],
  [['register', 'remove', 'dns.google', ...REASON], []],
  [['popular', 'load', 'nothing.csv'], []],
  [['review', 'run'], []],
  [['review', 'registrations', 'nothing.csv'], []],
  [['subscriber', 'export', '-o', 'file'], []],
  [['events', 'export', '-o', 'file'], []],
  [['entry', 'add', 'malware', 'b.example', ...REASON], []],
  [['publish', 'malware'], []],
]

describe('each command and each role of one list', () => {
  it.each(COMMANDS)('%j is for %j', async (command, allowed) => {
    const args = command.map((word) => (word.endsWith('.json') ? join(folder, word) : word))
    const faults: string[] = []
    for (const role of ROLES) faults.push(await faultOf(`one-${role}`, ...args))
    const passed = ROLES.filter((_, i) => faults[i] !== 'user/refused')
    expect(passed).toEqual(allowed)
    expect(faults).not.toContain('user/actor')
  })

  it('a refusal says what is missing', async () => {
    const { stderr } = await run('one-curator', 'publish', 'phishing')
    expect(stderr).toBe(
      'bailiwick: expected a publisher of "phishing" for publish, got "one-curator", who has curator of phishing (user/refused)\n',
    )
  })
})

describe('people who have gone', () => {
  it('act no more, from that moment on', async () => {
    await good('anna', 'user', 'disable', 'one-curator')
    const add = ['entry', 'add', 'phishing', 'c.example', ...REASON] as const
    expect(await faultOf('one-curator', ...add)).toBe('user/actor')
    await good('anna', 'user', 'enable', 'one-curator')
    await good('one-curator', ...add)
  })

  it('act no more in a role that was taken', async () => {
    await good('anna', 'user', 'role', 'take', 'one-curator', 'curator', '--list', 'phishing')
    const add = ['entry', 'add', 'phishing', 'd.example', ...REASON] as const
    expect(await faultOf('one-curator', ...add)).toBe('user/refused')
    await good('anna', 'user', 'role', 'give', 'one-curator', 'curator', '--list', 'phishing')
    await good('one-curator', ...add)
  })

  it('leave an administrator behind', async () => {
    expect(await faultOf('anna', 'user', 'disable', 'anna')).toBe('user/last-administrator')
  })
})

describe('API keys', () => {
  const make = ['api-key', 'make', 'import'] as const

  it('are made by whom they act for, in a role that is there', async () => {
    const grant = (role: string): string[] => ['--role', role, '--list', 'phishing']
    expect(await faultOf('one-curator', ...make, ...grant('approver'))).toBe('user/invalid')
    expect(await faultOf('whoever', ...make, ...grant('curator'))).toBe('user/actor')
    const made = await json<{ key: string }>('one-curator', ...make, ...grant('curator'))
    expect(made).toMatchObject({ name: 'import', user: 'one-curator' })
    expect(made.key).toMatch(/^blk_[\w-]{43}$/)
    expect(await good('', 'api-key', 'ls')).not.toContain(made.key)
    expect(await faultOf('one-curator', ...make, ...grant('curator'))).toBe('api-key/exists')
  })

  it('that have ended are shown as such', async () => {
    const store = openStore(join(data, 'bailiwick.db'), { actor: 'one-curator' })
    const { id: userId = '' } = store.users.find('one-curator') ?? {}
    const grant = { list: 'phishing', role: 'curator' } as const
    const terms = { userId, grant, keyHash: 'none', at: new Date(0), expiresAt: new Date(1000) }
    store.apiKeys.make({ name: 'of-old', ...terms })
    store.close()
    expect(await good('', 'api-key', 'ls')).toMatch(/import .* active\nof-old .* expired\n/)
  })

  it('are revoked by their user, or by who administers the list', async () => {
    expect(await faultOf('one-approver', 'api-key', 'revoke', 'import')).toBe('user/refused')
    expect(await faultOf('one-approver', 'api-key', 'revoke', 'nothing')).toBe('api-key/not-found')
    await good('one-administrator', 'api-key', 'revoke', 'import')
    expect(await good('', 'api-key', 'ls')).toMatch(/import +one-curator .*revoked/)
  })
})

it('everything is told by whom, and nothing that opens', async () => {
  const { stdout } = await run('', 'events', 'ls', '--limit', '1000', '--json')
  const events = JSON.parse(stdout) as { act: string; actor: string }[]
  const told = (act: string): string[] => [
    ...new Set(events.flatMap((event) => (event.act === act ? [event.actor] : []))),
  ]
  expect(told('role-given')).toEqual(['anna'])
  expect(told('user-disabled')).toEqual(['one-administrator', 'anna'])
  expect(told('api-key-made')).toEqual(['one-curator'])
  expect(told('api-key-revoked')).toEqual(['one-administrator'])
  expect(stdout).not.toMatch(/bli_|blk_/)
  await good('', 'events', 'check')
})
