import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { openAgentHost } from '../support/agent-host.ts'
import { entryLine, sortLines } from '../support/lines.ts'
import { stateOf } from '../support/mock-authority.ts'

/**
 * Any flipped byte of anything that is published is refused. A file of each kind is changed in one byte; the agent either
 * says so and keeps what it has, or, where the file is only the shorter of two ways (a delta), takes the other way and tells it.
 */

const lines = (from: number, to: number): string[] =>
  sortLines(Array.from({ length: to - from }, (_, i) => entryLine(from + i)))

const KINDS = {
  root: /2\.root\.json$/,
  timestamp: /timestamp\.json$/,
  snapshot: /\/\d+\.snapshot\.json$/,
  targets: /\/\d+\.targets\.json$/,
  'list role': /\/\d+\.list-phishing\.json$/,
  definition: /\.list\.json$/,
  'list snapshot': /\.snapshot\.txt\.gz$/,
  delta: /\.delta-1-2\.txt\.gz$/,
  'policy of the log': /\.policy\.txt$/,
  'checkpoint of the log': /^log\/checkpoint$/,
  'tile of the log': /^log\/tile\/0\/000\.p\/\d+$/,
  'proof of the log': /^log\/proof\/list-phishing\/2\.tlog-proof$/,
} as const

for (const [kind, pattern] of Object.entries(KINDS)) {
  test.prop([
    fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    fc.integer({ min: 1, max: 255 }),
  ])(`a flipped byte in the ${kind} is refused`, async (where, flip) => {
    const host = await openAgentHost({ lists: ['phishing'], log: { witnesses: 1 } })
    // Metadata and deltas are met by an agent that follows, the rest by a new one.
    const isNew = ['definition', 'list snapshot', 'policy of the log'].includes(kind)
    host.authority.publish('phishing', lines(0, 30))
    if (!isNew) await host.pull()
    host.authority.rotateRoot()
    host.authority.publish('phishing', lines(1, 31))
    const path = [...host.authority.files.keys()].filter((name) => pattern.test(name)).at(-1)
    expect(path).toBeDefined()
    const good = host.authority.files.get(path!)!
    const bad = Buffer.from(good)
    const at = Math.floor(where * bad.length)
    bad[at] = bad[at]! ^ flip
    host.authority.files.set(path!, bad)
    host.told.length = 0
    await host.pull()
    const status = host.status()
    expect(host.told.length).toBeGreaterThan(0)
    if (kind === 'delta') {
      expect(status).toMatchObject({ serial: 2, state: stateOf(lines(1, 31)), lastError: null })
      return
    }
    expect(status).toMatchObject(
      isNew ? { serial: null } : { serial: 1, state: stateOf(lines(0, 30)) },
    )
    expect(status.lastError?.code).toMatch(/^(trust|fetch|log)\//)
    host.authority.files.set(path!, good)
    await host.pull()
    expect(host.status()).toMatchObject({ serial: 2, lastError: null })
  })
}
