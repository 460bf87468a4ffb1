#!/usr/bin/env node
/**
 * Makes the pictures of docs/curate.md: an authority in a temporary folder, with people of two organisations and a queue, whose console a
 * browser looks at.
 *
 *   npm run build && node scripts/screenshots.mjs                      the pictures of the documentation
 *   node scripts/screenshots.mjs --all --to FOLDER                     every page, as administrator and curator, in both themes
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import {
  addPeople,
  appealOnce,
  approveFirst,
  PASSWORD,
  proposeSome,
  writeConsoleConfig,
} from './demo-console.mjs'
import { writeUpstreamLists } from './demo-lists.mjs'
import { findProgram } from './system-packages.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const CLI = join(ROOT, 'dist/main/bailiwick.js')
const LIST = 'phishing'
const { values: options } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    to: { type: 'string', default: join(ROOT, 'docs/images') },
  },
})

/** What the documentation shows: a name, who looks, and where. */
const SHOWN = [
  ['overview', 'cleo', '/console'],
  ['queue', 'cleo', '/console/queue'],
  ['proposal', 'cleo', '/console/proposals/p2'],
  ['stopped', 'cleo', '/console/proposals/p4'],
  ['search', 'bela', '/console/search?q=bank-0007'],
  ['import', 'bela', '/console/import'],
  ['appeal', 'bela', '/console/appeals/a1'],
]

const folder = mkdtempSync(join(tmpdir(), 'bailiwick-screenshots-'))
const data = join(folder, 'authority')
let server = null
let browser = null
try {
  makeAuthority()
  const source = await serve()
  const definition = JSON.parse(readFileSync(join(ROOT, `lists/${LIST}.json`), 'utf8'))
  await addPeople({ folder, list: LIST, definition, source, run })
  proposeSome({ list: LIST, run })
  await appealOnce(source)
  run('--actor', 'bela', 'entry', 'add', LIST, 'bank.example', '--reason', 'was meant for another')
  await approveFirst({ list: LIST, source, run })
  run('--actor', 'dora', 'publish', LIST)
  browser = await chromium.launch({ executablePath: findProgram('chromium'), args: sandbox() })
  mkdirSync(options.to, { recursive: true })
  for (const colorScheme of ['light', 'dark']) await takeAll(source, colorScheme)
} finally {
  await browser?.close()
  server?.kill('SIGTERM')
  rmSync(folder, { recursive: true, force: true })
}

function makeAuthority() {
  run('init', '--authority', 'Example CERT', '--insecure-plain-keys')
  run('list', 'apply', join(ROOT, `lists/${LIST}.json`))
  writeConsoleConfig(data)
  const domains = join(folder, 'domains.txt')
  writeUpstreamLists({ domains, adblock: join(folder, 'adblock.txt') })
  run('entry', 'import', LIST, domains, '--reason', 'reported by banks')
  run('publish')
}

async function serve() {
  const args = ['serve', '--http', '127.0.0.1:0', '--dns', 'none', '--log-level', 'error']
  server = spawn(process.execPath, [CLI, '--data', data, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let told = ''
  for await (const text of server.stdout.setEncoding('utf8')) {
    told += text
    const [, url] = /serving (\S+)/.exec(told) ?? []
    if (url !== undefined) return url
  }
  throw new Error('expected the server to serve, got its end')
}

/** As root there is no sandbox to be had; these pages are our own. */
function sandbox() {
  return process.getuid?.() === 0 ? ['--no-sandbox'] : []
}

async function takeAll(source, colorScheme) {
  const pages = new Map()
  for (const [name, user, path] of options.all ? await everyPage(source) : SHOWN) {
    if (!pages.has(user)) pages.set(user, await signIn(source, user, colorScheme))
    const page = pages.get(user)
    await page.goto(source + path)
    const file = join(options.to, `console-${name}-${colorScheme}.png`)
    await page.screenshot({ path: file, fullPage: options.all })
    console.log(file)
  }
  for (const page of pages.values()) await page.context().close()
}

/** Whatever the navigation leads to, for two who see different things. */
async function everyPage(source) {
  const found = [...SHOWN]
  for (const user of ['anna', 'bela']) {
    const page = await signIn(source, user, 'light')
    const links = page.locator('header nav a')
    for (const link of await links.all()) {
      const path = (await link.getAttribute('href')) ?? '/console'
      found.push([`${user}${path.replaceAll('/', '-')}`, user, path])
    }
    await page.context().close()
  }
  return found
}

async function signIn(source, user, colorScheme) {
  const viewport = { width: 1000, height: 720 }
  const context = await browser.newContext({ colorScheme, viewport, locale: 'en' })
  const page = await context.newPage()
  await page.goto(`${source}/console/sign-in`)
  await page.getByLabel('User').fill(user)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  return page
}

/** Runs a command to its end, whatever its guards find. */
function run(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, '--data', data, ...args], {
    encoding: 'utf8',
    env: { ...process.env, BAILIWICK_ACTOR: 'curator@cert.example' },
  })
  if (status === 0 || status === 1) return stdout
  throw new Error(`${args.slice(0, 3).join(' ')} ended with ${status}: ${stderr}`)
}
