import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { addDays, dayOf } from '../../src/core/day.ts'
import type { Authority } from '../../src/main/open-authority.ts'
import { applyList, makeTestAuthority } from '../support/authority-folder.ts'
import { COMMAND, runBailiwick } from '../support/bailiwick-command.ts'
import { blockOf, decisionOf } from '../support/store-builders.ts'

const ROUNDS = process.env['SLOW'] ? 60 : 6
const ENDED = 1500
const DUE = 900
const REST = 10

/** Two lists, each with a decision whose end has come, many that are due, and some that are neither. */
function fill(authority: Authority): void {
  const { store } = authority
  const yesterday = addDays(dayOf(authority.now()), -1)
  const later = addDays(yesterday, 100)
  store.write(() => {
    for (const id of ['a', 'b']) {
      applyList(authority, id)
      const { rowId } = store.lists.find(id)!
      const add = (expiresOn: string, reviewOn: string, values: readonly string[]): void => {
        const decision = { act: 'import', added: values.length, reviewOn, expiresOn } as const
        const added = [blockOf([...values].sort())]
        store.decisions.commit(decisionOf(rowId, decision), { added, retired: [] })
      }
      const names = (what: string, count: number): string[] =>
        Array.from({ length: count }, (_, i) => `${what}${i}.example`)
      add(yesterday, yesterday, names('ended', ENDED))
      for (const name of names('due', DUE)) add(later, yesterday, [name])
      add(later, later, names('rest', REST))
    }
  })
}

/** What must be true however often, by however many and with whatever end the job was run, once it has run to its end. */
function expectDone({ store }: Authority): void {
  for (const { id, rowId } of store.lists.all()) {
    expect([id, store.entries.count(rowId)]).toEqual([id, DUE + REST])
    const lapses = store.decisions
      .all({ listRowId: rowId })
      .filter(({ act }) => act === 'retire')
      .map(({ retired }) => retired)
    expect(lapses).toEqual([ENDED])
    const reviews = store.reviews.all({ listRowId: rowId })
    expect(reviews.map(({ cause, doneAt }) => [cause, doneAt])).toEqual(
      Array.from({ length: DUE }, () => ['due', null]),
    )
    expect(new Set(reviews.map(({ decision }) => decision)).size).toBe(DUE)
  }
  const acts = [...store.events.all()].map(({ act }) => act)
  expect(acts.filter((act) => act === 'entry-lapsed')).toHaveLength(2)
  expect(acts.filter((act) => act === 'review-opened')).toHaveLength(2 * DUE)
  expect(store.events.check()).toEqual([])
}

async function killed(data: string, afterMs: number): Promise<void> {
  const child = spawn(process.execPath, [COMMAND, '--data', data, 'review', 'run'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const closed = once(child, 'close')
  await Promise.race([sleep(afterMs), closed])
  child.kill('SIGKILL')
  await closed
}

test(
  `a run of reviews that is killed ${ROUNDS} times and run again has done each thing once`,
  { timeout: 60_000 + ROUNDS * 10_000 },
  async () => {
    const home = await makeTestAuthority()
    onTestFinished(home.remove)
    const authority = home.open()
    fill(authority)
    // From before the database is open to after the last transaction, as a run takes it undisturbed.
    for (let round = 0; round < ROUNDS; round++) {
      await killed(home.data, 250 + (round * 900) / ROUNDS)
    }
    const { code, stderr } = await runBailiwick(['--data', home.data, 'review', 'run'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expectDone(authority)
    authority.close()
  },
)

test('four that run reviews on one folder at once do each thing once', async () => {
  const home = await makeTestAuthority()
  onTestFinished(home.remove)
  const authority = home.open()
  fill(authority)
  const runs = await Promise.all(
    Array.from({ length: 4 }, () => runBailiwick(['--data', home.data, 'review', 'run', '--json'])),
  )
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0])
  const done = runs.map(({ stdout }) => JSON.parse(stdout) as { readonly lapsed: unknown[] })
  expect(done.flatMap(({ lapsed }) => lapsed)).toHaveLength(2)
  expectDone(authority)
  authority.close()
})
