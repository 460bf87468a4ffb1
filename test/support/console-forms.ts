import type { Hono } from 'hono'
import { ORIGIN, type Browser, type SignInHost } from './sign-in-host.ts'

/** A page as a browser gets it. */
export interface GotPage {
  readonly status: number
  readonly html: string
  /** Where the browser is sent. */
  readonly location: string | null
  readonly headers: Headers
}

export function getPage(host: SignInHost, browser: Browser, path: string): Promise<GotPage> {
  return request(host.app, browser, path, { method: 'GET' })
}

/** What a form of that page carries beside its fields. */
export async function hiddenOf(
  host: SignInHost,
  browser: Browser,
  path: string,
): Promise<Readonly<Record<string, string>>> {
  const { html } = await getPage(host, browser, path)
  const [main = ''] = /<main[^]*<\/main>/.exec(html) ?? []
  const found = [...main.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)]
  return Object.fromEntries(found.map(([, name = '', value = '']) => [name, value]))
}

/** Sends a form as a browser does. */
export function sendForm(
  host: SignInHost,
  browser: Browser,
  path: string,
  fields: Readonly<Record<string, string>> | readonly (readonly [string, string])[],
): Promise<GotPage> {
  const pairs = (Array.isArray(fields) ? fields : Object.entries(fields)) as [string, string][]
  return request(host.app, browser, path, {
    method: 'POST',
    body: new URLSearchParams(pairs).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
}

/** What is sent beside what every request of a browser has. */
interface Sent {
  readonly method: string
  readonly body?: string | FormData
  readonly headers?: Readonly<Record<string, string>>
}

export async function request(
  app: Hono,
  browser: Browser,
  path: string,
  init: Sent,
): Promise<GotPage> {
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const own = { cookie, origin: ORIGIN, 'sec-fetch-site': 'same-origin' }
  const response = await app.request(path, { ...init, headers: { ...own, ...init.headers } })
  const { status, headers } = response
  return { status, headers, html: await response.text(), location: headers.get('location') }
}
