import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readPulls } from '../../src/distribute/pulls/pull-file.ts'
import type { ListPull } from '../../src/distribute/pulls/pull.ts'
import { dataPaths } from '../../src/platform/data-folder.ts'
import { runBailiwick } from '../support/bailiwick-command.ts'
import { openLiveAuthority, type LiveAuthority } from '../support/live-authority.ts'

let authority: LiveAuthority
let host: string

beforeAll(async () => {
  host = mkdtempSync(join(tmpdir(), 'bailiwick-pulls-'))
  const list = { id: 'phishing', title: 'Phishing', authority: 'Example CERT', legalBasis: 'Act' }
  authority = await openLiveAuthority(list)
  const added = await authority.run('subscriber', 'add', 'isp-1', '--lists', 'phishing', '--json')
  const { token } = JSON.parse(added) as { readonly token: string }
  writeFileSync(join(host, 'token'), token, { mode: 0o600 })
  const config = {
    ...{ source: authority.url, root: authority.rootFile, state: join(host, 'state') },
    tokenFile: join(host, 'token'),
    lists: [{ id: 'phishing', outputs: [{ format: 'domains', path: join(host, 'domains') }] }],
  }
  writeFileSync(join(host, 'agent.json'), JSON.stringify(config))
}, 60_000)

afterAll(async () => {
  await authority.stop()
  rmSync(host, { recursive: true })
})

async function pull(): Promise<void> {
  const { code, stderr } = await runBailiwick([
    ...['agent', 'pull', '--config', join(host, 'agent.json')],
  ])
  expect([code, code === 0 ? '' : stderr]).toEqual([0, ''])
}

async function publish(...values: string[]): Promise<void> {
  for (const value of values) {
    await authority.run('entry', 'add', 'phishing', value, '--reason', 'a test')
  }
  await authority.run('publish', 'phishing', '--override', 'a list of one grows by all of it')
}

/** What the server has written down of the subscriber, once it tells of that serial; it writes every ten seconds. */
async function notedAt(serial: number): Promise<ListPull | undefined> {
  const { pulls } = dataPaths(dirname(authority.rootFile))
  for (let tries = 0; ; tries++) {
    const [own] = readPulls(pulls).filter(({ subscriber }) => subscriber === 'isp-1')
    const list = own?.lists.find((one) => one.list === 'phishing')
    if (list?.serial === serial || tries === 150) return list
    await sleep(100)
  }
}

test(
  'a server writes down which serial an agent has taken, as a whole and by its difference',
  { timeout: 90_000 },
  async () => {
    await publish('one.example')
    await pull()
    expect(await notedAt(1)).toMatchObject({ list: 'phishing', serial: 1 })
    await publish('two.example')
    await pull()
    expect(await notedAt(2)).toMatchObject({ list: 'phishing', serial: 2 })
  },
)
