import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { UPLOAD_LIMITS } from '../../../src/console/limits.ts'
import type { ImportView } from '../../../src/console/ports/imports.ts'
import type { RoleGrant } from '../../../src/core/person.ts'
import { getPage, hiddenOf, request, sendForm, type GotPage } from '../../support/console-forms.ts'
import { applyPolicy, TWO, valuesOf } from '../../support/deciding.ts'
import {
  openSignInHost,
  type Answer,
  type Browser,
  type SignInHost,
} from '../../support/sign-in-host.ts'
import { blockOf, decisionOf } from '../../support/store-builders.ts'

const of = (role: RoleGrant['role']): RoleGrant => ({ list: 'phishing', role })
const WARNED = 'guard/popular-missing'
const NASTY = '../../<img src=x onerror=alert(1)>.txt'

let folder: string
let host: SignInHost
let carol: Browser

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2030-01-01T00:00:00.000Z') })
  folder = mkdtempSync(join(tmpdir(), 'imports-'))
  host = openSignInHost(['administrator'], join(folder, 'bailiwick.db'))
  await host.addWithPassword('anna', { list: '*', role: 'administrator' })
  await host.addWithPassword('carol', of('curator'))
  await host.addWithPassword('cleo', of('curator'))
  await host.addWithPassword('rita', of('reporter'))
  applyPolicy(host.store, TWO)
  carol = await browserOf('carol')
})

afterEach(() => {
  expect(host.faults).toEqual([])
  host.close()
  rmSync(folder, { recursive: true })
  vi.useRealTimers()
})

async function browserOf(name: string): Promise<Browser> {
  const browser = host.browser()
  expect((await browser.signIn(name)).status).toBe(200)
  return browser
}

const uploads = (): string[] =>
  existsSync(join(folder, 'uploads')) ? readdirSync(join(folder, 'uploads')).sort() : []

interface Sent {
  readonly text?: string
  readonly file?: string | Buffer
  readonly name?: string
  readonly fields?: Readonly<Record<string, string>>
}

/** Fills in the first page and sends it, as a browser does. */
async function upload(
  browser: Browser,
  { file, name = 'list.txt', ...sent }: Sent,
): Promise<GotPage> {
  const hidden = await hiddenOf(host, browser, '/console/import')
  const form = new FormData()
  const given = { list: 'phishing', reason: 'a feed', format: 'auto', kind: '', category: '' }
  for (const [field, value] of Object.entries({ ...hidden, ...given, ...sent.fields })) {
    form.append(field, value)
  }
  form.append('file', new Blob(file === undefined ? [] : [file]), file === undefined ? '' : name)
  form.append('text', sent.text ?? '')
  return request(host.app, browser, '/console/import', { method: 'POST', body: form })
}

async function previewed(browser: Browser, sent: Sent): Promise<string> {
  const { status, location, html } = await upload(browser, sent)
  if (status !== 303 || location === null) throw new Error(`expected 303, got ${status}: ${html}`)
  expect(location).toMatch(/^\/console\/import\/[0-9a-f]{32}$/)
  return location
}

async function propose(browser: Browser, path: string, more: object = {}): Promise<GotPage> {
  const hidden = await hiddenOf(host, browser, path)
  return sendForm(host, browser, `${path}/proposal`, { ...hidden, acknowledge: WARNED, ...more })
}

const LINES = '# a feed\na.example\nA.example\nb.example\nx.b.example\nnot a name\nnet\n'

describe('the import wizard', () => {
  it('shows what a file would do, and proposes it when that was seen', async () => {
    const path = await previewed(carol, { file: LINES, name: NASTY })
    expect(host.store.proposals.all()).toEqual([])
    const { status, html } = await getPage(host, carol, path)
    expect(status).toBe(200)
    // The name is shown, and nothing of it is a path.
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;.txt on phishing')
    expect(html).not.toContain('<img')
    expect(uploads().every((name) => /^[0-9a-f]{32}\.\w+$/.test(name))).toBe(true)
    expect(readdirSync(folder).filter((name) => name.includes('img'))).toEqual([])
    expect(html).toMatch(/Entries that the list would get<\/dt><dd><strong>3</)
    expect(html).toContain('not a name')
    expect(html).toContain(WARNED)
    const sent = await propose(carol, path)
    expect([sent.status, sent.location]).toEqual([303, '/console/proposals/p1?done=proposed'])
    expect(host.store.proposals.find(1)).toMatchObject({
      ...{ act: 'import', added: 3, reason: 'a feed', legalBasis: 'Act, art. 1' },
      source: { name: '<img src=x onerror=alert(1)>.txt', accepted: 3, refused: 2 },
    })
    expect(valuesOf(host.store)).toEqual([])
    expect(uploads()).toEqual([])
    expect((await getPage(host, carol, path)).status).toBe(404)
  })

  describe('as a mirror', () => {
    const MIRROR = { mode: 'mirror' }
    const OLD = ['a.example', 'b.example', 'c.example', 'd.example']
    const fill = (): void => {
      const list = host.store.lists.find('phishing')!
      const decision = decisionOf(list.rowId, { added: OLD.length })
      host.store.decisions.commit(decision, { added: [blockOf(OLD)], retired: [] })
    }

    it('says what the list would get and lose, and proposes both as one', async () => {
      fill()
      const file = 'a.example\nb.example\nc.example\nnew.example\n'
      const path = await previewed(carol, { file, fields: MIRROR })
      const { html } = await getPage(host, carol, path)
      expect(html).toMatch(/Entries that the list would get<\/dt><dd><strong>1</)
      expect(html).toMatch(
        /Entries that the list would lose<\/dt><dd><strong>1<\/strong>: d.example</,
      )
      expect(html).toMatch(/Entries that would change<\/dt><dd><strong>0</)
      expect(html).toContain('would no longer be blocked')
      expect((await propose(carol, path)).status).toBe(303)
      expect(host.store.proposals.find(1)).toMatchObject({ act: 'mirror', added: 1, retired: 1 })
    })

    it('is told when the list would lose too much, and goes on where that is said to be right', async () => {
      fill()
      const lost = await upload(carol, { file: 'a.example\n', fields: MIRROR })
      expect([lost.status, lost.html.includes('import/shrunk')]).toEqual([409, true])
      expect(lost.html).toContain('id="console-import-acceptShrink-error"')
      const [, id = ''] = /name="upload" value="(\w+)"/.exec(lost.html) ?? []
      const fields = { ...MIRROR, upload: id, acceptShrink: 'the campaign is over' }
      const path = await previewed(carol, { fields })
      expect((await getPage(host, carol, path)).html).toMatch(
        /would lose<\/dt><dd><strong>3<\/strong>: b.example, c.example, d.example</,
      )
      expect((await propose(carol, path)).status).toBe(303)
      expect(host.store.proposals.find(1)).toMatchObject({
        ...{ act: 'mirror', added: 0, retired: 3, shrinkReason: 'the campaign is over' },
      })
    })

    it('proposes nothing where other entries would be lost than were shown', async () => {
      fill()
      const fields = { ...MIRROR, acceptShrink: 'it is right' }
      const path = await previewed(carol, { file: OLD.slice(1).join('\n'), fields })
      const hidden = await hiddenOf(host, carol, path)
      const { store } = host
      const list = store.lists.find('phishing')!
      const [first] = [...store.entries.live(list.rowId)]
      // As many would be lost as before, but another.
      const decision = decisionOf(list.rowId, { retired: 1 })
      store.decisions.commit(decision, { added: [], retired: [first![0]] })
      const again = decisionOf(list.rowId, { added: 1 })
      store.decisions.commit(again, { added: [blockOf(['e.example'])], retired: [] })
      const late = await sendForm(host, carol, `${path}/proposal`, {
        ...hidden,
        acknowledge: WARNED,
      })
      expect([late.status, late.html.includes('import/changed')]).toEqual([412, true])
      expect(store.proposals.all()).toEqual([])
    })

    it('is for who may propose additions, retirements and amendments', async () => {
      await host.addWithPassword('rob', of('reporter'))
      const refused = await upload(await browserOf('rob'), { file: LINES, fields: MIRROR })
      expect(refused.status).toBe(403)
    })
  })

  it('gives the lines of which nothing came, all of them', async () => {
    const bad = Array.from({ length: 40 }, (_, i) => `not a name ${i}\n`).join('')
    const good = Array.from({ length: 200 }, (_, i) => `n${i}.example\n`).join('')
    const path = await previewed(carol, { text: good + bad })
    const { html, headers } = await getPage(host, carol, `${path}/refused`)
    expect(headers.get('content-disposition')).toContain('attachment')
    expect(headers.get('content-type')).toContain('text/plain')
    expect(html.split('\n').slice(1, -1)).toHaveLength(40)
    expect(html).toContain('not a name 39\n')
  })

  it('takes a list of 50,000 lines', async () => {
    const lines = Array.from({ length: 50_000 }, (_, i) => `n${i}.bad${i % 977}.example\n`)
    const path = await previewed(carol, { file: lines.join('') })
    expect((await propose(carol, path)).status).toBe(303)
    expect(host.store.proposals.find(1)).toMatchObject({ added: 50_000 })
  })

  it('proposes once what is sent twice, in one window or in two', async () => {
    const path = await previewed(carol, { file: LINES })
    const other = await previewed(carol, { file: LINES })
    const hidden = await hiddenOf(host, carol, path)
    const send = (): Promise<GotPage> => sendForm(host, carol, `${path}/proposal`, hidden)
    const [first, second] = [await send(), await send()]
    expect([first.status, second.status]).toEqual([303, 303])
    expect(second.location).toBe(first.location)
    const third = await propose(carol, other)
    expect([third.status, third.html.includes('import/repeated')]).toEqual([409, true])
    expect(host.store.proposals.all()).toHaveLength(1)
  })

  it('proposes nothing but what was seen', async () => {
    const path = await previewed(carol, { file: LINES })
    const forged = await propose(carol, path, { digest: '0'.repeat(64) })
    expect([forged.status, forged.html.includes('import/changed')]).toEqual([412, true])
    const hidden = await hiddenOf(host, carol, path)
    const list = host.store.lists.find('phishing')!
    const added = [Buffer.from('a.example\tdomain\tnxdomain\t-\tK7M29QXT\n')]
    const { store } = host
    store.decisions.commit(decisionOf(list.rowId, { added: 1 }), { added, retired: [] })
    const late = await sendForm(host, carol, `${path}/proposal`, hidden)
    expect([late.status, late.html.includes('import/changed')]).toEqual([412, true])
    // What it would do now is shown, and can be proposed.
    expect(late.html).toMatch(/Entries that the list would get<\/dt><dd><strong>2</)
    expect((await propose(carol, path)).status).toBe(303)
    expect(store.proposals.find(1)).toMatchObject({ added: 2 })
  })

  it('says what is wrong beside the field, and keeps the file', async () => {
    const none = await upload(carol, {})
    expect(none.status).toBe(400)
    expect(none.html).toContain('id="console-import-text-error"')
    const silent = await upload(carol, { file: LINES, fields: { reason: ' ' } })
    expect([silent.status, silent.html.includes('id="console-import-reason-error"')]).toEqual([
      ...[400, true],
    ])
    expect(silent.html).toContain('list.txt is here already')
    const [, id = ''] = /name="upload" value="(\w+)"/.exec(silent.html) ?? []
    // The file stays for who sends the form again without it.
    const path = await previewed(carol, { fields: { upload: id } })
    expect(path).toBe(`/console/import/${id}`)
    const page = await upload(carol, { file: '<!DOCTYPE html><html></html>\n' })
    expect(page.html).toMatch(/import\/not-a-list[^]*id="console-import-file-error"/)
    const typed = await upload(carol, { text: '\u0007\n<script>\n', fields: { format: 'hosst' } })
    expect(typed.html).toContain('&lt;script&gt;')
    expect(typed.html).not.toContain('<script>\n')
    expect(typed.html).toContain('id="console-import-format-error"')
  })

  it('is for who may propose additions, and an upload for its uploader alone', async () => {
    const rita = await browserOf('rita')
    expect((await upload(rita, { file: LINES })).status).toBe(403)
    expect((await upload(carol, { file: LINES, fields: { list: 'other' } })).status).toBe(403)
    expect(uploads()).toEqual([])
    const path = await previewed(carol, { file: LINES })
    const cleo = await browserOf('cleo')
    expect((await getPage(host, cleo, path)).status).toBe(404)
    expect((await getPage(host, cleo, `${path}/refused`)).status).toBe(404)
    const hidden = await hiddenOf(host, carol, path)
    const own = await hiddenOf(host, cleo, '/console/import')
    const stolen = { ...hidden, token: own['token'] ?? '', once: own['once'] ?? '' }
    expect((await sendForm(host, cleo, `${path}/proposal`, stolen)).status).toBe(404)
    expect((await upload(cleo, { fields: { upload: path.split('/')[3] ?? '' } })).status).toBe(404)
    const statuses = ['..%2f..%2fbailiwick', '0'.repeat(32), '..'].map(
      async (id) => (await getPage(host, carol, `/console/import/${id}/refused`)).status,
    )
    expect(await Promise.all(statuses)).toEqual([404, 404, 404])
    host.store.users.takeRole('carol', of('curator'))
    host.store.users.giveRole('carol', of('reporter'))
    expect((await getPage(host, carol, path)).status).toBe(404)
  })

  it('takes nothing from a form of another site, before a byte is kept', async () => {
    const form = new FormData()
    form.append('list', 'phishing')
    form.append('file', new Blob([LINES]), 'list.txt')
    const sent = await request(host.app, carol, '/console/import', { method: 'POST', body: form })
    expect(sent.status).toBe(403)
    const foreign = { method: 'POST', body: form, headers: { origin: 'https://evil.test' } }
    expect((await request(host.app, carol, '/console/import', foreign)).status).toBe(403)
    expect(uploads()).toEqual([])
  })

  it('takes no file beyond the limit, and keeps none for ever', async () => {
    const long = Buffer.alloc(UPLOAD_LIMITS.bytes + 1, 'a')
    const sent = await upload(carol, { file: long })
    expect([sent.status, sent.html.includes('import/too-large')]).toEqual([413, true])
    expect(uploads()).toEqual([])
    const paths: string[] = []
    for (let i = 0; i <= UPLOAD_LIMITS.perPerson; i++) {
      vi.setSystemTime(Date.now() + 1000)
      paths.push(await previewed(carol, { file: `n${i}.example\n` }))
    }
    // Six were sent: the first is gone.
    const statuses = await Promise.all(
      paths.map(async (path) => (await getPage(host, carol, path)).status),
    )
    expect(statuses).toEqual([404, 200, 200, 200, 200, 200])
    vi.setSystemTime(Date.now() + UPLOAD_LIMITS.keptMs)
    expect((await getPage(host, carol, paths.at(-1) ?? '')).status).toBe(404)
    await previewed(await browserOf('cleo'), { file: 'z.example\n' })
    expect(uploads().filter((name) => name.endsWith('.data'))).toHaveLength(1)
  })

  it('takes a file away when that is asked', async () => {
    const path = await previewed(carol, { file: LINES })
    const hidden = await hiddenOf(host, carol, path)
    const sent = await sendForm(host, carol, `${path}/discard`, hidden)
    expect(sent.location).toBe('/console/import?done=removed')
    expect(uploads()).toEqual([])
  })
})

describe('the API of imports', () => {
  const ask = (method: string, path: string, body: unknown = null): Promise<Answer> =>
    host.browser().send(method, path, body, { authorization: `Bearer ${key}` })
  let key: string

  beforeEach(() => {
    key = host.makeKey('c', 'carol', of('curator'))
  })

  it('looks, tells, and proposes what was seen', async () => {
    const file = { list: 'phishing', reason: 'a feed', text: LINES, name: 'feed.txt' }
    const { status, body } = await ask('POST', '/v1/imports', file)
    const view = body as unknown as ImportView
    expect([status, view]).toMatchObject([
      200,
      {
        ...{ list: 'phishing', name: 'feed.txt', accepted: 3, added: 3, lines: 7 },
        duplicates: { inFile: 1, listed: 0 },
        covered: { inFile: 1, byList: 0 },
        refused: { count: 2 },
        findings: [{ code: WARNED, class: 'warn' }],
        impact: { after: 3 },
      },
    ])
    const at = `/v1/imports/${view.import}`
    expect((await ask('GET', at)).body).toEqual(body)
    expect((await ask('GET', `${at}/refused`)).body['text']).toContain('not a name')
    const again = { list: 'phishing', reason: 'a feed', leaveOut: true }
    const second = (await ask('POST', `${at}/preview`, again)).body as unknown as ImportView
    expect(second.digest).not.toBe(view.digest)
    const stale = await ask('POST', `${at}/proposal`, { digest: view.digest })
    expect([stale.status, stale.body['code']]).toEqual([412, 'import/changed'])
    const { digest } = second
    const proposed = await ask('POST', `${at}/proposal`, { digest, acknowledge: [WARNED] })
    expect(proposed).toMatchObject({ status: 200, body: { proposal: 'p1', state: 'open' } })
    expect(await ask('DELETE', at)).toMatchObject({ status: 404 })
  })

  it('keeps nothing of what is no list', async () => {
    const file = { list: 'phishing', reason: 'a feed', text: '<html></html>\n' }
    expect(await ask('POST', '/v1/imports', file)).toMatchObject({
      ...{ status: 400, body: { code: 'import/not-a-list', errors: [{ path: '/text' }] } },
    })
    expect(uploads()).toEqual([])
  })
})
