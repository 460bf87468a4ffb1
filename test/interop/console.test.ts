import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { PAGES } from '../../src/console/pages/all-pages.ts'
import { freePort, openAnyAnswerDns, type AnyAnswerDns } from '../support/any-answer-dns.ts'
import { THERE } from '../support/api-request.ts'
import { runBailiwick } from '../support/bailiwick-command.ts'
import {
  openConsoleAuthority,
  PASSWORD,
  type ConsoleAuthority,
} from '../support/console-authority.ts'
import { dig, digUntil } from '../support/dig.ts'
import { describeWith, needsProgram } from '../support/needs-program.ts'
import { findWithAxe, launchChromium, overflowOf } from '../support/real-browser.ts'
import { totp } from '../support/sign-in-host.ts'

/** The real server and real Chromium: people of two organisations decide, and a resolver follows. The tests read in their order. */
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })

const DEFINITION = {
  ...{ id: 'phishing', title: 'Phishing warning list', authority: 'Example CERT' },
  ...{ action: { type: 'nxdomain' }, legalBasis: 'Act, art. 1', zone: { origin: 'rpz.example' } },
  guard: { maxGrowth: 100, maxShrink: 1, minEntries: 0 },
}
const OPEN = '192.0.2.7'

let authority: ConsoleAuthority
let chromium: Browser
/** What any page has told its own console: a refused script, a lost file. */
const complaints: string[] = []

async function openPage(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await chromium.newContext({ locale: 'en', ...options })
  const page = await context.newPage()
  page.on('console', (message) => {
    // That an answer was refused, as a test wants it to be, is no complaint about the page.
    const isRefusal = /status of 4\d\d/.test(message.text())
    if (message.type() === 'error' && !isRefusal) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(authority.url) && !url.startsWith('data:')) complaints.push(url)
  })
  return page
}

async function signIn(user: string, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await openPage(options)
  await page.goto(`${authority.url}/console/sign-in?then=/console/queue`)
  await page.getByLabel('User').fill(user)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  return page
}

async function propose(page: Page, act: string, value: string): Promise<void> {
  await page.goto(`${authority.url}/console/propose`)
  await page.getByLabel('What is to be done').selectOption(act)
  await page.getByLabel('Names, URLs or addresses').fill(value)
  await page.getByLabel('Reason', { exact: true }).fill('imitates a bank')
}

function end(child: ChildProcess): Promise<unknown> {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  return ended
}

/** What there is in this authority, by the names of parameters. */
const there: Record<string, string> = { ...THERE, range: '1..2', user: 'bela', kind: 'domain' }
const pathOf = (path: string): string =>
  path.replaceAll(/:(\w+)/g, (_, name: string) => there[name] ?? '1')

describeWith(['chromium', 'unbound', 'unbound-control', 'dig'], 'in Chromium', () => {
  let upstream: AnyAnswerDns
  const closing: (() => Promise<unknown>)[] = []
  let port: number
  let pull: () => Promise<void>

  beforeAll(async () => {
    authority = await openConsoleAuthority(DEFINITION)
    closing.push(() => authority.stop())
    chromium = await launchChromium()
    closing.push(() => chromium.close())
    upstream = await openAnyAnswerDns(OPEN)
    closing.push(() => upstream.close())
    port = await freePort()
    pull = openAgent()
    await pull()
    const args = ['-d', '-c', join(authority.folder, 'unbound.conf')]
    const resolver = spawn(needsProgram('unbound'), args, { stdio: 'ignore' })
    closing.push(() => end(resolver))
    expect(await digUntil(port, 'ready.example', `NOERROR ${OPEN}`)).toBe(`NOERROR ${OPEN}`)
  })

  afterAll(async () => {
    for (const close of closing.reverse()) await close()
    expect(complaints).toEqual([])
  })

  /** An agent that writes for unbound, which is told of each new file once it runs. */
  function openAgent(): () => Promise<void> {
    const { folder, url: source, rootFile: root } = authority
    chmodSync(folder, 0o777)
    const [zone, conf] = [join(folder, 'rpz'), join(folder, 'unbound.conf')]
    writeFileSync(
      conf,
      `server:
  interface: 127.0.0.1@${port}
  chroot: ""
  username: ""
  directory: "${folder}"
  pidfile: ""
  do-not-query-localhost: no
  module-config: "respip validator iterator"
remote-control:
  control-enable: yes
  control-interface: "${join(folder, 'control')}"
  control-use-cert: no
rpz:
  name: "rpz.example"
  zonefile: "${zone}"
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@${upstream.port}
`,
    )
    const told = [needsProgram('unbound-control'), '-c', conf, 'auth_zone_reload', 'rpz.example']
    const config = join(folder, 'agent.json')
    const write = (reload: readonly string[]): void => {
      const outputs = [{ format: 'rpz', path: zone, reload }]
      const list = { id: 'phishing', limits: { maxShrink: 1, maxGrowth: 100 }, outputs }
      writeFileSync(config, JSON.stringify({ source, root, state: 'state', lists: [list] }))
    }
    write(['true'])
    return async () => {
      const ran = await runBailiwick(['agent', 'pull', '--config', config])
      expect(ran).toMatchObject({ code: 0, stderr: '' })
      write(told)
    }
  }

  /** The serial that everybody is told; what is published is served within a second. */
  async function untilSerial(serial: number): Promise<void> {
    for (let tries = 0; tries < 100; tries++) {
      const answer = await fetch(`${authority.url}/v1/lists/phishing`)
      const told = (await answer.json()) as { readonly serial?: number }
      if (told.serial === serial) return
      await sleep(100)
    }
    throw new Error(`expected the serial ${serial} to be served`)
  }

  test('a name comes on the list by two organisations, and off it by one', async () => {
    const bela = await signIn('bela')
    await propose(bela, 'add', 'bad.example')
    await bela.getByRole('button', { name: 'Propose' }).click()
    expect(await bela.locator('h1').innerText()).toBe('p1: add on phishing')
    expect(await bela.getByRole('button', { name: 'Approve' }).count()).toBe(0)
    const cleo = await signIn('cleo')
    await cleo.getByRole('link', { name: 'p1', exact: true }).click()
    const impact = await cleo.locator('section:has(#impact)').innerText()
    expect(impact).toContain('1 name with everything below it would be blocked')
    expect(await cleo.locator('section:has(#lines)').innerText()).toContain('bad.example')
    await cleo.getByRole('button', { name: 'Approve', exact: true }).click()
    expect(await cleo.locator('[role=status].done').innerText()).toBe('Decided.')
    await authority.run('--actor', 'dora', 'publish', 'phishing')
    await untilSerial(2)
    await pull()
    expect(await digUntil(port, 'www.bad.example', 'NXDOMAIN')).toBe('NXDOMAIN')
    expect(await dig(port, 'good.example')).toBe(`NOERROR ${OPEN}`)
    await propose(bela, 'retire', 'bad.example')
    await bela.getByLabel('Urgent').check()
    await bela.getByRole('button', { name: 'Propose' }).click()
    expect(await bela.locator('[role=status].done').innerText()).toBe('Decided.')
    await untilSerial(3)
    await pull()
    expect(await digUntil(port, 'www.bad.example', `NOERROR ${OPEN}`)).toBe(`NOERROR ${OPEN}`)
    await Promise.all([bela, cleo].map((page) => page.context().close()))
  })

  test('by the keyboard alone one signs in, finds a proposal and approves it', async () => {
    const bela = await signIn('bela')
    await propose(bela, 'add', 'keys.example')
    await bela.getByRole('button', { name: 'Propose' }).click()
    const id = new URL(bela.url()).pathname.split('/').at(-1)!
    await bela.context().close()
    const page = await openPage()
    await page.goto(`${authority.url}/console/queue`)
    const focused = (): Promise<string> =>
      page.evaluate(
        `(({ activeElement: e }) => (e?.labels?.[0] ?? e)?.innerText?.trim() ?? '')(document)`,
      )
    const tabTo = async (name: RegExp): Promise<void> => {
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press('Tab')
        if (!name.test(await focused())) continue
        const width = await page.evaluate('getComputedStyle(document.activeElement).outlineWidth')
        expect([name, width]).toEqual([name, '3px'])
        return
      }
      throw new Error(
        `expected ${String(name)} to be reached, got no further than ${await focused()}`,
      )
    }
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('Skip to the content')
    await tabTo(/^User/)
    await page.keyboard.type('cleo')
    await page.keyboard.press('Tab')
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/console/queue')
    await tabTo(new RegExp(`^${id}$`))
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/console/proposals/${id}`)
    await tabTo(/^Approve$/)
    await page.keyboard.press('Enter')
    await page.waitForURL('**?done=decided')
    expect(await page.locator('[role=status].done').innerText()).toBe('Decided.')
    await page.context().close()
  })

  test('a second factor is set up, and asked for from then on', async () => {
    const page = await signIn('dora')
    await page.goto(`${authority.url}/console/account`)
    const setUp = page.locator('form[action="/console/account/second-factor"]')
    await setUp.getByLabel('Present password').fill(PASSWORD)
    await setUp.getByRole('button').click()
    const secret = /secret=(\w+)/.exec(await page.locator('code').first().innerText())![1]!
    await page.getByLabel('Confirm with its first code').fill('000000')
    await page.getByRole('button', { name: 'Confirm' }).click()
    expect(await page.locator('[role=alert]').innerText()).toContain('session/code')
    await page.getByLabel('Confirm with its first code').fill(totp(secret))
    await page.getByRole('button', { name: 'Confirm' }).click()
    expect(await page.locator('[role=status].done').innerText()).toBe('The second factor is on.')
    await page.context().close()
    const again = await signIn('dora')
    expect(new URL(again.url()).pathname).toBe('/console/sign-in/code')
    // The code of this half minute has been used: the next one is right, too.
    await again.getByLabel('Code of the authenticator').fill(totp(secret, Date.now() + 30_000))
    await again.getByRole('button', { name: 'Sign in' }).click()
    expect(new URL(again.url()).pathname).toBe('/console/queue')
    await again.context().close()
  })

  test('what is wrong is said beside the field, and a double click does once what it does', async () => {
    const page = await signIn('bela')
    await propose(page, 'add', 'twice.example\n<img src=x onerror=alert(1)>')
    await page.getByRole('button', { name: 'Propose' }).click()
    expect(await page.locator('#console-propose-values-error').innerText()).toContain('<img')
    expect(await page.getByLabel('Names, URLs or addresses').inputValue()).toContain('<img')
    expect(await page.locator('main img').count()).toBe(0)
    await page.getByLabel('Names, URLs or addresses').fill('twice.example')
    await page.getByRole('button', { name: 'Propose' }).dblclick()
    await page.waitForURL('**/console/proposals/**')
    await page.goto(`${authority.url}/console/queue`)
    expect(await page.locator('td:has-text("twice.example")').count()).toBe(1)
    await page.context().close()
  })

  test('without JavaScript everything is done in the same way', async () => {
    const page = await signIn('bela', { javaScriptEnabled: false })
    await propose(page, 'add', 'plain.example')
    await page.getByLabel('Reason', { exact: true }).fill(' ')
    await page.getByRole('button', { name: 'Propose' }).click()
    expect(await page.locator('#console-propose-reason-error').innerText()).toMatch(/^expected/)
    await page.getByLabel('Reason', { exact: true }).fill('imitates a bank')
    await page.getByRole('button', { name: 'Propose' }).click()
    const cleo = await signIn('cleo', { javaScriptEnabled: false, colorScheme: 'dark' })
    const id = new URL(page.url()).pathname.split('/').at(-1)!
    await cleo.getByLabel(`Approve ${id}`).check()
    await cleo.getByRole('button', { name: 'Approve those that are ticked' }).click()
    expect(await cleo.locator('[role=status].done').innerText()).toBe('Approved.')
    await page.reload()
    expect(await page.locator('dl').first().innerText()).toMatch(/decided/)
    await page.getByRole('button', { name: 'Deutsch' }).click()
    expect(await page.locator('html').getAttribute('lang')).toBe('de')
    await page.getByRole('button', { name: 'Abmelden' }).click()
    await page.goto(`${authority.url}/console/queue`)
    expect(new URL(page.url()).pathname).toBe('/console/sign-in')
    await Promise.all([page, cleo].map((one) => one.context().close()))
  })

  test('a long file is imported once its bad lines have been seen', async () => {
    const page = await signIn('gabi')
    await page.goto(`${authority.url}/console/import`)
    const lines = Array.from({ length: 50_000 }, (_, i) => `n${i}.example`)
    const text = ['bad..example', ...lines, 'co.uk', 'a b c'].join('\n')
    const name = '..%2f<img src=x onerror=alert(1)>.txt'
    const look = async (content: string): Promise<string[]> => {
      const file = { name, mimeType: 'text/plain', buffer: Buffer.from(content) }
      await page.getByLabel(/^File/).setInputFiles(file)
      await page.locator('[name=reason]').fill('reported by banks')
      await page.getByRole('button', { name: 'Look at what it would do' }).click()
      return page.locator('.error').allInnerTexts()
    }
    expect((await look(text)).join()).toMatch(/has been cut off/)
    expect(await look(`${text}\n`)).toEqual([])
    expect(new URL(page.url()).pathname).toMatch(/^\/console\/import\/[^/]+$/)
    there['import'] = new URL(page.url()).pathname.split('/').at(-1)!
    const shown = await page.locator('main').innerText()
    for (const part of ['50000', 'bad..example', '<img src=x']) expect(shown).toContain(part)
    expect(await page.locator('main img').count()).toBe(0)
    await page.context().close()
  })

  test('axe finds nothing on any page, in either theme, and none is wider than a telephone', async () => {
    const everything = await signIn('gabi')
    const nobody = await openPage()
    await seed(everything)
    const found: Record<string, unknown> = {}
    const look = async (page: Page, path: string): Promise<void> => {
      const answer = await page.goto(authority.url + path)
      const light = await findWithAxe(page)
      await page.emulateMedia({ colorScheme: 'dark' })
      const dark = await findWithAxe(page)
      await page.emulateMedia({ colorScheme: 'light' })
      await page.setViewportSize({ width: 320, height: 640 })
      const overflow = await overflowOf(page)
      await page.setViewportSize({ width: 1280, height: 720 })
      const status = answer?.status() ?? 0
      const problems = [...light, ...dark.map((line) => `dark ${line}`)]
      if (status !== 200) problems.push(`answered ${status}`)
      if (overflow > 0) problems.push(`${overflow} pixels too wide at 320`)
      if (problems.length > 0) found[path] = problems
    }
    for (const { path } of PAGES) await look(everything, pathOf(path))
    for (const { path, isOpen } of PAGES) if (isOpen === true) await look(nobody, pathOf(path))
    await everything.goto(`${authority.url}/console/propose`)
    await everything.getByRole('button', { name: 'Propose' }).click()
    const refused = await findWithAxe(everything)
    expect({ ...found, refused }).toEqual({ refused: [] })
  })

  /** A subscriber; a proposal, a report, an appeal and an entry, as the first of each, and a long name in them. */
  async function seed(page: Page): Promise<void> {
    await authority.run('subscriber', 'add', 'isp-1', '--lists', 'phishing')
    const long = `${'a-long-label-of-a-name.'.repeat(9)}example`
    await propose(page, 'add', `${long}\nother.example\nbank.example`)
    await page.locator('[name=evidence]').fill(`https://cases.example/${'x'.repeat(200)}`)
    await page.getByRole('button', { name: 'Propose' }).click()
    const report = { externalId: 'case-1', list: 'phishing', value: long, reason: 'a bank' }
    const request = {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
    }
    const appeal = { about: 'https://listed.example/'.padEnd(300, 'x'), grounds: 'x'.repeat(300) }
    for (const [path, body] of [
      ['/v1/reports', { reports: [report] }],
      ['/v1/appeals', appeal],
    ] as const) {
      const sent = { ...request, body: JSON.stringify(body) }
      const asked = `fetch('${path}', ${JSON.stringify(sent)}).then((a) => a.status)`
      expect(await page.evaluate(asked)).toBe(200)
    }
  }
})
