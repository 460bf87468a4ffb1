import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { projectPublished } from '../../src/publish/project-published.ts'
import {
  applyList,
  decideLines,
  makeTestAuthority,
  publishLines,
} from '../support/authority-folder.ts'
import { COMMAND } from '../support/bailiwick-command.ts'
import { entryLine, linesOf, sortLines } from '../support/lines.ts'
import { rootsOf } from '../support/tree-roots.ts'
import { openTufReader, readSnapshot, verifyTree } from '../support/tuf-oracle.ts'

const ROUNDS = process.env['SLOW'] ? 200 : 12
const ENTRIES = 6_000
const SEED = 20_260_102

/** Even numbers in [0, 1) from a seed, so that a failing round can be had again (mulberry32). */
function openChance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Runs `bailiwick publish`, killed after `afterMs` unless it has ended; gives how long it ran. */
async function publishKilled(data: string, afterMs: number): Promise<number> {
  const started = performance.now()
  const child = spawn(process.execPath, [COMMAND, '--data', data, 'publish'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const closed = once(child, 'close')
  await Promise.race([sleep(afterMs), closed])
  child.kill('SIGKILL')
  await closed
  return performance.now() - started
}

test(
  `publishing survives ${ROUNDS} kills (seed ${SEED})`,
  { timeout: 60_000 + ROUNDS * 10_000 },
  async () => {
    const chance = openChance(SEED)
    const home = await makeTestAuthority()
    onTestFinished(home.remove)
    const linesAt = (round: number): string[] =>
      sortLines(
        Array.from({ length: ENTRIES }, (_, i) => entryLine(i + round * 17, (i + round) % 3)),
      )
    const first = home.open()
    applyList(first, 'a')
    await publishLines(first, 'a', linesAt(0))
    decideLines(first, 'a', linesAt(ROUNDS + 1))
    const reader = await openTufReader(first.paths.published, first.paths.root)
    onTestFinished(reader.close)
    first.close()
    const wholeRunMs = await publishKilled(home.data, 60_000)
    expect((await readSnapshot(reader, 'a')).serial).toBe(2)
    let [serial, killed] = [2, 0]
    // What a killed one left in the log is finished by the next, which may be killed behind that.
    let waiting: number | null = null
    for (let round = 1; round <= ROUNDS; round++) {
      const deciding = home.open()
      decideLines(deciding, 'a', linesAt(round))
      deciding.close()
      // The first is killed at once and the last never, however busy the machine is; the others anywhere.
      const anyMs = chance() * wholeRunMs * 1.2
      await publishKilled(home.data, round === 1 ? 0 : round === ROUNDS ? 60_000 : anyMs)

      // What readers see at once is whole, and not older than before.
      const seen = await readSnapshot(reader, 'a')
      expect(seen.serial, `round ${round}`).toBeGreaterThanOrEqual(serial)
      verifyTree(first.paths.published)
      const authority = home.open()
      await projectPublished(authority, { isThorough: true })
      const committed = authority.store.publications.latest(authority.store.lists.find('a')!.rowId)!
      const isLeft = authority.store.log.batch() !== null
      authority.close()
      const repaired = await readSnapshot(reader, 'a')
      expect(repaired, `round ${round}`).toMatchObject({
        serial: committed.serial,
        state: committed.state,
      })
      if (committed.serial === serial) killed++
      else {
        const isOther = waiting !== null && committed.serial === serial + 1
        expect(linesOf([repaired.lines])).toEqual(linesAt(isOther ? waiting! : round))
      }
      const isSame = waiting !== null && committed.serial === serial
      if (!isSame) waiting = isLeft ? round : null
      serial = committed.serial
    }
    // Some were killed before their commit and some not.
    expect(killed).toBeGreaterThan(0)
    expect(killed).toBeLessThan(ROUNDS)
    await publishKilled(home.data, 60_000)
    expect(linesOf([(await readSnapshot(reader, 'a')).lines])).toEqual(linesAt(ROUNDS))
    // Whatever was kept of proof trees when a process died.
    const last = home.open()
    const { told, made } = await rootsOf(last, 'a')
    last.close()
    expect(told).toEqual(made)
  },
)
