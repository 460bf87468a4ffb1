import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { serveFiles } from '../support/mock-source.ts'
import { ATTACKS } from '../support/tuf-attacks.ts'
import { openAgentReader, openPlainReader, type Look } from '../support/tuf-readers.ts'
import { createTufRepository } from '../support/tuf-repository.ts'
import { ROTATIONS } from '../support/tuf-rotations.ts'
import type { TufScenario } from '../support/tuf-scenario.ts'

/**
 * Attacks and rotations after those of theupdateframework/tuf-conformance, each tried on the agent's trust and on tuf-js 5.0.1 with nothing
 * around it. Both must come to the same end, unless the scenario says why not.
 */
const SCENARIOS = [...ATTACKS, ...ROTATIONS]

beforeEach(() => {
  // The clock alone: sockets have their own timers.
  vi.useFakeTimers({ toFake: ['Date'] })
})

afterEach(() => {
  vi.useRealTimers()
})

test('the table has each scenario once', () => {
  expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length)
  expect(SCENARIOS.length).toBeGreaterThan(100)
})

test.each(SCENARIOS)('$name', async (scenario) => {
  const [ours, plain] = await play(scenario)
  const { outcome, versions } = scenario
  expect(plain, String(plain.why)).toMatchObject({
    outcome: scenario.plain?.outcome ?? outcome,
    versions: scenario.plain?.versions ?? versions,
  })
  expect(ours).toEqual({ outcome, versions, why: scenario.code ?? null })
})

/** The last look of the agent, and that of tuf-js. */
async function play({ before, steps }: TufScenario): Promise<readonly [Look, Look]> {
  const repository = createTufRepository()
  const handedOut = before?.(repository)
  const root = handedOut ?? repository.bytes('root', 1)
  const source = await serveFiles(repository.files)
  onTestFinished(() => source.close())
  const readers = [openAgentReader(source.url, root), openPlainReader(source.url, root)] as const
  const look = async (): Promise<readonly [Look, Look]> => [
    await readers[0].look(),
    await readers[1].look(),
  ]
  if (handedOut === undefined) {
    const first = { outcome: 'accepted', versions: '1 1 1 1 1', why: null }
    expect(await look()).toEqual([first, first])
  }
  let last: readonly [Look, Look] | undefined
  for (const step of steps) {
    step(repository)
    last = await look()
  }
  if (last === undefined) throw new Error('expected a step')
  return last
}
