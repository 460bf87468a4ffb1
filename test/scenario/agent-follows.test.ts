import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { openAgentHost, type AgentHost } from '../support/agent-host.ts'
import { arbLines } from '../support/lines.ts'
import { stateOf } from '../support/mock-authority.ts'

async function openFollower(): Promise<AgentHost> {
  return openAgentHost({
    lists: ['phishing'],
    configure: (config) => {
      const limits = { minEntries: 0, maxGrowth: 1e9, maxShrink: 1 }
      config['lists'] = [
        { id: 'phishing', limits, outputs: [{ format: 'rpz', path: 'phishing.rpz' }] },
      ]
    },
  })
}

test.prop([fc.array(fc.tuple(arbLines, fc.boolean()), { minLength: 1, maxLength: 6 })])(
  'an agent that pulls now and then ends where one that takes the snapshot ends',
  async (serials) => {
    const host = await openFollower()
    for (const [lines, pulls] of serials) {
      host.authority.publish('phishing', lines)
      if (pulls) await host.pull()
    }
    await host.pull()
    const last = serials.at(-1)?.[0] ?? []
    const zone = host.read('phishing.rpz')
    expect(host.status()).toMatchObject({
      serial: serials.length,
      state: stateOf(last),
      entries: last.length,
      lastError: null,
    })
    const fresh = await openFollower()
    fresh.authority.publish('phishing', last, { serial: serials.length })
    expect((await fresh.pull()).lists[0]).toMatchObject({ by: 'snapshot' })
    expect(fresh.read('phishing.rpz')).toBe(zone)
  },
)
