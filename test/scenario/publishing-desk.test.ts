import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PublishingDesk } from '../../src/console/ports/publishing.ts'
import type { Person, Role } from '../../src/core/person.ts'
import { publishingDesk } from '../../src/main/console/publishing-desk.ts'
import type { Authority } from '../../src/main/open-authority.ts'
import { applyList, makeTestAuthority, type TestAuthority } from '../support/authority-folder.ts'
import { blockOf, decisionOf } from '../support/store-builders.ts'

let home: TestAuthority
let authority: Authority
let desk: PublishingDesk

beforeEach(async () => {
  home = await makeTestAuthority()
  authority = home.open()
  applyList(authority, 'a')
  desk = publishingDesk({ data: home.data, store: authority.store })
})

afterEach(() => {
  authority.close()
  home.remove()
})

function person(...roles: readonly Role[]): Person {
  const organisation = { id: 1, name: 'Example CERT' }
  return { id: 'x', name: 'paula', organisation, roles: roles.map((role) => ({ list: 'a', role })) }
}

const PUBLISHER = person('publisher')

function add(...values: readonly string[]): void {
  const { rowId } = authority.store.lists.find('a')!
  authority.store.decisions.commit(decisionOf(rowId, { added: values.length }), {
    ...{ added: [blockOf([...values].sort())], retired: [] },
  })
}

const lines = (): (readonly [string, string])[] =>
  desk
    .lines(PUBLISHER, 'a', { behind: null, limit: 10 })
    .items.map(({ change, value }) => [change, value])

describe('publishing by hand', () => {
  it('says what would be published, publishes that, and then nothing', async () => {
    add('a.example', 'b.example')
    const planned = { list: 'a', outcome: 'published', serial: 1, entries: 2, added: 2, removed: 0 }
    expect(desk.plan(PUBLISHER, 'a')).toMatchObject(planned)
    expect(lines()).toEqual([
      ...[
        ['added', 'a.example'],
        ['added', 'b.example'],
      ],
    ])
    expect(authority.store.publications.all(1)).toEqual([])
    const published = await desk.publish(PUBLISHER, { list: 'a', override: null })
    expect(published).toMatchObject(planned)
    expect(authority.store.publications.latest(1)).toMatchObject({ serial: 1, actor: 'paula' })
    expect(existsSync(join(authority.paths.published, 'tuf/metadata/timestamp.json'))).toBe(true)
    expect(lines()).toEqual([])
    expect(desk.plan(PUBLISHER, 'a')).toMatchObject({ outcome: 'unchanged', serial: 1, entries: 2 })
    const again = await desk.publish(PUBLISHER, { list: 'a', override: null })
    expect(again).toMatchObject({ outcome: 'unchanged', serial: 1 })
  })

  it('stops where the circuit breaker does, and goes past it with a reason that is kept', async () => {
    applyList(authority, 'a', {
      guard: { maxGrowth: 0.1, maxShrink: 0.1, minEntries: 0, maxEntries: null } as never,
    })
    add('a.example')
    await desk.publish(PUBLISHER, { list: 'a', override: 'the first' })
    add('b.example')
    expect(desk.plan(PUBLISHER, 'a').findings).not.toEqual([])
    await expect(desk.publish(PUBLISHER, { list: 'a', override: null })).rejects.toThrow(
      expect.objectContaining({ code: 'publish/guard' }) as Error,
    )
    expect(authority.store.publications.latest(1)).toMatchObject({ serial: 1 })
    await desk.publish(PUBLISHER, { list: 'a', override: 'twice as many, ticket 17' })
    expect(authority.store.publications.latest(1)).toMatchObject({
      ...{ serial: 2, override: 'twice as many, ticket 17' },
    })
  })

  it.each(['curator', 'approver', 'auditor', 'administrator'] as const)(
    'is refused to a %s, who sees what would be published',
    async (role) => {
      add('a.example')
      expect(desk.plan(person(role), 'a')).toMatchObject({ serial: 1 })
      await expect(desk.publish(person(role), { list: 'a', override: null })).rejects.toThrow(
        expect.objectContaining({ code: 'user/refused' }) as Error,
      )
      expect(authority.store.publications.all(1)).toEqual([])
    },
  )

  it('of a restricted list is not there for others', async () => {
    applyList(authority, 'b', { visibility: 'restricted' }, 'q'.repeat(26))
    for (const id of ['b', 'none']) {
      const missing = expect.objectContaining({ code: 'list/not-found' }) as Error
      expect(() => desk.plan(PUBLISHER, id)).toThrow(missing)
      await expect(desk.publish(PUBLISHER, { list: id, override: null })).rejects.toThrow(missing)
    }
  })
})
