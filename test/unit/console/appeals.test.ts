import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { APPEALS_PER_ADDRESS, APPEALS_PER_SITE } from '../../../src/console/limits.ts'
import { APPEAL_LIMITS } from '../../../src/curation/appeals/appeal-limits.ts'
import {
  openConsoleWorld,
  OURS,
  THEIRS,
  WARNED,
  type ConsoleWorld,
} from '../../support/console-world.ts'
import { decisionOf } from '../../support/store-builders.ts'
import type { Answer } from '../../support/sign-in-host.ts'

let world: ConsoleWorld

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-03-01T12:00:00Z') })
  world = openConsoleWorld()
  world.list(OURS, ['listed.example'])
  world.list(THEIRS, ['hidden.example'])
})

afterEach(() => {
  world.host.close()
  vi.useRealTimers()
})

let next = 0

/** From an address of its own, where nothing else is said. */
function appeal(about: string, more: object = {}, address?: string): Promise<Answer> {
  const own = address ?? `198.51.100.${next++ % 250}`
  const body = { about, grounds: 'it is mine', ...more }
  return world.host.browser(own).post('/v1/appeals', body, {})
}

async function statusOf(code: unknown): Promise<Answer> {
  return world.send(null, 'POST', '/v1/appeals/status', { body: { code } })
}

function ids({ body }: Answer): string[] {
  return (body['items'] as { appeal: string }[]).map((one) => one.appeal)
}

/** Without what is random. */
function plain({ status, text, headers }: Answer): unknown {
  const told = [...headers].filter(([name]) => name !== 'date')
  return [status, text.replace(/bla_[\w-]{43}/, 'CODE'), told]
}

describe('handing in', () => {
  it('answers the same, whatever is listed where', async () => {
    const answers: unknown[] = []
    for (const about of ['listed.example', 'hidden.example', 'none.example', 'K7M29QXT', 'ABCD']) {
      answers.push(plain(await appeal(about)))
    }
    expect(answers[0]).toEqual([200, '{"code":"CODE","dueOn":"2026-03-15"}', expect.anything()])
    for (const other of answers) expect(other).toEqual(answers[0])
  })

  it('shows the same of each to whoever has its code', async () => {
    const shown: string[] = []
    for (const about of ['listed.example', 'hidden.example', 'absent.example']) {
      const { body } = await appeal(about)
      shown.push((await statusOf(body['code'])).text.replace(about, 'ABOUT'))
    }
    expect(new Set(shown).size).toBe(1)
    expect(JSON.parse(shown[0]!)).toEqual({
      ...{ about: 'ABOUT', state: 'open', openedAt: '2026-03-01T12:00:00.000Z' },
      ...{ dueOn: '2026-03-15', isOverdue: false },
      acts: [{ act: 'opened', at: '2026-03-01T12:00:00.000Z', text: '' }],
    })
    expect(await statusOf(`bla_${'A'.repeat(43)}`)).toMatchObject({ status: 404 })
    expect(await statusOf('bla_A')).toMatchObject({ status: 404 })
  })

  it('keeps the code itself nowhere', async () => {
    const { body } = await appeal('listed.example')
    const { store } = world.host
    const events = JSON.stringify([...store.events.all()])
    const told = events + JSON.stringify(store.appeals.find(1))
    expect(told).not.toContain(String(body['code']))
    expect(events).toContain('appeal-opened')
    expect(events).not.toMatch(/it is mine/)
  })

  it('refuses what nobody can be meant by, and texts that are none', async () => {
    expect(await appeal('no name at all')).toMatchObject({
      ...{ status: 400, body: { code: 'appeal/invalid', errors: [{ path: '/about' }] } },
    })
    expect(await appeal('a.example', { grounds: ' ' })).toMatchObject({ status: 400 })
    expect(await appeal('a.example', { grounds: 'a\u0000b' })).toMatchObject({
      body: { code: 'appeal/invalid', errors: [{ path: '/grounds' }] },
    })
    expect(await appeal('a.example', { grounds: 'x'.repeat(4000) })).toMatchObject({ status: 200 })
    expect(await appeal('a.example', { grounds: 'x'.repeat(4001) })).toMatchObject({ status: 400 })
  })

  it('is held up before anything is written, and for a site of IPv6 together', async () => {
    const { store } = world.host
    for (let i = 0; i < 50; i++) {
      expect((await appeal('a.example', {}, `2001:db8:7:${i.toString(16)}::1`)).status).toBe(200)
    }
    const body = { about: 'a.example', grounds: 'x' }
    const key = { 'idempotency-key': 'once-'.padEnd(22, 'x') }
    const over = world.host.browser('2001:db8:7:ffff::1')
    expect(await over.post('/v1/appeals', body, key)).toMatchObject({ status: 429 })
    expect(store.appeals.count()).toBe(50)
    expect((await appeal('a.example', {}, '2001:db8:8::1')).status).toBe(200)
  })

  it('refuses a path that would take long to look for', async () => {
    const url = (parts: number): string => `http://a.example/${'a/'.repeat(parts)}`
    expect((await appeal(url(60))).status).toBe(200)
    const refused = await appeal(url(70))
    expect(refused).toMatchObject({ status: 400, body: { code: 'appeal/invalid' } })
    expect(refused.text).toMatch(/at most 64 parts between slashes, got 7\d/)
  })

  it('holds one address up after five, for ten minutes each', async () => {
    const from = (): Promise<Answer> => appeal('a.example', {}, '203.0.113.7')
    for (let i = 0; i < 5; i++) expect(await from()).toMatchObject({ status: 200 })
    expect(await from()).toMatchObject({ status: 429, body: { code: 'request/too-many' } })
    expect(await appeal('a.example', {}, '203.0.113.8')).toMatchObject({ status: 200 })
    vi.setSystemTime(Date.now() + 599_999)
    expect(await from()).toMatchObject({ status: 429 })
    vi.setSystemTime(Date.now() + 1)
    expect(await from()).toMatchObject({ status: 200 })
    expect(await from()).toMatchObject({ status: 429 })
  })
})

it('the limits are those of docs/spec/appeals.md', () => {
  const spec = readFileSync(new URL('../../../docs/spec/appeals.md', import.meta.url), 'utf8')
  const told = [...spec.matchAll(/(\d+) \(`(\w+)`\)/g)].map(([, value, name]) => [
    name,
    Number(value),
  ])
  const { days, messages, open, looked, page, segments } = APPEAL_LIMITS
  expect(Object.fromEntries(told)).toEqual({
    ...{ days, messages, open, looked, page, segments },
    ...{ perAddress: APPEALS_PER_ADDRESS.tries, perSite: APPEALS_PER_SITE.tries },
    perAddressSeconds: APPEALS_PER_ADDRESS.everyMs / 1000,
    perSiteSeconds: APPEALS_PER_SITE.everyMs / 1000,
  })
})

describe('who sees a case', () => {
  it('is who reads appeals of a list that has the entry, or of all', async () => {
    for (const about of ['listed.example', 'www.hidden.example', 'none.example'])
      await appeal(about)
    const seen = async (user: string): Promise<string[]> =>
      ids(await world.send(user, 'GET', '/v1/appeals'))
    expect(await seen('curator')).toEqual(['a1'])
    expect(await seen(`${THEIRS}-curator`)).toEqual(['a2'])
    expect(await seen('chief-auditor')).toEqual(['a3', 'a2', 'a1'])
    expect(await seen('reporter')).toEqual([])
    expect(await seen('publisher')).toEqual([])
    const one = await world.send('curator', 'GET', '/v1/appeals/a2')
    const none = await world.send('curator', 'GET', '/v1/appeals/a9')
    expect(one.status).toBe(404)
    expect(one.text.replace('a2', 'a9')).toBe(none.text)
    expect(await world.send(null, 'GET', '/v1/appeals')).toMatchObject({ status: 401 })
  })

  it('looks at so many for a page, which may be empty and have a next one', async () => {
    const { appeals } = world.host.store
    const terms = { grounds: 'x', contact: '', openedAt: new Date(), dueOn: '2026-03-15' }
    for (let i = 0; i < APPEAL_LIMITS.looked; i++) {
      appeals.open({ ...terms, about: 'none.example', codeHash: `none ${i}` })
    }
    appeals.open({ ...terms, about: 'listed.example', codeHash: 'listed' })
    const page = (query: string): Promise<Answer> =>
      world.send('curator', 'GET', `/v1/appeals?state=open${query}`)
    const first = await page('')
    expect([ids(first), typeof first.body['next']]).toEqual([[], 'string'])
    const second = await page(`&cursor=${String(first.body['next'])}`)
    expect([ids(second), second.body['next']]).toEqual([[`a${APPEAL_LIMITS.looked + 1}`], null])
  })

  it('finds entries by their reference', async () => {
    await appeal('K7M29QXT')
    const { body } = await world.send(`${THEIRS}-curator`, 'GET', '/v1/appeals/a1')
    expect(body['entries']).toEqual([
      ...[{ list: THEIRS, value: 'hidden.example', kind: 'domain', reference: 'K7M29QXT' }].map(
        (one) => ({ ...one, isListed: true }),
      ),
    ])
  })

  it('is told of acts of other lists only what the appellant is, and not by whom', async () => {
    world.list(OURS, ['hidden.example'])
    await appeal('hidden.example')
    const post = (text: string, isPublic: boolean, tag: string): Promise<Answer> =>
      world.send(`${THEIRS}-curator`, 'POST', '/v1/appeals/a1/answers', {
        ...{ tag, body: { list: THEIRS, text, isPublic } },
      })
    expect(await post('a secret', false, '1')).toMatchObject({ status: 200 })
    expect(await post('wait', true, '2')).toMatchObject({
      status: 200,
      body: { state: 'answered' },
    })
    const { text, body } = await world.send('curator', 'GET', '/v1/appeals/a1')
    expect(text).not.toMatch(/gambling|secret|Police/)
    expect(body['acts']).toMatchObject([{ act: 'opened' }, { act: 'answered', text: 'wait' }])
  })
})

describe('an outcome', () => {
  const act = (user: string, what: string, tag: string, body: object): Promise<Answer> =>
    world.send(user, 'POST', `/v1/appeals/a1/${what}`, { tag, body })
  const accept = (user: string, tag: string): Promise<Answer> =>
    act(user, 'acceptance', tag, {
      ...{ list: OURS, entries: [{ value: 'listed.example' }], text: 'cleaned up' },
    })

  it('by acceptance retires the entry, and the guard remembers it', async () => {
    const { body } = await appeal('listed.example')
    expect(await accept('reporter', '1')).toMatchObject({ status: 404 })
    expect(await accept('curator', '0')).toMatchObject({
      ...{ status: 412, body: { code: 'appeal/changed' } },
    })
    const { store } = world.host
    const accepted = await accept('curator', '1')
    expect(accepted).toMatchObject({
      status: 200,
      body: { appeal: { state: 'accepted' }, outcome: { state: 'decided', proposal: null } },
    })
    const { decision } = accepted.body['outcome'] as { decision: number }
    expect(store.decisions.find(decision)).toMatchObject({
      ...{ act: 'retire', urgent: true, reason: 'appeal a1: cleaned up', decidedBy: 'curator' },
    })
    expect(store.entries.find(store.lists.find(OURS)!.rowId, 'listed.example')).toEqual([])
    const again = await world.propose(OURS, 'listed.example', { acknowledge: WARNED })
    expect(again.text).toContain('guard/appealed')
    expect(again.body).toMatchObject({ state: 'open' })
    expect((await world.propose(OURS, 'other.example')).text).not.toContain('guard/appealed')
    expect(store.appeals.acts(1)).toMatchObject([
      { act: 'opened' },
      { act: 'retired', list: OURS, decision },
      { act: 'accepted', list: null, decision: null },
    ])
    expect((await statusOf(body['code'])).body).toMatchObject({
      ...{ state: 'accepted', acts: [{ act: 'opened' }, { act: 'accepted', text: 'cleaned up' }] },
    })
    expect((await statusOf(body['code'])).text).not.toMatch(/phishing|curator|decision/)
    expect(await accept('curator', '3')).toMatchObject({ status: 409 })
    // Who saw it while it was listed still does.
    expect(ids(await world.send('curator', 'GET', '/v1/appeals'))).toEqual(['a1'])
    expect(store.events.check()).toEqual([])
  })

  it('comes when each list that has an entry which fits has answered, and not before', async () => {
    world.list(OURS, ['hidden.example'])
    world.list(THEIRS, ['listed.example'])
    const ends = async (id: string, about: string, theirs: 'acceptance' | 'refusal') => {
      const { body } = await appeal(about)
      const entries = [{ value: about }]
      const send = (list: string, what: string, tag: string, text: string): Promise<Answer> =>
        world.send(
          list === OURS ? 'curator' : `${list}-curator`,
          'POST',
          `/v1/appeals/${id}/${what}`,
          { tag, body: { list, text, ...(what === 'acceptance' && { entries }) } },
        )
      const before = await statusOf(body['code'])
      expect((await send(OURS, 'acceptance', '1', 'ours is off')).status).toBe(200)
      // What one list has done tells nothing of whether there is another.
      expect((await statusOf(body['code'])).text).toBe(before.text)
      // Nor does what they must have seen.
      const shown = await world.send(`${THEIRS}-curator`, 'GET', `/v1/appeals/${id}`)
      expect([shown.body['seen'], shown.headers.get('etag')]).toEqual([1, '"1"'])
      expect((await send(THEIRS, theirs, '1', 'so say we')).status).toBe(200)
      const { body: told } = await statusOf(body['code'])
      return [told['state'], (told['acts'] as { text: string }[]).at(-1)?.text]
    }
    expect(await ends('a1', 'listed.example', 'acceptance')).toEqual([
      'accepted',
      'ours is off\n\nso say we',
    ])
    expect(await ends('a2', 'hidden.example', 'refusal')).toEqual([
      'partly-accepted',
      'ours is off\n\nso say we',
    ])
    expect((await world.send(null, 'GET', '/v1/appeals/statistics')).body).toMatchObject({
      ...{ opened: 2, open: 0, accepted: 1, partlyAccepted: 1, refused: 0 },
    })
    // A restricted list's decision is told to none but its own people.
    const again = await world.propose(OURS, 'listed.example', { acknowledge: WARNED })
    expect(again.text).toContain('guard/appealed')
    expect(again.text).not.toContain(THEIRS)
    const { text } = await world.propose(THEIRS, 'listed.example', { acknowledge: WARNED })
    expect(text).toMatch(/was retired from gambling on appeal by decision/)
    expect(world.host.store.events.check()).toEqual([])
  })

  it('of a restricted list is remembered for it alone', async () => {
    await appeal('hidden.example')
    const body = { list: THEIRS, entries: [{ value: 'hidden.example' }], text: 'x' }
    expect(await act(`${THEIRS}-curator`, 'acceptance', '1', body)).toMatchObject({ status: 200 })
    const ours = await world.propose(OURS, 'hidden.example', { acknowledge: WARNED })
    expect(ours.status).toBe(200)
    expect(ours.text).not.toMatch(/appeal|gambling/)
    const theirs = await world.propose(THEIRS, 'hidden.example', { acknowledge: WARNED })
    expect(theirs.text).toContain('guard/appealed')
  })

  it('of one list may be changed while others have still to answer', async () => {
    world.list(THEIRS, ['listed.example'])
    await appeal('listed.example')
    expect(await act('curator', 'refusal', '1', { list: OURS, text: 'no' })).toMatchObject({
      body: { state: 'open' },
    })
    expect(await accept('curator', '2')).toMatchObject({ body: { appeal: { state: 'open' } } })
    const theirs = { list: THEIRS, entries: [{ value: 'listed.example' }], text: 'off' }
    expect(await act(`${THEIRS}-curator`, 'acceptance', '1', theirs)).toMatchObject({
      body: { appeal: { state: 'accepted' } },
    })
  })

  it('comes when nothing that fits is left undecided, of one list too', async () => {
    world.list(OURS, ['sub.listed.example'])
    await appeal('sub.listed.example')
    const accepts = (tag: string, value: string): Promise<Answer> =>
      act('curator', 'acceptance', tag, { list: OURS, entries: [{ value }], text: `not ${value}` })
    expect(await accepts('1', 'sub.listed.example')).toMatchObject({
      body: { appeal: { state: 'open' } },
    })
    // What is left blocks it still: kept, it is accepted in part.
    expect(await act('curator', 'refusal', '2', { list: OURS, text: 'it stays' })).toMatchObject({
      body: { state: 'partly-accepted' },
    })
  })

  it('is an administrator’s where the last entry has ended otherwise', async () => {
    world.list(THEIRS, ['listed.example'])
    const { body } = await appeal('listed.example')
    expect(await accept('curator', '1')).toMatchObject({ body: { appeal: { state: 'open' } } })
    const entries = [{ value: 'listed.example' }]
    const gone = { list: THEIRS, act: 'retire', entries, reason: 'x', urgent: true }
    await world.send(`${THEIRS}-curator`, 'POST', '/v1/proposals', { body: gone })
    const ended = await act('chief-administrator', 'refusal', '2', { text: 'it is over' })
    expect(ended).toMatchObject({ body: { state: 'accepted' } })
    const told = (await statusOf(body['code'])).body['acts'] as { text: string }[]
    expect(told.at(-1)?.text).toBe('cleaned up\n\nit is over')
  })

  it('is asked of each entry that fits, and of nothing else', async () => {
    world.list(OURS, ['other.example'])
    await appeal('www.listed.example')
    const entries = [{ value: 'other.example' }]
    expect(
      await act('curator', 'acceptance', '1', { list: OURS, entries, text: 'x' }),
    ).toMatchObject({ status: 404, body: { code: 'entry/not-found' } })
    expect(world.host.store.appeals.acts(1)).toHaveLength(1)
    const none = await act('chief-administrator', 'refusal', '1', { text: 'none of ours' })
    expect(none).toMatchObject({ status: 400, body: { code: 'appeal/invalid' } })
  })

  it('can’t be had of a list that has nothing which fits', async () => {
    world.list(OURS, ['hidden.example'])
    const gone = [{ value: 'hidden.example' }]
    const urgent = { list: OURS, act: 'retire', entries: gone, reason: 'x', urgent: true }
    expect(await world.send('curator', 'POST', '/v1/proposals', { body: urgent })).toMatchObject({
      body: { state: 'decided' },
    })
    await appeal('hidden.example')
    // Whether the case would end by it told whether another list has the name.
    const refused = await act('curator', 'refusal', '1', { list: OURS, text: 'no' })
    expect(refused).toMatchObject({ status: 404, body: { code: 'entry/not-found' } })
    expect(refused.text).not.toContain(THEIRS)
  })

  it('is nobody’s by an entry’s reference that looks like a name', async () => {
    await appeal('secret.example')
    const { store } = world.host
    const { rowId } = store.lists.find(OURS)!
    store.decisions.commit(decisionOf(rowId, { added: 1 }), {
      added: [Buffer.from('bait.example\tdomain\tnxdomain\t-\tsecret.example\n')],
      retired: [],
    })
    expect(ids(await world.send('curator', 'GET', '/v1/appeals'))).toEqual([])
  })

  it('leaves everything as it was where the retirement fails', async () => {
    await appeal('listed.example')
    const wrong = { list: OURS, entries: [{ value: 'none.example' }], text: 'x' }
    expect(await act('curator', 'acceptance', '1', wrong)).toMatchObject({
      ...{ status: 404, body: { code: 'entry/not-found' } },
    })
    expect(world.host.store.appeals.acts(1)).toHaveLength(1)
  })

  it('comes after answers and messages, and is counted with its days', async () => {
    const { body } = await appeal('listed.example')
    const write = (text: string): Promise<Answer> =>
      world.send(null, 'POST', '/v1/appeals/messages', { body: { code: body['code'], text } })
    const named = { list: OURS, text: 'which one?' }
    expect(await act('curator', 'answers', '1', named)).toMatchObject({
      body: { state: 'answered' },
    })
    expect(await write('this one')).toMatchObject({ status: 200, body: { state: 'open' } })
    vi.setSystemTime(new Date('2026-03-15T23:59:59Z'))
    expect((await statusOf(body['code'])).body).toMatchObject({ isOverdue: false })
    vi.setSystemTime(new Date('2026-03-16T12:00:00Z'))
    expect((await statusOf(body['code'])).body).toMatchObject({ isOverdue: true })
    const late = world.host.makeKey('late', 'curator', { list: OURS, role: 'curator' })
    const refuse = (tag: string): Promise<Answer> =>
      world.host
        .browser()
        .post(
          '/v1/appeals/a1/refusal',
          { list: OURS, text: 'it stays' },
          { authorization: `Bearer ${late}`, 'if-match': `"${tag}"` },
        )
    // Without the message having been seen.
    expect(await refuse('2')).toMatchObject({ status: 412 })
    expect(await refuse('3')).toMatchObject({ body: { state: 'refused', isOverdue: false } })
    expect(await write('but')).toMatchObject({ status: 409, body: { code: 'appeal/settled' } })
    await appeal('other.example')
    expect((await world.send(null, 'GET', '/v1/appeals/statistics')).body).toEqual({
      ...{
        opened: 2,
        open: 1,
        accepted: 0,
        partlyAccepted: 0,
        refused: 1,
        medianDays: 15,
        longestDays: 15,
      },
    })
  })

  it('is an administrator’s where no list is concerned', async () => {
    await appeal('none.example')
    const text = 'nothing of ours blocks it'
    expect(await act('chief-auditor', 'refusal', '1', { text })).toMatchObject({ status: 403 })
    expect(await act('chief-administrator', 'refusal', '1', { text })).toMatchObject({
      ...{ status: 200, body: { state: 'refused' } },
    })
  })
})
