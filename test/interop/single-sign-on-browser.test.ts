import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import {
  openConsoleAuthority,
  PASSWORD,
  type ConsoleAuthority,
} from '../support/console-authority.ts'
import { describeWith } from '../support/needs-program.ts'
import { CLIENT_SECRET, openOpenIdIssuer, type OpenIdIssuer } from '../support/openid-issuer.ts'
import { findWithAxe, launchChromium } from '../support/real-browser.ts'

/** The real server, a real issuer and real Chromium, with scripts and without. The tests read in their order. */
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })

const DEFINITION = {
  ...{ id: 'phishing', title: 'Phishing warning list', authority: 'Example CERT' },
  ...{ action: { type: 'nxdomain' }, legalBasis: 'Act, art. 1' },
}

let folder: string
let issuer: OpenIdIssuer
let authority: ConsoleAuthority
let chromium: Browser

describeWith('chromium', 'single sign-on in Chromium', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sso-'))
    const clientSecretFile = join(folder, 'secret')
    writeFileSync(clientSecretFile, `${CLIENT_SECRET}\n`, { mode: 0o600 })
    issuer = await openOpenIdIssuer(() => [`${authority.url}/console/sign-in/with/uni/return`])
    authority = await openConsoleAuthority(DEFINITION, {
      singleSignOn: [
        {
          ...{ id: 'uni', title: 'Example University', issuer: issuer.url, clientId: 'bailiwick' },
          ...{ clientSecretFile, allowHttpOnLoopback: true },
        },
      ],
    })
    chromium = await launchChromium()
  })

  afterAll(async () => {
    await chromium.close()
    await authority.stop()
    await issuer.stop()
    rmSync(folder, { recursive: true })
  })

  async function openPage(javaScriptEnabled: boolean): Promise<Page> {
    const context = await chromium.newContext({ locale: 'en', javaScriptEnabled })
    return context.newPage()
  }

  async function signInBy(page: Page): Promise<void> {
    await page.goto(`${authority.url}/console/sign-in?then=/console/queue`)
    await page.getByRole('button', { name: 'Sign in by Example University' }).click()
  }

  test('who is not linked is told the subject', async () => {
    issuer.become('sub-of-bela')
    const page = await openPage(true)
    await page.goto(`${authority.url}/console/sign-in`)
    expect(await findWithAxe(page)).toEqual([])
    await signInBy(page)
    const told = await page.getByRole('alert').textContent()
    expect(told).toContain('"sub-of-bela" of "uni"')
  })

  test.each([true, false])(
    'the user links it, and signs in by it (scripts: %s)',
    async (scripts) => {
      issuer.become(`sub-${String(scripts)}`)
      const page = await openPage(scripts)
      await page.goto(`${authority.url}/console/sign-in?then=/console/account`)
      await page.getByLabel('User').fill('bela')
      await page.getByLabel('Password').fill(PASSWORD)
      await page.getByRole('button', { name: 'Sign in', exact: true }).click()
      const form = page.getByRole('form', { name: 'Link with Example University' })
      await form.getByLabel('Present password').fill(PASSWORD)
      await form.getByRole('button').click()
      await page.getByText('Linked: from now on you can sign in so.').waitFor()
      const other = await openPage(scripts)
      await signInBy(other)
      await other.waitForURL(`${authority.url}/console/queue`)
      expect(await other.textContent('header')).toContain('bela')
    },
  )

  test('the command line shows, takes and gives it', async () => {
    const show = (): Promise<string> => authority.run('user', 'show', 'bela')
    expect(await show()).toContain('"sub-true" of uni')
    const identity = ['--issuer', 'uni', '--subject', 'sub-true'] as const
    expect(await authority.run('user', 'unlink', 'bela', ...identity)).toBe('unlinked bela\n')
    expect(await show()).not.toContain('sub-true')
    expect(await authority.run('user', 'link', 'cleo', ...identity)).toBe('linked cleo\n')
    issuer.become('sub-true')
    const page = await openPage(false)
    await signInBy(page)
    await page.waitForURL(`${authority.url}/console/queue`)
    expect(await page.textContent('header')).toContain('cleo')
    await authority.run('events', 'check')
  })

  test('an issuer that is down is told of, and the password still opens', async () => {
    issuer.answer((_, response) => {
      response.destroy()
      return true
    })
    const page = await openPage(true)
    await page.goto(`${authority.url}/console/sign-in`)
    await page.getByLabel('User').fill('bela')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.waitForURL(`${authority.url}/console`)
  })
})
