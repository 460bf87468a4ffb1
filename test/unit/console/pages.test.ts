import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACTIONS, PAGES, PLACES } from '../../../src/console/pages/all-pages.ts'
import { THERE } from '../../support/api-request.ts'
import { isConsolePath } from '../../../src/console/console-path.ts'
import { openConsoleWorld, OURS, SECRET, type ConsoleWorld } from '../../support/console-world.ts'
import { readPage } from '../../support/read-page.ts'
import { PASSWORD, type Answer, type Browser } from '../../support/sign-in-host.ts'

/** Every page that there is, as its HTML and its headers: whatever is added to the table is looked at here too. */
let world: ConsoleWorld
let everything: Browser

beforeAll(async () => {
  world = openConsoleWorld()
  await world.fill()
  await world.host.addWithPassword(
    'all',
    ...(['reporter', 'curator', 'approver', 'publisher'] as const).map((role) => ({
      list: OURS,
      role,
    })),
    ...(['auditor', 'administrator'] as const).map((role) => ({ list: '*', role })),
  )
  everything = world.host.browser()
  await everything.signIn('all')
})

afterAll(() => {
  expect(world.host.faults).toEqual([])
  world.host.close()
})

function pathOf({ path }: { readonly path: string }): string {
  return path.replaceAll(/:(\w+)/g, (_, name: string) => THERE[name] ?? '1')
}

const paths = PAGES.map(pathOf)

describe.each(['en', 'de'])('in %s', (language) => {
  it.each(paths)('%s is a page with everything that a page needs', async (path) => {
    const answer = await everything.get(path, { 'accept-language': language })
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(answer.headers.get('content-language')).toBe(language)
    const find = readPage(answer.text)
    expect(find('html')[0]!.getAttribute('lang')).toBe(language)
    expect(find('h1')).toHaveLength(1)
    expect(find('h1')[0]!.textContent.trim()).not.toBe('')
    expect(find('title')[0]!.textContent).toMatch(/\S · Bailiwick$/)
    expect(find('main')).toHaveLength(1)
    expect(find('a.skip')[0]?.getAttribute('href')).toBe('#content')
    expect(find('meta[name=viewport]')).toHaveLength(1)
  })
})

describe.each(PAGES)('$path', ({ path: pattern }) => {
  const path = pathOf({ path: pattern })
  let answer: Answer
  let find: ReturnType<typeof readPage>
  beforeAll(async () => {
    answer = await everything.get(path)
    find = readPage(answer.text)
  })

  it('is there, and nobody keeps it', () => {
    expect([200, 400, 404]).toContain(answer.status)
    if (!/:(?!proposal|list|value|report|subscriber)/.test(pattern)) expect(answer.status).toBe(200)
    expect(isConsolePath(path)).toBe(true)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('vary')).toContain('Cookie')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('x-frame-options')).toBe('DENY')
    expect(answer.headers.get('referrer-policy')).toBe('same-origin')
    expect(answer.headers.get('cross-origin-opener-policy')).toBe('same-origin')
  })

  it('runs and loads nothing but what this answer names', async () => {
    const policy = answer.headers.get('content-security-policy') ?? ''
    const nonces = [...policy.matchAll(/'nonce-([^']+)'/g)].map(([, nonce]) => nonce)
    expect(new Set(nonces).size).toBe(1)
    const [nonce = ''] = nonces
    expect(Buffer.from(nonce, 'base64url').length).toBeGreaterThanOrEqual(16)
    expect(policy.split('; ').sort()).toEqual([
      ...["base-uri 'none'", "connect-src 'self'", "default-src 'none'", "form-action 'self'"],
      ...["frame-ancestors 'none'", "img-src 'self' data:"],
      ...[`script-src 'nonce-${nonce}'`, `style-src 'nonce-${nonce}'`],
    ])
    const again = await everything.get(path)
    expect(again.headers.get('content-security-policy')).not.toBe(policy)
    for (const element of find('script, style, link[rel=stylesheet]')) {
      expect(element.getAttribute('nonce')).toBe(nonce)
    }
    for (const script of find('script')) {
      expect(script.textContent.trim()).toBe('')
      expect((await everything.get(script.getAttribute('src')!)).status).toBe(200)
    }
  })

  it('has no style and no script inside of elements, and nothing of other hosts', () => {
    for (const element of find('*')) {
      for (const { name, value } of [...element.attributes]) {
        expect(name).not.toMatch(/^on|^style$|^srcdoc$/)
        if (/^(?:href|src|action|formaction|data|poster)$/.test(name)) {
          expect(value).toMatch(/^(?:\/(?!\/)|#|data:,$|\?)/)
        }
      }
    }
    expect(find('iframe, object, embed, base, meta[http-equiv=Content-Security-Policy]')).toEqual(
      [],
    )
  })

  it('has a name for each field, and each id once', () => {
    const ids = find('[id]').map(({ id }) => id)
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([])
    for (const field of find('input:not([type=hidden]), select, textarea')) {
      const label = find(`label[for="${field.id}"]`)[0]?.textContent.trim()
      expect(field.getAttribute('aria-label') ?? label, field.outerHTML).toMatch(/\S/)
    }
    for (const one of find('[aria-describedby], [aria-labelledby]')) {
      const names = `${one.getAttribute('aria-describedby') ?? ''} ${one.getAttribute('aria-labelledby') ?? ''}`
      for (const id of names.trim().split(/\s+/)) expect(ids, one.outerHTML).toContain(id)
    }
    for (const button of find('button, a[href], summary')) {
      expect(`${button.textContent}${button.getAttribute('aria-label') ?? ''}`).toMatch(/\S/)
    }
  })

  it('has forms that say where they come from and are done once, to paths that take them', () => {
    for (const form of find('form[method=post]')) {
      expect(form.querySelector('input[name=token]')?.getAttribute('value')).toMatch(/^[\w-]{43}$/)
      expect(form.querySelector('input[name=once]')?.getAttribute('value')).toMatch(/^[\w-]{22}$/)
      const action = form.getAttribute('action') ?? ''
      const isKnown =
        ACTIONS.some((one) =>
          new RegExp(`^${one.path.replaceAll(/:\w+/g, '[^/]+')}$`).test(action),
        ) || world.host.app.routes.some((route) => route.method === 'POST' && route.path === action)
      expect(isKnown, action).toBe(true)
    }
    const keys = find('input[name=once]').map((key) => key.getAttribute('value'))
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('heads its parts in order', () => {
    const levels = find('main h1, main h2, main h3, main h4').map((h) => Number(h.tagName[1]))
    for (const [i, level] of levels.entries()) {
      expect(level).toBeLessThanOrEqual((levels[i - 1] ?? 0) + 1)
    }
  })
})

describe('whoever has not signed in', () => {
  const closed = PAGES.filter(({ isOpen }) => isOpen !== true).map(pathOf)
  it.each(closed)('is sent from %s to sign in, and then back', async (path) => {
    const asked = `${path}?x=1&y=%2F`
    const answer = await world.host.browser().get(asked)
    expect(answer.status).toBe(303)
    const to = new URL(answer.headers.get('location')!, 'https://lists.cert.test')
    expect(to.pathname).toBe('/console/sign-in')
    expect(to.searchParams.get('then')).toBe(asked)
    expect(answer.text).not.toContain(SECRET)
  })

  it('goes on where he was going', async () => {
    const browser = world.host.browser('192.0.2.50')
    const fields = { user: 'all', password: PASSWORD, then: '/console/queue?state=open' }
    const answer = await browser.submit('/console/sign-in', fields)
    expect(answer.status, answer.text).toBe(303)
    expect(answer.headers.get('location')).toBe('/console/queue?state=open')
  })
})

describe('whoever has no role there', () => {
  it.each(paths)('learns nothing from %s', async (path) => {
    const browser = world.host.browser('192.0.2.51')
    if (!world.host.store.users.find('none')) await world.host.addWithPassword('none')
    await browser.signIn('none')
    const { status, text } = await browser.get(path)
    expect(status).toBeLessThan(500)
    expect(text).not.toContain(SECRET)
  })

  it('has no places in the navigation but those that need nothing', async () => {
    const browser = world.host.browser('192.0.2.51')
    await browser.signIn('none')
    const find = readPage((await browser.get('/console/account')).text)
    const links = find('header nav a').map((link) => link.getAttribute('href'))
    expect(links).toEqual(PLACES.filter(({ acts }) => acts.length === 0).map(({ path }) => path))
  })

  it('finds each place of the navigation, if he may everything', async () => {
    for (const { path } of PLACES)
      expect([path, (await everything.get(path)).status]).toEqual([path, 200])
  })
})
