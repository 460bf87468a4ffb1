import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { addDays, dayOf } from '../../src/core/day.ts'
import { applyList, makeTestAuthority, publishOne } from '../support/authority-folder.ts'
import { COMMAND } from '../support/bailiwick-command.ts'
import { openFakeResolver, soa } from '../support/fake-resolver.ts'
import { blockOf, decisionOf } from '../support/store-builders.ts'

/** A server on a folder, until the test ends: where it serves, and what it logs. */
async function serve(data: string): Promise<{ readonly url: string; readonly log: () => string }> {
  const child = spawn(
    process.execPath,
    [COMMAND, '--data', data, 'serve', '--http', '127.0.0.1:0', '--dns', 'none'],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await ended
  })
  let log = ''
  child.stderr.on('data', (text: Buffer) => (log += text.toString()))
  let printed = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`expected serve to run, got: ${log}`)))
    child.stdout.on('data', (text: Buffer) => {
      printed += text.toString()
      const [, found] = /serving (http:\S+)\n/.exec(printed) ?? []
      if (found !== undefined) resolve(found)
    })
  })
  return { url, log: () => log }
}

async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (await isTrue()) return
    await sleep(100)
  }
  throw new Error(`expected ${what} within ten seconds`)
}

test('a server lapses, opens reviews, asks for names, and tells of it', async () => {
  const home = await makeTestAuthority()
  onTestFinished(home.remove)
  const resolver = await openFakeResolver((_, { name }) => [
    name === 'gone.example' ? { rcode: 3, authority: [soa('example')] } : {},
  ])
  onTestFinished(resolver.close)
  const authority = home.open()
  const { store } = authority
  onTestFinished(authority.close)
  const liveness = {
    ...{ resolver: `127.0.0.1:${resolver.port}`, perSecond: 100, everyDays: 7 },
    allowRestricted: false,
  }
  const guard = { maxGrowth: 10, maxShrink: 0.2, minEntries: 0 }
  applyList(authority, 'a', { liveness, guard })
  const list = store.lists.find('a')!
  const today = dayOf(authority.now())
  const add = (value: string, reviewOn: string, expiresOn: string): void => {
    const days = { reviewOn, expiresOn, added: 1, decidedAt: authority.now() }
    const added = [blockOf([value])]
    store.decisions.commit(decisionOf(list.rowId, days), { added, retired: [] })
  }
  add('ended.example', addDays(today, -40), addDays(today, -1))
  add('soon.example', addDays(today, 40), addDays(today, 2))
  add('due.example', addDays(today, -40), addDays(today, 99))
  add('gone.example', addDays(today, 40), addDays(today, 99))
  await publishOne(authority, 'a')
  const { url, log } = await serve(home.data)
  await until('the lapse', () => store.entries.count(list.rowId) === 3)
  await until('two reviews', () => store.reviews.all({ isOpen: true }).length === 2)
  const metrics = async (): Promise<string> => (await fetch(new URL('/metrics', url))).text()
  await until('the metrics', async () => (await metrics()).includes('cause="expiring"} 1'))
  const text = await metrics()
  expect(text).toContain('bailiwick_reviews_open{list="a",cause="due"} 1')
  expect(text).toContain('bailiwick_reviews_overdue{list="a",cause="due"} 1')
  expect(text).toContain('bailiwick_reviews_overdue{list="a",cause="expiring"} 0')
  await until('the log', () => log().includes('"msg":"lapsed"'))
  await until('the warning', () => log().includes('the circuit breaker will then hold the list'))
  await until('the questions', () => log().includes('"msg":"asked for names"'))
  expect([...resolver.asked].filter((one) => one.endsWith(' gone.example')).sort()).toEqual([
    '1 gone.example',
    '2 gone.example',
    '28 gone.example',
  ])
  const { rowId } = store.entries.find(list.rowId, 'gone.example')[0]!
  expect(store.names.find(rowId)?.check?.goneSince).not.toBeNull()
})
