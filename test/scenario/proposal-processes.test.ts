import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Person } from '../../src/core/person.ts'
import { openStore } from '../../src/store/open-store.ts'
import { applyPolicy, decidingOf, PEOPLE, proposeValues, TWO } from '../support/deciding.ts'

const SCRIPT = fileURLToPath(new URL('../support/approve-proposal.mjs', import.meta.url))
const LINES = 20_000
let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-'))
  path = join(folder, 'bailiwick.db')
  const store = openStore(path, { create: true })
  applyPolicy(store, TWO)
  for (const batch of ['a', 'b']) {
    const add = Array.from({ length: LINES }, (_, i) => `${batch}${i}.example`)
    proposeValues(decidingOf(store, PEOPLE.carol), { add })
  }
  store.close()
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function begin(id: string, person: Person) {
  const child = spawn(process.execPath, [SCRIPT, path, id, JSON.stringify(person)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  const closed = once(child, 'close')
  const told = closed.then(() => said.trim().split('\n').at(-1))
  return { child, closed, told, ready: once(child.stdout, 'data') }
}

test('of two processes that approve at once one decides, and the other is told', async () => {
  const both = [begin('p1', PEOPLE.bea), begin('p1', PEOPLE.ben)]
  const told = await Promise.all(both.map((one) => one.told))
  expect(told.sort()).toEqual(['decided', 'proposal/settled'])
  const store = openStore(path)
  expect(store.decisions.all()).toHaveLength(1)
  expect(store.entries.count(1)).toBe(LINES)
  expect(store.proposals.acts(1).map(({ act }) => act)).toEqual(['proposed', 'approved', 'decided'])
  expect(store.events.check()).toEqual([])
  store.close()
})

test('of two processes that approve two proposals at once both decide', async () => {
  const both = [begin('p1', PEOPLE.bea), begin('p2', PEOPLE.ben)]
  expect(await Promise.all(both.map((one) => one.told))).toEqual(['decided', 'decided'])
  const store = openStore(path)
  expect(store.entries.count(1)).toBe(2 * LINES)
  expect(store.events.check()).toEqual([])
  store.close()
})

test('a process that is killed in the middle leaves all of the decision, or nothing', async () => {
  const whole = async (afterMs: number): Promise<boolean> => {
    const { child, ready, closed } = begin('p1', PEOPLE.bea)
    await Promise.race([ready, closed])
    await Promise.race([sleep(afterMs), closed])
    child.kill('SIGKILL')
    await closed
    const store = openStore(path)
    const acts = store.proposals.acts(1).map(({ act }) => act)
    const isDecided = store.proposals.find(1)!.state === 'decided'
    expect([store.entries.count(1), store.decisions.all().length, acts]).toEqual(
      isDecided ? [LINES, 1, ['proposed', 'approved', 'decided']] : [0, 0, ['proposed']],
    )
    expect(store.events.check()).toEqual([])
    store.close()
    return isDecided
  }
  for (let round = 0; round < 8; round++) {
    if (await whole(round * 25)) return
  }
  // Unhurried, it gets there in the end.
  expect(await whole(60_000)).toBe(true)
})
