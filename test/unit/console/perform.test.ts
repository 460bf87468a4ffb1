import { describe, expect, it } from 'vitest'
import { bodyOf, TEXT, YES_NO } from '../../../src/console/api/body-of.ts'
import { operation, type Operation } from '../../../src/console/api/operation.ts'
import { perform, type PerformDeps, type RawRequest } from '../../../src/console/api/perform.ts'
import type { Desk } from '../../../src/console/desk.ts'
import { Fault, type FaultCode } from '../../../src/core/fault.ts'
import { REMEMBERED_MS } from '../../../src/store/idempotency-store.ts'
import { openStore, type Store } from '../../../src/store/open-store.ts'

const KEY = 'a-key-of-somebody'
const fault = (code: FaultCode) => expect.objectContaining({ name: 'Fault', code }) as Error
const person = (id: string): RawRequest['person'] => ({
  ...{ id, name: id, organisation: { id: 1, name: 'Example CERT' }, roles: [] },
})
const RAW: RawRequest = {
  ...{ person: person('anna'), address: '192.0.2.1', params: { thing: 'one' } },
  ...{ query: new URLSearchParams(), body: { text: 'x' }, tag: null, idempotencyKey: KEY },
}

interface World {
  readonly deps: PerformDeps
  readonly store: Store
  readonly row: Operation<{ body: { text: string } }, { n: number; text: string }>
  runs: number
  /** What the operation does instead of answering. */
  instead: (() => unknown) | null
  at: Date
}

function world(more: Partial<Operation> = {}): World {
  const store = openStore(':memory:', { create: true })
  const one: { -readonly [K in keyof World]: World[K] } = {
    ...{ store, runs: 0, instead: null, at: new Date('2030-01-01T00:00:00.000Z') },
    deps: {
      desk: { idempotency: store.idempotency } as Desk,
      waiting: { now: () => one.runs, pause: () => Promise.resolve() },
      now: () => one.at,
    },
    row: operation({
      ...{ id: 'doThing', method: 'post', path: '/v1/things/{thing}', tag: 'x', summary: 'x' },
      body: bodyOf({ text: { ...TEXT, maxLength: 5 }, isLoud: YES_NO }, ['isLoud']),
      answer: null,
      ...more,
      run: async (_desk, { body }) => {
        one.runs++
        await Promise.resolve()
        await one.instead?.()
        return { n: one.runs, text: body.text }
      },
    }),
  }
  return one
}

const ask = ({ deps, row }: World, more: Partial<RawRequest> = {}) =>
  perform(deps, row, { ...RAW, ...more })

describe('what is asked twice under one key', () => {
  it('is done once, and has one answer', async () => {
    const it = world()
    expect((await ask(it)).answer).toEqual({ n: 1, text: 'x' })
    expect((await ask(it)).answer).toEqual({ n: 1, text: 'x' })
    expect(it.runs).toBe(1)
  })

  it('is done once when both come at once: the other is told to look', async () => {
    const it = world()
    const [one, two] = await Promise.allSettled([ask(it), ask(it)])
    expect(one).toMatchObject({ status: 'fulfilled' })
    expect(two).toMatchObject({ status: 'rejected', reason: { code: 'request/repeated' } })
    expect(it.runs).toBe(1)
    expect((await ask(it)).answer).toEqual({ n: 1, text: 'x' })
  })

  it.each<[string, Partial<RawRequest>]>([
    ['body', { body: { text: 'y' } }],
    ['path', { params: { thing: 'two' } }],
    ['tag', { tag: 'r2' }],
  ])('is refused with another %s', async (_, more) => {
    const it = world()
    await ask(it)
    await expect(ask(it, more)).rejects.toThrow(fault('request/idempotency'))
    expect(it.runs).toBe(1)
  })

  it('is refused by another operation', async () => {
    const it = world()
    await ask(it)
    const other = { ...it.row, id: 'undoThing' }
    await expect(perform(it.deps, other, RAW)).rejects.toThrow(fault('request/idempotency'))
  })

  it('is two things of two people', async () => {
    const it = world()
    await ask(it)
    expect((await ask(it, { person: person('bela') })).answer).toMatchObject({ n: 2 })
  })

  it('is two things of two addresses where nobody is known', async () => {
    const it = world()
    const nobody = { person: person('') }
    expect((await ask(it, nobody)).answer).toMatchObject({ n: 1 })
    expect((await ask(it, nobody)).answer).toMatchObject({ n: 1 })
    const other = { ...nobody, address: '192.0.2.2' }
    expect((await ask(it, other)).answer).toMatchObject({ n: 2 })
  })

  it('is done again when a day is over, and not before', async () => {
    const it = world()
    await ask(it)
    it.at = new Date(it.at.getTime() + REMEMBERED_MS)
    expect((await ask(it)).answer).toMatchObject({ n: 1 })
    it.at = new Date(it.at.getTime() + 1)
    expect((await ask(it)).answer).toMatchObject({ n: 2 })
  })

  it('is done twice without a key', async () => {
    const it = world()
    await ask(it, { idempotencyKey: null })
    expect((await ask(it, { idempotencyKey: null })).answer).toMatchObject({ n: 2 })
  })

  it('is asked again where nothing but a question is', async () => {
    const it = world({ method: 'get' })
    await ask(it)
    expect((await ask(it)).answer).toMatchObject({ n: 2 })
  })
})

describe('what went wrong', () => {
  it('by a rule may be asked again under the same key, and otherwise too', async () => {
    const it = world()
    it.instead = () => Promise.reject(new Fault('proposal/own', 'no'))
    await expect(ask(it)).rejects.toThrow(fault('proposal/own'))
    it.instead = null
    expect((await ask(it, { body: { text: 'y' } })).answer).toEqual({ n: 2, text: 'y' })
  })

  it.each([
    ['a bug', new Error('no')],
    ['a full disk', new Fault('store/full', 'no')],
  ])('by %s is in doubt, and never done again by itself', async (_, error) => {
    const it = world()
    it.instead = () => Promise.reject(error)
    await expect(ask(it)).rejects.toBe(error)
    it.instead = null
    await expect(ask(it)).rejects.toThrow(fault('request/repeated'))
    await expect(ask(it, { body: { text: 'y' } })).rejects.toThrow(fault('request/idempotency'))
    expect(it.runs).toBe(1)
    expect((await ask(it, { idempotencyKey: 'another-key' })).answer).toMatchObject({ n: 2 })
  })

  it('with what was asked begins nothing', async () => {
    const it = world()
    await expect(ask(it, { body: { text: 'too long' } })).rejects.toThrow(fault('request/invalid'))
    expect((await ask(it)).answer).toMatchObject({ n: 1 })
  })

  it('while the database was busy is tried again within one request', async () => {
    const it = world()
    it.instead = () => {
      if (it.runs < 3) throw new Fault('store/busy', 'wait')
    }
    expect((await ask(it)).answer).toMatchObject({ n: 3 })
    expect((await ask(it)).answer).toMatchObject({ n: 3 })
  })
})

describe('a secret', () => {
  it('is told once and kept nowhere', async () => {
    const it = world({ isSecret: true })
    expect((await ask(it)).answer).toEqual({ n: 1, text: 'x' })
    await expect(ask(it)).rejects.toThrow(fault('request/repeated'))
    expect(it.runs).toBe(1)
    const request = { person: 'anna', key: KEY, digest: 'another' }
    expect(it.store.idempotency.begin(request, it.at)).toEqual({ outcome: 'other' })
  })
})

describe('a key', () => {
  it.each(['1234567', 'x'.repeat(201), 'with a space', 'mit-ümlaut', '', 'tab\there'])(
    'is not %j',
    async (idempotencyKey) => {
      const it = world()
      await expect(ask(it, { idempotencyKey })).rejects.toThrow(fault('request/idempotency'))
      expect(it.runs).toBe(0)
    },
  )
  it.each(['12345678', 'x'.repeat(200)])('is %j', async (idempotencyKey) => {
    const it = world()
    expect((await ask(it, { idempotencyKey })).answer).toMatchObject({ n: 1 })
  })
})

describe('a request', () => {
  it('says what it has seen where another may have changed it', async () => {
    const it = world({ needsTag: true })
    await expect(ask(it)).rejects.toThrow(fault('request/precondition'))
    expect(it.runs).toBe(0)
    expect((await ask(it, { tag: 'r1' })).answer).toMatchObject({ n: 1 })
  })

  it('hears the tag of what it is answered, at first and again', async () => {
    const it = world({ tagOf: (answer) => `n${(answer as { n: number }).n}` })
    expect((await ask(it)).tag).toBe('n1')
    expect((await ask(it)).tag).toBe('n1')
  })

  it('hears all that is wrong with its body at once, each in its place, and no value', async () => {
    const it = world()
    const error: unknown = await ask(it, {
      body: { text: 'zanzibar', isLoud: 'zanzibar', more: 'zanzibar', 'a/b~c': 1 },
    }).catch((thrown: unknown) => thrown)
    const { code, places, message } = error as Fault
    expect(code).toBe('request/invalid')
    expect(places.map(({ path }) => path).sort()).toEqual([
      ...['/a~1b~0c', '/isLoud', '/more', '/text'],
    ])
    expect(JSON.stringify([message, places])).not.toContain('zanzibar')
  })

  it('hears of a fault of the rules which member it is about', async () => {
    const it = world({ places: { 'list/not-found': '/text' } })
    it.instead = () => Promise.reject(new Fault('list/not-found', 'expected a list, got none'))
    await expect(ask(it)).rejects.toMatchObject({
      places: [{ path: '/text', detail: 'expected a list, got none' }],
    })
    it.instead = () =>
      Promise.reject(
        new Fault('list/not-found', 'no', { places: [{ path: '/own', detail: 'no' }] }),
      )
    await expect(ask(it)).rejects.toMatchObject({ places: [{ path: '/own' }] })
  })

  it('is not changed by what is filled in', async () => {
    const it = world({ body: bodyOf({ text: { ...TEXT, default: 'filled' } }, ['text']) })
    const first = await ask(it, { body: {} })
    expect(first.answer).toMatchObject({ text: 'filled' })
    expect((await ask(it, { body: {} })).answer).toEqual(first.answer)
    expect(it.runs).toBe(1)
  })
})
