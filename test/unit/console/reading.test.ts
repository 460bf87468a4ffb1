import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getPage, hiddenOf, sendForm, type GotPage } from '../../support/console-forms.ts'
import { openConsoleWorld, OURS, THEIRS, type ConsoleWorld } from '../../support/console-world.ts'
import { readPage, type PageElement } from '../../support/read-page.ts'
import type { Browser } from '../../support/sign-in-host.ts'
import { publish } from '../../support/store-builders.ts'

/** After everything was decided. */
const LATER = new Date('2030-01-01T01:00:00Z')

let world: ConsoleWorld
let curator: Browser
let auditor: Browser

beforeAll(async () => {
  world = openConsoleWorld()
  const { store } = world.host
  const list = store.lists.find(OURS)!.rowId
  world.list(OURS, ['kept.example', 'xn--bcher-kva.example'])
  publish(store, list, LATER)
  world.list(OURS, ['new.example'])
  publish(store, list, LATER)
  world.list(OURS, ['later.example'])
  world.list(THEIRS, ['hidden.example'])
  await world.host.addWithPassword('reader', { list: OURS, role: 'auditor' })
  await world.host.addWithPassword('urgent', { list: OURS, role: 'curator' })
  auditor = world.host.browser()
  await auditor.signIn('reader')
  curator = world.host.browser()
  await curator.signIn('urgent')
})

afterAll(() => {
  // No folder of an authority is there for the urgent serial to be published from.
  expect(world.host.faults).toMatchObject([{ code: 'data/not-found' }])
  world.host.close()
})

const get = (path: string, browser = auditor): Promise<GotPage> =>
  getPage(world.host, browser, path)

const find = async (path: string, selector: string, browser = auditor): Promise<PageElement[]> =>
  readPage((await get(path, browser)).html)(selector)

const texts = (elements: readonly PageElement[]): string[] =>
  elements.map((one) => one.textContent.replace(/\s+/g, ' ').trim())

describe('search in the console', () => {
  it('finds by a form, marks what was looked for, and says how many', async () => {
    const path = '/console/search?q=B%C3%BCcher'
    expect(texts(await find(path, '#results tbody th'))).toEqual([
      'xn--bcher-kva.example (bücher.example)',
    ])
    expect(texts(await find('/console/search?q=NEW.', '#results mark'))).toEqual(['new'])
    expect(texts(await find(path, '#results-said'))).toEqual(['1 entry.'])
    const said = async (q: string): Promise<string[]> =>
      texts(await find(`/console/search?q=${q}`, '#results-said'))
    expect(await said('nowhere')).toEqual(['Nothing found.'])
    expect(await said('two+words')).toEqual(['No value can have this in it.'])
    expect(await said('')).toEqual([''])
  })

  it('gives a script the results alone', async () => {
    const { html, headers } = await get('/console/search/results?q=later')
    expect(html).not.toMatch(/<html|<main/)
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    const part = readPage(`<body>${html}</body>`)
    expect(part('[data-says]')[0]!.getAttribute('data-says')).toBe('1 entry.')
    expect(texts(part('tbody td').slice(-1))).toEqual(['not published yet'])
  })

  it('gives nobody anything, and nothing of what is hidden', async () => {
    const { status, html } = await get('/console/search/results?q=kept', world.host.browser())
    expect([status, html]).toEqual([401, ''])
    const hidden = await get('/console/search?q=hidden')
    expect(hidden.html).not.toContain('hidden.example')
    expect((await get(`/console/search/results?q=x&list=${THEIRS}`)).status).toBe(404)
    expect((await get('/console/search/results?q=x&cursor=x')).status).toBe(400)
  })

  it('goes on from a page to the next', async () => {
    const many = Array.from({ length: 60 }, (_, i) => `many${i}.example`)
    world.list(OURS, many)
    const [next] = await find('/console/search/results?q=many', '.pager a')
    const href = next!.getAttribute('href')!
    expect(href).toMatch(/^\/console\/search\?q=many&cursor=/)
    expect(await find(href, '#results tbody tr')).toHaveLength(10)
    expect(await find(href, '.pager a')).toHaveLength(0)
  })

  it('shows what was typed as text', async () => {
    const typed = '"><script>alert(1)</script>'
    const { html } = await get(`/console/search?q=${encodeURIComponent(typed)}`)
    expect(html).not.toContain('<script>alert')
    expect(readPage(html)('#q')[0]!.getAttribute('value')).toBe(typed)
  })
})

describe('an entry in the console', () => {
  it('has its story, with links to what made its serials', async () => {
    const path = '/console/entries?value=new.example'
    expect(texts(await find(path, '.story > li'))).toEqual([
      expect.stringMatching(/alice added it phishing, domain, Decision \d+/),
      expect.stringMatching(/Published with serial 2 phishing, domain$/),
    ])
    const [link] = await find(path, 'td a[href*=".."]')
    expect(link!.getAttribute('href')).toBe(`/console/publications/${OURS}/1..2`)
    expect((await get('/console/entries?value=nowhere.example')).status).toBe(404)
    expect(await find('/console/entries', 'main a[href="/console/search"]')).toHaveLength(1)
    expect((await get('/console/entries?value=hidden.example')).status).toBe(404)
  })

  it('is retired at once by one person who may, with a reason', async () => {
    const path = '/console/entries?value=kept.example'
    const action = `/console/entries/${OURS}/domain/kept.example/retire`
    expect(await find(path, `form[action="${action}"]`)).toHaveLength(0)
    const [form] = await find(path, `form[action="${action}"]`, curator)
    expect(form).toBeDefined()
    const hidden = await hiddenOf(world.host, curator, path)
    const refused = await sendForm(world.host, curator, action, { ...hidden, reason: '' })
    expect(refused.status).toBe(400)
    const [error] = readPage(refused.html)(`form[action="${action}"] .error`)
    expect(error?.textContent).toMatch(/^expected /)
    const done = await sendForm(world.host, curator, action, { ...hidden, reason: 'a mistake' })
    expect(done.location).toBe('/console/entries?value=kept.example&done=decided')
    const [decision] = world.host.store.decisions.all({ limit: 1 })
    expect(decision).toMatchObject({ act: 'retire', urgent: true, reason: 'a mistake', retired: 1 })
    expect(texts(await find('/console', '#urgent ~ .scroll td'))).toContain('urgent')
  })
})

describe('serials and lists in the console', () => {
  it('has an address for the difference of any two serials', async () => {
    const rows = async (range: string): Promise<string[]> =>
      texts(await find(`/console/publications/${OURS}/${range}`, 'tbody tr'))
    expect(await rows('1..2')).toEqual([expect.stringContaining('+ addednew.example')])
    expect(await rows('2..1')).toEqual([expect.stringContaining('− removednew.example')])
    expect(await rows('difference?from=1&to=2')).toHaveLength(1)
    const status = async (range: string): Promise<number> =>
      (await get(`/console/publications/${OURS}/${range}`)).status
    expect(await status('1..3')).toBe(404)
    expect(await status('1...2')).toBe(404)
    expect(await status('difference?from=x&to=2')).toBe(400)
  })

  it('draws how a list became what it is, with the figures beside', async () => {
    for (const path of ['/console', `/console/lists/${OURS}`]) {
      const find = readPage((await get(path)).html)
      const [size] = find(`#size-${OURS}-title`)
      expect(size?.textContent).toBe(`Size of ${OURS}`)
      expect(find(`#changes-${OURS}-desc`)[0]?.textContent).toMatch(/^In 90 days \d+ added/)
      expect(find('figure details table tbody tr').length).toBeGreaterThan(0)
    }
    expect((await get(`/console/lists/${THEIRS}`)).status).toBe(404)
  })
})
