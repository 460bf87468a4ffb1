import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
  readFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { verifyPublishedLog } from '../support/published-log.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Ran } from '../support/bailiwick-command.ts'
import { runCommand } from '../support/run-command.ts'

// Every test starts several programs.
vi.setConfig({ testTimeout: 120_000 })

let folder: string
let data: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'list-commands-'))
  data = join(folder, 'var')
  await good('init', '--insecure-plain-keys')
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

const run = (...args: string[]): Promise<Ran> =>
  runCommand(args, { env: { BAILIWICK_DATA: data, BAILIWICK_ACTOR: 'alice' } })

async function good(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args)
  if (code !== 0) throw new Error(`exit ${String(code)}: ${args.join(' ')}\n${stderr}`)
  return stdout
}

/** A file with the definition of a list whose zone has this origin. */
function listFile(id: string, origin: string): string {
  const file = join(folder, `${id}.json`)
  const zone = { origin, zonemd: true }
  writeFileSync(file, JSON.stringify({ id, title: id, authority: 'Example CERT', zone }))
  return file
}

it('lists with the zone of another list are refused, with all that were to be applied with them', async () => {
  await good('list', 'apply', listFile('a', 'a.rpz.test'))
  const { code, stderr } = await run(
    ...['list', 'apply', listFile('c', 'c.rpz.test'), listFile('b', 'a.rpz.test')],
  )
  expect(code).toBe(3)
  expect(stderr).toContain('that of the list "a" (list/invalid)')
  expect(JSON.parse(await good('list', 'ls', '--json'))).toMatchObject([{ id: 'a' }])
  const kept = await run('list', 'apply', listFile('d', 'x.beacon.bailiwick.invalid'))
  expect(kept.code).toBe(3)
  expect(kept.stderr).toContain('(list/invalid)')
})

it('lists that are applied together may change the names of their zones', async () => {
  await good('list', 'apply', listFile('a', 'a.rpz.test'), listFile('b', 'b.rpz.test'))
  const swapped = [listFile('a', 'b.rpz.test'), listFile('b', 'a.rpz.test')] as const
  expect(await good('list', 'apply', ...swapped)).toBe('updated a\nupdated b\n')
})

it('a restored authority has nothing of what was made of the lost history, and catalogs past those given away', async () => {
  await good('list', 'apply', listFile('a', 'a.rpz.test'))
  await good('subscriber', 'add', 'isp', '--lists', 'a')
  await good('entry', 'add', 'a', 'bad.example', '--reason', 'x')
  await good('publish', 'a')
  const backup = join(folder, 'one.backup')
  await good('backup', backup)
  await good('entry', 'add', 'a', 'lost.example', '--reason', 'x')
  await good('publish', 'a', '--override', 'a test')
  await good('list', 'apply', listFile('a', 'lost.rpz.test'))
  const lost = catalogSerial()
  expect(readdirSync(join(data, 'zones/a')).join()).toMatch(/\b2-/)
  expect(readdirSync(join(data, 'work/a')).join()).toMatch(/\b2\./)
  mkdirSync(join(data, 'exports/a'), { recursive: true })
  for (const name of readdirSync(data)) {
    if (/^(bailiwick\.db|keys|root\.json)/.test(name)) rmSync(join(data, name), { recursive: true })
  }
  // The log of what was lost went on, and can't be gone on with.
  const shown = readFileSync(join(data, 'published/log/checkpoint'))
  expect((await run('restore', backup)).stderr).toContain('(log/forked)')
  expect(readFileSync(join(data, 'published/log/checkpoint'))).toEqual(shown)
  const lostLog = verifyPublishedLog(join(data, 'published'))
  await good('restore', backup, '--new-log')
  const newLog = verifyPublishedLog(join(data, 'published'))
  expect(newLog.origin).not.toBe(lostLog.origin)
  const aside = readdirSync(data).find((name) => /^published-\d+$/.test(name))!
  expect(verifyPublishedLog(join(data, aside))).toEqual(lostLog)
  for (const cache of ['zones/a', 'work/a', 'exports/a']) {
    const names = existsSync(join(data, cache)) ? readdirSync(join(data, cache)) : []
    expect(names.filter((name) => /\b2[-.]/.test(name))).toEqual([])
    if (cache === 'exports/a') expect(existsSync(join(data, cache))).toBe(false)
  }
  expect(catalogSerial()).toBeGreaterThan(lost)
  await good('entry', 'add', 'a', 'more.example', '--reason', 'x')
  await good('publish', 'a', '--override', 'a test')
  expect(verifyPublishedLog(join(data, 'published')).size).toBe(newLog.size + 3)
})

function catalogSerial(): number {
  const store = openStore(join(data, 'bailiwick.db'))
  try {
    return store.subscribers.find('isp')!.catalogSerial
  } finally {
    store.close()
  }
}
