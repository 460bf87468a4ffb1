import { createServer, type AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { printNoteKey } from '../../src/core/log/note-key.ts'
import { printNote, type Note } from '../../src/core/log/note.ts'
import { parsePolicy } from '../../src/core/log/parse-policy.ts'
import { verifyCheckpoint } from '../../src/core/log/verify-checkpoint.ts'
import { openWitnessClient } from '../../src/platform/witness-client.ts'
import {
  collectCosignatures,
  type CollectedCosignatures,
} from '../../src/publish/collect-cosignatures.ts'
import { makeWitnessHost } from '../support/live-witness.ts'
import { makeLog, makeSigner, type TestLog } from '../support/witness-log.ts'

const TIMEOUT_MS = 700

/** Takes connections, and never says a word. */
async function openSilence(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('an authority gets its quorum from two of three witnesses, one of them away', async () => {
  const log = makeLog()
  const logs = [printNoteKey(log.signer.key)]
  const hosts = [
    await makeWitnessHost('one.example', logs),
    await makeWitnessHost('two.example', logs),
  ]
  const [one, two] = [await hosts[0]!.start(), await hosts[1]!.start()]
  const silence = await openSilence()
  const policyOf = (urls: readonly [string, string]) =>
    parsePolicy(
      Buffer.from(
        [
          `log ${logs[0] ?? ''}`,
          `witness away ${printNoteKey(makeSigner('away.example', 'cosignature').key)} ${silence}`,
          `witness one ${hosts[0]!.vkey} ${urls[0]}`,
          `witness two ${hosts[1]!.vkey} ${urls[1]}/`,
          'group two-of-three 2 away one two',
          'quorum two-of-three\n',
        ].join('\n'),
      ),
    )
  const policy = policyOf([one.url, two.url])
  const client = openWitnessClient({ userAgent: 'test', connectTimeoutMs: TIMEOUT_MS })
  onTestFinished(client.close)
  const known = new Map<string, number>()
  const collect = async (
    tree: TestLog,
    size: number,
    { under = policy, from }: { under?: typeof policy; from?: Note } = {},
  ): Promise<CollectedCosignatures> => {
    const collected = await collectCosignatures(
      {
        ask: ({ url }, body) => client.ask({ url, body, timeoutMs: TIMEOUT_MS }),
        knownSize: (name) => known.get(name) ?? 0,
        proof: (from) => tree.proof(from, size),
      },
      under,
      from ?? (await tree.note(size)),
      size,
    )
    for (const { witness, size } of collected.answers) if (size !== null) known.set(witness, size)
    return collected
  }
  const outcomes = ({ answers }: CollectedCosignatures) => answers.map(({ outcome }) => outcome)
  const away = 'fetch/timeout'

  const first = await collect(log, 3)
  expect(outcomes(first)).toEqual([away, 'cosigned', 'cosigned'])
  expect(first.quorum.isMet).toBe(true)
  const trusted = verifyCheckpoint(policy, Buffer.from(printNote(first.note)))
  expect(trusted.witnesses.map(({ name }) => name)).toEqual(['one', 'two'])

  // Whoever has forgotten what the witnesses know gets there, too.
  known.clear()
  expect(outcomes(await collect(log, 20))).toEqual([away, 'cosigned', 'cosigned'])

  // One goes away in between, and takes up in one step what it missed.
  expect(await two.stop()).toBe(0)
  const alone = await collect(log, 21)
  expect(outcomes(alone)).toEqual([away, 'cosigned', 'fetch/unreachable'])
  expect(alone.quorum).toMatchObject({ isMet: false })
  const again = await hosts[1]!.start()
  const under = policyOf([one.url, again.url])
  const later = await collect(log, 21, { under, from: alone.note })
  expect(later.quorum.isMet).toBe(true)
  expect(later.note.signatures.map(({ name }) => name)).toEqual([
    ...['log.example', 'one.example', 'two.example'],
  ])

  // An authority that went back, or has a second history, is told so by both.
  expect(outcomes(await collect(log, 20, { under }))).toEqual([away, 'log/forked', 'log/forked'])
  const fork = log.forkAt(5)
  expect(outcomes(await collect(fork, 21, { under }))).toEqual([away, 'log/forked', 'log/forked'])
  expect(outcomes(await collect(fork, 30, { under }))).toEqual([away, 'log/forked', 'log/forked'])
  expect(outcomes(await collect(log, 30, { under }))).toEqual([away, 'cosigned', 'cosigned'])
})
