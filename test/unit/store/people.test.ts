import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RoleGrant } from '../../../src/core/person.ts'
import { openStore, type Store } from '../../../src/store/open-store.ts'
import type { User } from '../../../src/store/user-store.ts'
import { AT } from '../../support/store-builders.ts'

const ADMINISTRATOR = { list: '*', role: 'administrator' } as const
const CURATOR = { list: 'phishing', role: 'curator' } as const
const APPROVER = { list: 'phishing', role: 'approver' } as const
const HOUR = 3_600_000

let store: Store

beforeEach(() => {
  open(':memory:')
})

afterEach(() => store.close())

function open(path: string): void {
  store = openStore(path, { create: true, actor: 'anna', now: () => AT })
  store.organisations.add({ name: 'Example CERT', kind: 'cert', at: AT })
}

function add(name: string, roles: readonly RoleGrant[], email: string | null = null): User {
  const invitation = { hash: `hash of ${name}`, until: after(72) }
  return store.users.add({
    ...{ id: `id of ${name}`, name, organisationId: 1, email, roles, invitation, at: AT },
  })
}

function after(hours: number): Date {
  return new Date(AT.getTime() + hours * HOUR)
}

function newest(): unknown {
  const [event] = store.events.all(store.events.head().number)
  return event && { act: event.act, actor: event.actor, subject: event.subject }
}

const faultOf = (code: string): unknown => expect.objectContaining({ code })

describe('the first user', () => {
  it('ends the time when the owner of the folder acts alone', () => {
    expect(store.users.isEmpty()).toBe(true)
    add('anna', [ADMINISTRATOR])
    expect(store.users.isEmpty()).toBe(false)
  })

  it.each([
    ['a curator', [CURATOR]],
    ['an administrator of one list', [{ list: 'phishing', role: 'administrator' } as const]],
    ['an auditor of all lists', [{ list: '*', role: 'auditor' } as const]],
    ['nobody', []],
  ])('may not be %s, who could let in nobody else', (_, roles) => {
    const before = store.events.head()
    expect(() => add('anna', roles)).toThrow(faultOf('user/last-administrator'))
    expect(store.users.isEmpty()).toBe(true)
    expect(store.events.head()).toEqual(before)
  })
})

describe('users', () => {
  beforeEach(() => void add('anna', [ADMINISTRATOR], 'anna@cert.example'))

  it('come back as they were added', () => {
    const user = add('bela', [CURATOR, APPROVER])
    expect(store.users.find('bela')).toEqual(user)
    expect(store.users.byId('id of bela')).toEqual(user)
    expect(user).toEqual({
      ...{ id: 'id of bela', name: 'bela', email: null, status: 'active' },
      organisation: { id: 1, name: 'Example CERT' },
      roles: [APPROVER, CURATOR],
      ...{ hasPassword: false, hasSecondFactor: false },
      ...{ invitedUntil: after(72), createdAt: AT, disabledAt: null },
    })
    expect(newest()).toEqual({
      act: 'user-added',
      actor: 'anna',
      subject: {
        ...{ user: 'bela', organisation: 'Example CERT', status: 'active' },
        roles: [APPROVER, CURATOR],
      },
    })
  })

  it.each(['anna', 'Anna', 'ANNA'])('are not called %s when there is an anna', (name) => {
    expect(() => add(name, [])).toThrow(faultOf('user/exists'))
  })

  it('do not share an address', () => {
    expect(() => add('bela', [], 'anna@cert.example')).toThrow(faultOf('user/exists'))
    add('bela', [])
    expect(() => store.users.change('bela', { email: 'anna@cert.example', at: AT })).toThrow(
      faultOf('user/exists'),
    )
    expect(store.users.change('anna', { email: 'anna@cert.example', at: AT }).email).toBe(
      'anna@cert.example',
    )
  })

  it('belong to another organisation when that is changed', () => {
    const { id } = store.organisations.add({ name: 'Example Court', kind: 'court', at: AT })
    add('bela', [CURATOR])
    const changed = store.users.change('bela', { organisationId: id, at: AT })
    expect(changed.organisation).toEqual({ id, name: 'Example Court' })
    expect(newest()).toMatchObject({
      act: 'user-changed',
      subject: { organisation: 'Example Court', change: 'organisation' },
    })
  })

  it('are never told of with their address', () => {
    add('bela', [], 'bela@cert.example')
    store.users.change('bela', { email: 'b@cert.example', at: AT })
    expect(JSON.stringify([...store.events.all()])).not.toContain('@')
  })

  it('are not found by a name that nobody has', () => {
    expect(store.users.find('bela')).toBeNull()
    for (const work of [
      () => store.users.disable('bela', AT),
      () => store.users.enable('bela', AT),
      () => store.users.giveRole('bela', CURATOR),
      () => store.users.takeRole('bela', CURATOR),
      () => store.users.invite('bela', { hash: '', until: AT }, AT),
      () => store.users.change('bela', { at: AT }),
    ]) {
      expect(work).toThrow(faultOf('user/not-found'))
    }
  })
})

describe('roles', () => {
  beforeEach(() => {
    add('anna', [ADMINISTRATOR])
    add('bela', [CURATOR])
  })

  it('are given and taken, each told', () => {
    expect(store.users.giveRole('bela', APPROVER).roles).toEqual([APPROVER, CURATOR])
    expect(newest()).toMatchObject({ act: 'role-given', subject: { user: 'bela', ...APPROVER } })
    expect(store.users.takeRole('bela', CURATOR).roles).toEqual([APPROVER])
    expect(newest()).toMatchObject({ act: 'role-taken', subject: { user: 'bela', ...CURATOR } })
  })

  it('are given once, and nothing is told of the second time', () => {
    const before = store.events.head()
    expect(store.users.giveRole('bela', CURATOR).roles).toEqual([CURATOR])
    expect(store.events.head()).toEqual(before)
  })

  it('that a user has not can not be taken', () => {
    expect(() => store.users.takeRole('bela', APPROVER)).toThrow(faultOf('user/invalid'))
    const elsewhere = { list: 'malware', role: 'curator' } as const
    expect(() => store.users.takeRole('bela', elsewhere)).toThrow(faultOf('user/invalid'))
  })

  it('are not given to the disabled', () => {
    store.users.disable('bela', AT)
    expect(() => store.users.giveRole('bela', APPROVER)).toThrow(faultOf('user/disabled'))
  })
})

describe('the last administrator of all lists', () => {
  beforeEach(() => void add('anna', [ADMINISTRATOR]))

  it.each([
    ['disabled', () => store.users.disable('anna', AT)],
    ['stripped of the role', () => store.users.takeRole('anna', ADMINISTRATOR)],
  ])('may not be %s', (_, work) => {
    add('bela', [{ list: 'phishing', role: 'administrator' }])
    const before = store.events.head()
    expect(work).toThrow(faultOf('user/last-administrator'))
    expect(store.users.find('anna')).toMatchObject({ status: 'active', roles: [ADMINISTRATOR] })
    expect(store.events.head()).toEqual(before)
  })

  it('is not counted among those when disabled', () => {
    add('bela', [ADMINISTRATOR])
    store.users.disable('bela', AT)
    expect(() => store.users.disable('anna', AT)).toThrow(faultOf('user/last-administrator'))
  })

  it('may go when another is there', () => {
    add('bela', [ADMINISTRATOR])
    expect(store.users.disable('anna', AT).status).toBe('disabled')
  })
})

describe('a disabled user', () => {
  beforeEach(() => {
    add('anna', [ADMINISTRATOR])
    add('bela', [CURATOR])
    const grant = CURATOR
    const terms = { userId: 'id of bela', expiresAt: after(24), at: AT, grant }
    store.apiKeys.make({ name: 'import', keyHash: 'hash', ...terms })
    store.users.disable('bela', after(1))
  })

  it('has no key, no invitation, and is told of', () => {
    expect(store.users.find('bela')).toMatchObject({
      status: 'disabled',
      invitedUntil: null,
      disabledAt: after(1),
    })
    expect(store.apiKeys.byHash('hash', after(1))).toBeNull()
    expect(store.users.byInvitation('hash of bela', AT)).toBeNull()
    expect(newest()).toMatchObject({ act: 'user-disabled', subject: { user: 'bela' } })
  })

  it('is so since the first time, and nothing is told of the second', () => {
    const before = store.events.head()
    expect(store.users.disable('bela', after(2)).disabledAt).toEqual(after(1))
    expect(store.users.enable('anna', after(2)).status).toBe('active')
    expect(store.events.head()).toEqual(before)
  })

  it('does not get the keys back when enabled', () => {
    expect(store.users.enable('bela', after(2))).toMatchObject({
      status: 'active',
      disabledAt: null,
    })
    expect(store.apiKeys.byHash('hash', after(2))).toBeNull()
  })
})

describe('invitations', () => {
  beforeEach(() => void add('anna', [ADMINISTRATOR]))

  it('are found until they end', () => {
    const until = after(72)
    expect(store.users.byInvitation('hash of anna', new Date(until.getTime() - 1))?.name).toBe(
      'anna',
    )
    expect(store.users.byInvitation('hash of anna', until)).toBeNull()
    expect(store.users.byInvitation('hash of bela', AT)).toBeNull()
  })

  it('are accepted once', () => {
    expect(store.users.acceptInvitation('id of anna', 'hash of anna', AT)).toBe(true)
    expect(store.users.acceptInvitation('id of anna', 'hash of anna', AT)).toBe(false)
    expect(store.users.find('anna')?.invitedUntil).toBeNull()
  })

  it('are not accepted with the code of somebody else', () => {
    add('bela', [])
    expect(store.users.acceptInvitation('id of anna', 'hash of bela', AT)).toBe(false)
    expect(store.users.byInvitation('hash of bela', AT)?.name).toBe('bela')
  })

  it('replace the one before', () => {
    store.users.invite('anna', { hash: 'another', until: after(1) }, AT)
    expect(store.users.byInvitation('hash of anna', AT)).toBeNull()
    expect(store.users.byInvitation('another', AT)?.name).toBe('anna')
    expect(newest()).toMatchObject({ act: 'user-changed', subject: { change: 'invited' } })
  })
})

describe('API keys', () => {
  beforeEach(() => {
    add('anna', [ADMINISTRATOR])
    make('import', 'hash')
  })

  function make(name: string, keyHash: string, hours = 24): void {
    const terms = { userId: 'id of anna', grant: CURATOR, expiresAt: after(hours), at: AT }
    store.apiKeys.make({ name, keyHash, ...terms })
  }

  it('are found by their hash until they end', () => {
    const end = after(24)
    const found = store.apiKeys.byHash('hash', new Date(end.getTime() - 1))
    expect(found).toEqual({
      ...{ name: 'import', user: 'anna', userId: 'id of anna', grant: CURATOR },
      ...{ createdAt: AT, expiresAt: end, lastUsedAt: null, revokedAt: null },
    })
    expect(store.apiKeys.byHash('hash', end)).toBeNull()
    expect(store.apiKeys.byHash('other', AT)).toBeNull()
  })

  it('are told of, without what opens', () => {
    expect(newest()).toEqual({
      act: 'api-key-made',
      actor: 'anna',
      subject: { key: 'import', user: 'anna', ...CURATOR, expiresAt: after(24).toISOString() },
    })
  })

  it('have names of their own for ever', () => {
    store.apiKeys.revoke('import', AT)
    expect(() => make('import', 'another')).toThrow(faultOf('api-key/exists'))
  })

  it('are revoked once', () => {
    expect(store.apiKeys.revoke('import', after(1)).revokedAt).toEqual(after(1))
    const head = store.events.head()
    expect(store.apiKeys.revoke('import', after(2)).revokedAt).toEqual(after(1))
    expect(store.events.head()).toEqual(head)
    expect(store.apiKeys.byHash('hash', after(1))).toBeNull()
    expect(() => store.apiKeys.revoke('nothing', AT)).toThrow(faultOf('api-key/not-found'))
  })

  it('tell when they were used', () => {
    store.apiKeys.touch('import', after(1))
    expect(store.apiKeys.all()[0]?.lastUsedAt).toEqual(after(1))
  })
})

describe('organisations', () => {
  it.each(['Example CERT', 'example cert'])('are not called %s twice', (name) => {
    expect(() => store.organisations.add({ name, kind: 'police', at: AT })).toThrow(
      faultOf('organisation/exists'),
    )
  })
})

describe('the tables', () => {
  let folder: string
  let path: string

  beforeEach(() => {
    store.close()
    folder = mkdtempSync(join(tmpdir(), 'bailiwick-'))
    path = join(folder, 'bailiwick.db')
    open(path)
  })

  afterEach(() => rmSync(folder, { recursive: true }))

  const sql = (text: string) => (): void => {
    const sqlite = new Database(path)
    try {
      sqlite.pragma('recursive_triggers = ON')
      sqlite.exec(text)
    } finally {
      sqlite.close()
    }
  }

  it.each([
    'DELETE FROM users',
    "UPDATE users SET name = 'x'",
    "UPDATE users SET sign_in = 'x'",
    'DELETE FROM organisations',
    "UPDATE organisations SET name = 'x'",
    'DELETE FROM api_keys',
    "UPDATE api_keys SET role = 'administrator'",
    "UPDATE api_keys SET list = '*'",
    "UPDATE api_keys SET expires_at = '2099-01-01T00:00:00.000Z'",
    "UPDATE api_keys SET user_id = 'id of bela'",
    "UPDATE api_keys SET revoked_at = NULL WHERE name = 'revoked'",
    "INSERT OR REPLACE INTO users SELECT id, 'x', 'x', contact, organisation_id, status, invitation_hash, invited_until, email_verified, second_factor, created_at, updated_at, disabled_at FROM users WHERE name = 'anna'",
  ])('refuse: %s', (text) => {
    add('anna', [ADMINISTRATOR])
    add('bela', [])
    const terms = { userId: 'id of anna', grant: CURATOR, expiresAt: after(24), at: AT }
    store.apiKeys.make({ name: 'live', keyHash: 'one', ...terms })
    store.apiKeys.make({ name: 'revoked', keyHash: 'two', ...terms })
    store.apiKeys.revoke('revoked', AT)
    expect(sql(text)).toThrow(/append-only/)
  })

  it('keep no session that has ended once somebody signs in', () => {
    add('anna', [ADMINISTRATOR])
    const insert = (id: string, expires: Date): string =>
      `INSERT INTO sessions (id, token, user_id, expires_at, created_at, updated_at) VALUES ('${id}', '${id}', 'id of anna', '${expires.toISOString()}', 'x', 'x')`
    sql(insert('over', AT))()
    sql(insert('later', after(1)))()
    store.users.noteSignIn('id of anna', 'signed-in', 'password')
    const sqlite = new Database(path)
    expect(sqlite.prepare('SELECT id FROM sessions').pluck().all()).toEqual(['later'])
    sqlite.close()
  })

  it('have no session any more after a backup was restored', () => {
    add('anna', [ADMINISTRATOR])
    sql(
      "INSERT INTO sessions (id, token, user_id, expires_at, created_at, updated_at) VALUES ('1', '1', 'id of anna', 'x', 'x', 'x')",
    )()
    const count = (): unknown => {
      const sqlite = new Database(path)
      const found = sqlite.prepare('SELECT count(*) FROM sessions').pluck().get()
      sqlite.close()
      return found
    }
    expect(count()).toBe(1)
    store.restorations.note(AT)
    expect(count()).toBe(0)
  })

  it('let in no session of the disabled', () => {
    add('anna', [ADMINISTRATOR])
    add('bela', [])
    store.users.disable('bela', AT)
    const insert = (user: string): string =>
      `INSERT INTO sessions (id, token, user_id, expires_at, created_at, updated_at) VALUES ('${user}', '${user}', '${user}', 'x', 'x', 'x')`
    expect(sql(insert('id of bela'))).toThrow(/disabled/)
    expect(sql(insert('id of anna'))).not.toThrow()
  })
})
