import type { Browser, CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import {
  openConsoleAuthority,
  PASSWORD,
  type ConsoleAuthority,
} from '../support/console-authority.ts'
import { describeWith } from '../support/needs-program.ts'
import { findWithAxe, launchChromium } from '../support/real-browser.ts'

/** The real server and real Chromium, whose tools lend it an authenticator. The tests read in their order. */
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })

const DEFINITION = {
  ...{ id: 'phishing', title: 'Phishing warning list', authority: 'Example CERT' },
  ...{ action: { type: 'nxdomain' }, legalBasis: 'Act, art. 1' },
  guard: { maxGrowth: 100, maxShrink: 1, minEntries: 0 },
}

/** A page in a browser of its own, with an authenticator in it. */
interface Held {
  readonly page: Page
  readonly tools: CDPSession
  readonly authenticatorId: string
}

describeWith(['chromium'], 'passkeys in Chromium', () => {
  let authority: ConsoleAuthority
  let chromium: Browser
  /** Browsers make no passkeys for an address in figures. */
  let url: string
  const complaints: string[] = []

  beforeAll(async () => {
    authority = await openConsoleAuthority(DEFINITION, { secondFactorRoles: ['approver'] })
    url = authority.url.replace('127.0.0.1', 'localhost')
    chromium = await launchChromium()
  })

  afterAll(async () => {
    await chromium.close()
    await authority.stop()
    expect(complaints).toEqual([])
  })

  async function openPage(at = url): Promise<Page> {
    const context = await chromium.newContext({ locale: 'en', baseURL: at })
    const page = await context.newPage()
    page.on('console', (message) => {
      const isRefusal = /status of 4\d\d/.test(message.text())
      if (message.type() === 'error' && !isRefusal) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('request', (request) => {
      const asked = request.url()
      if (!asked.startsWith(at) && !asked.startsWith('data:')) complaints.push(asked)
    })
    return page
  }

  async function openWithAuthenticator(): Promise<Held> {
    const page = await openPage()
    await page.goto('/console/sign-in')
    const tools = await page.context().newCDPSession(page)
    await tools.send('WebAuthn.enable')
    const { authenticatorId } = await tools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        ...({ protocol: 'ctap2', transport: 'internal', hasResidentKey: true } as const),
        ...{ hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
      },
    })
    return { page, tools, authenticatorId }
  }

  async function signIn(page: Page, user: string): Promise<void> {
    await page.goto('/console/sign-in?then=/console/queue')
    await page.getByLabel('User').fill(user)
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.waitForURL('**/console/queue')
  }

  const byPasskey = (page: Page) => page.getByRole('button', { name: 'Sign in with a passkey' })
  const done = (page: Page): Promise<string> => page.locator('[role=status].done').innerText()
  const failure = 'The passkey did not work. Try again, or sign in with the password.'

  let cleo: Held
  /** A proposal that waits for an approver of another organisation. */
  let proposal: string

  beforeAll(async () => {
    const bela = await openPage()
    await signIn(bela, 'bela')
    await bela.goto('/console/propose')
    await bela.getByLabel('What is to be done').selectOption('add')
    await bela.getByLabel('Names, URLs or addresses').fill('bad.example')
    await bela.getByLabel('Reason', { exact: true }).fill('imitates a bank')
    await bela.getByRole('button', { name: 'Propose' }).click()
    proposal = new URL(bela.url()).pathname
    await bela.context().close()
    cleo = await openWithAuthenticator()
  })

  test('whoever has signed in by the password alone adds one, and may not approve yet', async () => {
    const { page, tools, authenticatorId } = cleo
    await signIn(page, 'cleo')
    await page.goto(proposal)
    expect(await page.getByRole('button', { name: 'Approve', exact: true }).count()).toBe(0)
    await page.goto('/console/account')
    await page.getByLabel('Name of the passkey').fill('Laptop')
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.waitForURL('**/console/account?done=passkeyAdded')
    expect(await done(page)).toBe('The passkey is added.')
    expect(await page.getByRole('row', { name: /^Laptop/ }).count()).toBe(1)
    const { credentials } = await tools.send('WebAuthn.getCredentials', { authenticatorId })
    expect(credentials).toMatchObject([{ isResidentCredential: true, rpId: 'localhost' }])
    expect(await authority.run('events', 'ls', '--limit', '1')).toMatch(/cleo +passkey-added/)
  })

  test('it signs in without a name, and then what needs two factors is approved', async () => {
    const { page } = cleo
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.goto(proposal)
    expect(page.url()).toContain('/console/sign-in?then=')
    await byPasskey(page).click()
    await page.waitForURL(`**${proposal}`)
    expect(await authority.run('events', 'ls', '--limit', '1')).toMatch(
      /cleo +signed-in .*"by":"passkey"/,
    )
    await page.getByRole('button', { name: 'Approve', exact: true }).click()
    expect(await done(page)).toBe('Decided.')
  })

  test('it does nothing for who is not its user', async () => {
    const { page, tools, authenticatorId } = cleo
    await page.getByRole('button', { name: 'Sign out' }).click()
    await tools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
    await byPasskey(page).click()
    await page.locator('form[data-passkey] [role=alert]:not(:empty)').waitFor()
    expect(await page.locator('form[data-passkey] [role=alert]').innerText()).toBe(failure)
    await tools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true })
    await byPasskey(page).click()
    await page.waitForURL('**/console')
  })

  test('a copy of it is found out by its counter, and told', async () => {
    const { page, tools, authenticatorId } = cleo
    const { credentials } = await tools.send('WebAuthn.getCredentials', { authenticatorId })
    const [credential] = credentials
    if (credential === undefined) throw new Error('expected a passkey, got none')
    const { credentialId } = credential
    await tools.send('WebAuthn.removeCredential', { authenticatorId, credentialId })
    const copy = { ...credential, signCount: 0 }
    await tools.send('WebAuthn.addCredential', { authenticatorId, credential: copy })
    await page.getByRole('button', { name: 'Sign out' }).click()
    await byPasskey(page).click()
    await page.locator('form[data-passkey] [role=alert]:not(:empty)').waitFor()
    expect(await authority.run('events', 'ls', '--limit', '1')).toMatch(/ passkey-refused /)
    await tools.send('WebAuthn.removeCredential', { authenticatorId, credentialId })
    await tools.send('WebAuthn.addCredential', {
      authenticatorId,
      credential: { ...credential, signCount: 100 },
    })
    await byPasskey(page).click()
    await page.waitForURL('**/console')
  })

  test('one that an administrator has removed works no more, and what it began is over', async () => {
    const { page } = cleo
    expect(await authority.run('user', 'passkey', 'ls', 'cleo')).toMatch(/^1 +Laptop +/m)
    expect(await authority.run('user', 'passkey', 'rm', 'cleo', '1')).toBe(
      'removed passkey 1 of cleo\n',
    )
    await page.goto('/console/account')
    expect(page.url()).toContain('/console/sign-in')
    await byPasskey(page).click()
    await page.locator('form[data-passkey] [role=alert]:not(:empty)').waitFor()
    expect(await page.locator('form[data-passkey] [role=alert]').innerText()).toContain(failure)
    await expect(authority.run('user', 'passkey', 'rm', 'cleo', '1')).rejects.toThrow(
      'passkey/not-found',
    )
  })

  test('what is shown for passkeys can be used by everybody', async () => {
    // In a page without an authenticator: whoever else looks by the tools takes it away.
    const page = await openPage()
    await page.goto('/console/sign-in')
    expect(await byPasskey(page).isVisible()).toBe(true)
    expect(await findWithAxe(page)).toEqual([])
    await signIn(page, 'dora')
    await page.goto('/console/account')
    expect(await page.getByRole('button', { name: 'Add a passkey' }).isVisible()).toBe(true)
    expect(await findWithAxe(page)).toEqual([])
  })

  test('nothing is offered where a browser makes none', async () => {
    const page = await openPage(authority.url)
    await page.goto('/console/sign-in')
    expect(await byPasskey(page).isVisible()).toBe(false)
    const scriptless = await chromium.newContext({ javaScriptEnabled: false, baseURL: url })
    const plain = await scriptless.newPage()
    await plain.goto('/console/sign-in')
    expect(await byPasskey(plain).isVisible()).toBe(false)
  })
})
