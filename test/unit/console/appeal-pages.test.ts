import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { getPage, sendForm, type GotPage } from '../../support/console-forms.ts'
import { openConsoleWorld, OURS, THEIRS, type ConsoleWorld } from '../../support/console-world.ts'
import { readPage } from '../../support/read-page.ts'
import type { Browser } from '../../support/sign-in-host.ts'

let world: ConsoleWorld
let appellant: Browser

beforeEach(() => {
  world = openConsoleWorld()
  world.list(OURS, ['listed.example'])
  world.list(THEIRS, ['listed.example'])
  appellant = world.host.browser('198.51.100.9')
})

afterEach(() => {
  expect(world.host.faults).toEqual([])
  world.host.close()
})

/** Fills in the form of that action, with what it carries hidden. */
async function fill(
  browser: Browser,
  page: string | GotPage,
  action: string,
  fields: Readonly<Record<string, string>>,
): Promise<GotPage> {
  const { html } = typeof page === 'string' ? await getPage(world.host, browser, page) : page
  const form = readPage(html)(`form[action="${action}"]`)[0]
  if (form === undefined) throw new Error(`expected a form for ${action}, got none`)
  const hidden = [...form.querySelectorAll('input[type=hidden]')].map((field): [string, string] => [
    field.getAttribute('name')!,
    field.getAttribute('value') ?? '',
  ])
  return sendForm(world.host, browser, action, { ...Object.fromEntries(hidden), ...fields })
}

const appeal = (fields: Readonly<Record<string, string>> = {}): Promise<GotPage> =>
  fill(appellant, '/appeal', '/appeal', {
    ...{ about: 'listed.example', grounds: 'it is mine', contact: '', ...fields },
  })

async function openCase(fields: Readonly<Record<string, string>> = {}): Promise<string> {
  const { status, html } = await appeal(fields)
  expect(status).toBe(200)
  return /bla_[\w-]{43}/.exec(html)![0]
}

async function signIn(name: string, list: string): Promise<Browser> {
  const roles = [{ list, role: 'curator' as const }]
  if (list === THEIRS) await world.host.addWithPassword(name, ...roles)
  else await world.host.addWithPassword(name, ...roles)
  const browser = world.host.browser()
  await browser.signIn(name)
  return browser
}

const status = (code: string): Promise<GotPage> =>
  fill(appellant, '/appeal/status', '/appeal/status', { code })

describe('without an account', () => {
  it('one appeals, comes back by the code, and writes', async () => {
    const code = await openCase({ about: ' Listed.EXAMPLE. ' })
    const shown = await status(code)
    expect(shown.html).toContain('listed.example')
    expect(shown.html).not.toMatch(/phishing|gambling/)
    const text = '<b>still</b>\nmine'
    const written = await fill(appellant, shown, '/appeal/messages', { text })
    expect(written.html).toContain('&lt;b&gt;still&lt;/b&gt;')
    // Asked again by the same form, it isn't the answer of before.
    const [form] = readPage((await getPage(world.host, appellant, '/appeal/status')).html)(
      'form[action="/appeal/status"]',
    )
    const once = form!.querySelector('input[name=once]')?.getAttribute('value') ?? ''
    const token = form!.querySelector('input[name=token]')?.getAttribute('value') ?? ''
    const ask = (): Promise<GotPage> =>
      sendForm(world.host, appellant, '/appeal/status', { once, token, code })
    const before = (await ask()).html
    await fill(appellant, await status(code), '/appeal/messages', { text: 'one more' })
    expect(before).not.toContain('one more')
    expect((await ask()).html).toContain('one more')
  })

  it('what was typed comes back, with what is wrong beside the field', async () => {
    const answer = await appeal({ about: 'no name at all', grounds: '"quoted" & <i>more</i>' })
    expect(answer.status).toBe(400)
    const find = readPage(answer.html)
    expect(find('form[action="/appeal"] [name=about]')[0]!.getAttribute('aria-invalid')).toBe(
      'true',
    )
    expect(answer.html).toContain('&lt;i&gt;more&lt;/i&gt;')
    const wrong = await status('bla_A')
    expect(wrong.status).toBe(404)
    expect(readPage(wrong.html)('[name=code]')[0]!.getAttribute('aria-invalid')).toBe('true')
    expect(wrong.html).not.toContain('name="text"')
  })

  it('the code stands in no address', async () => {
    const code = await openCase()
    const { html } = await status(code)
    for (const link of readPage(html)('a, form')) {
      const address = link.getAttribute('href') ?? link.getAttribute('action') ?? ''
      expect(address).not.toContain('bla_')
    }
  })

  it('a form that is sent twice opens one case, and the code isn’t shown again', async () => {
    const first = await getPage(world.host, appellant, '/appeal')
    const fields = { about: 'a.example', grounds: 'mine', contact: '' }
    expect((await fill(appellant, first, '/appeal', fields)).html).toContain('bla_')
    const again = await fill(appellant, first, '/appeal', fields)
    expect(again.status).toBe(409)
    expect(again.html).not.toMatch(/bla_[\w-]{43}/)
    expect(world.host.store.appeals.count()).toBe(1)
  })
})

describe('who decides', () => {
  it('answers, accepts and is told that others have still to', async () => {
    const code = await openCase()
    const ours = await signIn('paula', OURS)
    const path = '/console/appeals/a1'
    const queue = await getPage(world.host, ours, '/console/appeals')
    expect(queue.html).toContain(`href="${path}"`)
    expect(queue.html).not.toContain(THEIRS)
    const answered = await fill(ours, path, `${path}/answers`, { list: OURS, text: 'which one?' })
    expect(answered.status).toBe(303)
    const page = await getPage(world.host, ours, path)
    expect(page.html).not.toContain(THEIRS)
    const [tick] = readPage(page.html)(`form[action="${path}/acceptance/${OURS}"] [type=checkbox]`)
    const chosen = {
      [tick!.getAttribute('name')!]: tick!.getAttribute('value') ?? 'on',
      text: 'it is clean',
    }
    const accepted = await fill(ours, page, `${path}/acceptance/${OURS}`, chosen)
    expect(accepted.status).toBe(303)
    // There is no folder to publish into: what is decided stands, and the page says so.
    expect(world.host.faults.splice(0)).toMatchObject([{ code: 'data/not-found' }])
    const { store } = world.host
    expect(store.entries.find(store.lists.find(OURS)!.rowId, 'listed.example')).toEqual([])
    expect((await status(code)).html).not.toContain('it is clean')
    const theirs = await signIn('theo', THEIRS)
    const refused = await fill(theirs, path, `${path}/refusal`, { list: THEIRS, text: 'it stays' })
    expect(refused.status).toBe(303)
    const { html } = await status(code)
    expect(html).toMatch(/it is clean[\s\S]*it stays/)
    expect(html).toContain('accepted in part')
    expect(readPage((await getPage(world.host, ours, path)).html)('main form')).toEqual([])
  })

  it('is asked to look again where the appellant has written meanwhile', async () => {
    const code = await openCase()
    const ours = await signIn('paula', OURS)
    const path = '/console/appeals/a1'
    const page = await getPage(world.host, ours, path)
    await fill(appellant, await status(code), '/appeal/messages', { text: 'wait' })
    const answer = await fill(ours, page, `${path}/refusal`, { list: OURS, text: 'it stays' })
    expect(answer.status).toBe(412)
    expect(answer.html).toContain('it stays')
    expect(world.host.store.appeals.acts(1).map(({ act }) => act)).toEqual(['opened', 'message'])
  })
})
