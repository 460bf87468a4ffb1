import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RoleGrant } from '../../../src/core/person.ts'
import { getPage, hiddenOf, sendForm, type GotPage } from '../../support/console-forms.ts'
import { applyPolicy, TWO, valuesOf } from '../../support/deciding.ts'
import {
  openSignInHost,
  type Answer,
  type Browser,
  type SignInHost,
} from '../../support/sign-in-host.ts'

const of = (role: RoleGrant['role']): RoleGrant => ({ list: 'phishing', role })

let host: SignInHost
let rita: string
let sven: string
let carol: string

/** Rita reports for Example CERT, Sven for a partner; Carol decides. */
beforeEach(async () => {
  host = openSignInHost(['administrator'])
  await host.addWithPassword('anna', { list: '*', role: 'administrator' })
  await host.addWithPassword('carol', of('curator'), of('approver'))
  await host.addWithPassword('rita', of('reporter'))
  const { store } = host
  const partner = store.organisations.add({ name: 'Partner', kind: 'partner', at: new Date() })
  host.add('sven', of('reporter'))
  store.users.change('sven', { organisationId: partner.id, at: new Date() })
  applyPolicy(store, TWO)
  rita = host.makeKey('r', 'rita', of('reporter'))
  sven = host.makeKey('s', 'sven', of('reporter'))
  carol = host.makeKey('c', 'carol', of('curator'))
})

afterEach(() => {
  expect(host.faults).toEqual([])
  expect(host.store.events.check()).toEqual([])
  host.close()
})

function ask(key: string, method: string, path: string, body: unknown = null): Promise<Answer> {
  return host.browser().send(method, path, body, { authorization: `Bearer ${key}` })
}

const report = (value: string, more: object = {}): object => ({
  ...{ externalId: value, value, reason: 'a bank' },
  ...more,
})

const handIn = (key: string, ...reports: readonly object[]): Promise<Answer> =>
  ask(key, 'POST', '/v1/reports', { reports })

describe('the API of reports', () => {
  it('takes many, each with its outcome, and the same again', async () => {
    const reports = [report('a.example'), report('no name'), report('b.example', { list: 'x' })]
    const { status, body } = await handIn(rita, ...reports)
    expect([status, body]).toMatchObject([
      200,
      {
        outcomes: [
          {
            externalId: 'a.example',
            outcome: 'received',
            report: 'r1',
            state: 'open',
            error: null,
          },
          { externalId: 'no name', outcome: 'refused', error: { code: 'name/invalid' } },
          { externalId: 'b.example', outcome: 'refused', error: { code: 'report/route' } },
        ],
      },
    ])
    expect((await handIn(rita, ...reports)).body).toMatchObject({
      outcomes: [{ outcome: 'known', report: 'r1' }, {}, {}],
    })
    const whole = { reports: [report('c.example'), report('no name')], whole: true }
    const refused = await ask(rita, 'POST', '/v1/reports', whole)
    expect([refused.status, refused.body]).toMatchObject([
      400,
      { code: 'name/invalid', errors: [{ path: '/reports/1' }] },
    ])
    expect(host.store.reports.find(2)).toBeNull()
  })

  it('refuses members that nobody knows, too many, and who may not', async () => {
    const own = { reports: [report('a.example', { state: 'listed' })] }
    expect(await ask(rita, 'POST', '/v1/reports', own)).toMatchObject({ status: 400 })
    const many = { reports: Array.from({ length: 10_001 }, (_, i) => report(`n${i}.example`)) }
    expect(await ask(rita, 'POST', '/v1/reports', many)).toMatchObject({ status: 400 })
    const anna = host.makeKey('a', 'anna', { list: '*', role: 'administrator' })
    expect(await handIn(anna, report('a.example'))).toMatchObject({
      ...{ status: 403, body: { code: 'user/refused' } },
    })
    const none = await host.browser().send('POST', '/v1/reports', own)
    expect([none.status, none.body['code']]).toEqual([401, 'session/none'])
  })

  it('shows each organisation its own, page by page', async () => {
    await handIn(rita, report('a.example'), report('b.example'), report('c.example'))
    await handIn(sven, report('a.example'))
    const items = ({ body }: Answer): unknown[] =>
      (body['items'] as { report: string }[]).map((one) => one.report)
    expect(items(await ask(rita, 'GET', '/v1/reports'))).toEqual(['r3', 'r2', 'r1'])
    expect(items(await ask(sven, 'GET', '/v1/reports'))).toEqual(['r4'])
    const first = await ask(carol, 'GET', '/v1/reports?state=open&limit=2')
    expect(items(first)).toEqual(['r1', 'r2'])
    const cursor = String(first.body['next'])
    const second = await ask(carol, 'GET', `/v1/reports?state=open&limit=2&cursor=${cursor}`)
    expect([items(second), second.body['next']]).toEqual([['r3'], null])
    expect(items(await ask(sven, 'GET', '/v1/reports?externalId=a.example'))).toEqual(['r4'])
    expect(await ask(sven, 'GET', '/v1/reports/r1')).toMatchObject({
      ...{ status: 404, body: { code: 'report/not-found' } },
    })
    expect((await ask(sven, 'GET', '/v1/reports/r4')).body).toMatchObject({
      ...{ state: 'duplicate', acts: null, organisation: 'Partner' },
      duplicate: { of: 'report', report: null, entry: null, proposal: null },
    })
    expect(await ask(sven, 'GET', '/v1/reports?list=none')).toMatchObject({ status: 404 })
  })

  it('lets curators propose and reject, and organisations take back, all or none', async () => {
    await handIn(rita, report('a.example'), report('b.example'), report('c.example'))
    await handIn(sven, report('a.example'))
    const post = (key: string, act: string, body: object): Promise<Answer> =>
      ask(key, 'POST', `/v1/reports/${act}`, body)
    const named = { reports: ['r1', 'r2'] }
    expect(await post(rita, 'proposals', named)).toMatchObject({ status: 403 })
    expect(await post(sven, 'proposals', named)).toMatchObject({ status: 404 })
    expect((await post(carol, 'proposals', named)).body).toMatchObject({
      ...{ list: 'phishing', reports: ['r1', 'r2', 'r4'], listed: [] },
      outcome: { proposal: 'p1', state: 'open' },
    })
    const late = await post(carol, 'rejections', { reports: ['r3', 'r1'], reason: 'parked' })
    expect(late).toMatchObject({ status: 409, body: { code: 'report/settled' } })
    expect(await post(sven, 'withdrawals', { reports: ['r3'] })).toMatchObject({ status: 404 })
    expect(await post(rita, 'withdrawals', { reports: ['r3'] })).toMatchObject({
      ...{ status: 200, body: { reports: ['r3'] } },
    })
    expect(await post(carol, 'rejections', { reports: ['r3'], reason: ' ' })).toMatchObject({
      ...{ status: 400, body: { errors: [{ path: '/reason' }] } },
    })
  })

  it('does once what is asked twice under one key', async () => {
    await handIn(rita, report('a.example'))
    const once = { authorization: `Bearer ${carol}`, 'idempotency-key': 'a-key-of-mine' }
    const propose = (): Promise<Answer> =>
      host.browser().send('POST', '/v1/reports/proposals', { reports: ['r1'] }, once)
    const [first, second] = [await propose(), await propose()]
    expect(first.status).toBe(200)
    expect(second.body).toEqual(first.body)
    expect(host.store.proposals.all()).toHaveLength(1)
  })
})

describe('the pages of reports', () => {
  const NASTY = '<img src=x onerror=alert(1)>'

  async function browserOf(name: string): Promise<Browser> {
    const browser = host.browser()
    expect((await browser.signIn(name)).status).toBe(200)
    return browser
  }

  async function send(
    browser: Browser,
    page: string,
    action: string,
    fields: readonly (readonly [string, string])[],
  ): Promise<GotPage> {
    const hidden = await hiddenOf(host, browser, page)
    return sendForm(host, browser, action, [...Object.entries(hidden), ...fields])
  }

  it('take a report once, however often the form is sent, and tell what is wrong with it', async () => {
    const browser = await browserOf('rita')
    const page = '/console/reports/new'
    const hidden = await hiddenOf(host, browser, page)
    const fields = { ...hidden, values: 'a.example\nno name', reason: NASTY }
    const refused = await sendForm(host, browser, page, fields)
    expect([refused.status, refused.location]).toEqual([400, null])
    // What was typed is kept, beside what is wrong.
    expect(refused.html).toMatch(/class="error" id="console-reports-new-values-error"[^]*no name/)
    expect(refused.html).toContain('a.example\nno name</textarea>')
    expect(refused.html).not.toContain(NASTY)
    expect(host.store.reports.find(1)).toBeNull()
    const good = { ...fields, values: 'a.example' }
    const [sent, again] = [
      await sendForm(host, browser, page, good),
      await sendForm(host, browser, page, good),
    ]
    expect([sent.status, sent.location]).toEqual([303, '/console/reports/r1?done=sent'])
    expect(again.location).toBe(sent.location)
    expect(host.store.reports.find(2)).toBeNull()
    const shown = await getPage(host, browser, '/console/reports/r1')
    expect(shown.status).toBe(200)
    expect(shown.html).toContain('&lt;img src=x onerror=alert(1)&gt;')
    expect(shown.html).not.toContain(NASTY)
  })

  it('let curators make one proposal of those that are ticked', async () => {
    await handIn(rita, report('a.example'), report('b.example'), report('c.example'))
    const browser = await browserOf('carol')
    const queue = await getPage(host, browser, '/console/reports')
    expect([...queue.html.matchAll(/name="report" value="(r\d)"/g)].map(([, id]) => id)).toEqual([
      ...['r1', 'r2', 'r3'],
    ])
    const none = await send(browser, '/console/reports', '/console/reports/proposals', [])
    expect([none.status, none.html.includes('class="error"')]).toEqual([400, true])
    const ticked = [['report', 'r1'] as const, ['report', 'r2'] as const]
    const sent = await send(browser, '/console/reports', '/console/reports/proposals', ticked)
    expect([sent.status, sent.location]).toEqual([303, '/console/proposals/p1?done=proposed'])
    expect(host.store.proposals.find(1)).toMatchObject({ added: 2, reason: 'a bank' })
    expect(valuesOf(host.store)).toEqual([])
  })

  it('let curators reject with a reason, and reporters see it', async () => {
    await handIn(rita, report('a.example'))
    const browser = await browserOf('carol')
    const page = '/console/reports'
    const action = '/console/reports/rejections'
    const silent = await send(browser, page, action, [['report', 'r1']])
    expect(silent.status).toBe(400)
    expect(silent.html).toContain('id="console-reports-rejections-answer-error"')
    expect(silent.html).toMatch(/name="report" value="r1" checked/)
    const sent = await send(browser, page, action, [
      ['report', 'r1'],
      ['answer', NASTY],
    ])
    expect(sent.location).toBe('/console/reports?done=rejected')
    const own = await getPage(host, await browserOf('rita'), '/console/reports')
    expect(own.html).toContain('rejected: &lt;img')
    expect(own.html).not.toMatch(/name="report"/)
    const german = await getPage(host, browser, '/console/reports?state=rejected')
    expect(german.html).not.toContain(NASTY)
  })

  it('show nothing of others, and take nothing for them', async () => {
    await handIn(sven, report('hidden.example'))
    const browser = await browserOf('rita')
    expect((await getPage(host, browser, '/console/reports')).html).not.toContain('hidden.example')
    expect((await getPage(host, browser, '/console/reports/r1')).status).toBe(404)
    const page = '/console/reports/new'
    const taken = await send(browser, page, '/console/reports/r1/withdrawal', [['reason', '']])
    expect(taken.status).toBe(404)
    expect(taken.html).not.toContain('hidden.example')
    const action = '/console/reports/proposals'
    const proposed = await send(browser, page, action, [['report', 'r1']])
    expect(proposed.status).toBe(404)
    // A form that another site has made.
    const forged = await sendForm(host, browser, page, { values: 'x.example', reason: 'x' })
    expect(forged.status).toBe(403)
  })

  it('let an organisation take its own back', async () => {
    await handIn(rita, report('a.example'))
    const browser = await browserOf('rita')
    const page = '/console/reports/r1'
    const sent = await send(browser, page, `${page}/withdrawal`, [['reason', 'ours']])
    expect(sent.location).toBe('/console/reports/r1?done=withdrawn')
    expect((await getPage(host, browser, page)).html).not.toContain('/withdrawal')
    const curator = await getPage(host, await browserOf('carol'), page)
    expect(curator.html).toMatch(/took it back[^]*ours/)
  })
})
