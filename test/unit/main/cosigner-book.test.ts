import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { CosignerBook, cosignerFigures } from '../../../src/main/cosigner-book.ts'
import { addWitnesses } from '../../../src/platform/log-metrics.ts'
import type { WitnessOutcome } from '../../../src/publish/collect-cosignatures.ts'
import type { WaitingForWitnesses } from '../../../src/publish/log-cosigners.ts'

const AT = new Date('2030-01-01T00:00:00Z')

function answer(
  witness: string,
  outcome: WitnessOutcome['outcome'],
  size: number | null = null,
): WitnessOutcome {
  return { witness, outcome, sentence: `${witness}: ${outcome}`, size }
}

test('tells of a witness when its answer is another than before, and not again', () => {
  const told: string[] = []
  const book = new CosignerBook(({ sentence }) => void told.push(sentence))
  for (const outcome of [
    ...(['cosigned', 'fetch/timeout', 'fetch/timeout', 'fetch/denied', 'cosigned'] as const),
    ...(['cosigned', 'fetch/timeout'] as const),
  ]) {
    book.add(answer('w1', outcome), AT)
    book.add(answer('w2', 'cosigned'), AT)
  }
  expect(told).toEqual([
    'w1: fetch/timeout',
    'w1: fetch/denied',
    'w1: cosigned',
    'w1: fetch/timeout',
  ])
})

test('tells of a witness that fails at the first time', () => {
  const told: string[] = []
  const book = new CosignerBook(({ sentence }) => void told.push(sentence))
  book.add(answer('w1', 'log/forked'), AT)
  expect(told).toEqual(['w1: log/forked'])
})

test('has in its metrics all answers, the last success, and what waits', async () => {
  const book = new CosignerBook(() => undefined)
  let waiting: WaitingForWitnesses | null = null
  const registry = new Registry()
  addWitnesses(
    registry,
    cosignerFigures(book, () => waiting),
  )
  book.add(answer('w1', 'cosigned', 9), AT)
  book.add(answer('w1', 'cosigned', 12), new Date(AT.getTime() + 60_000))
  book.add(answer('w2', 'cosigned', 9), AT)
  book.add(answer('w3', 'fetch/timeout'), AT)
  const lines = async (): Promise<string[]> =>
    (await registry.metrics()).split('\n').filter((line) => line.startsWith('bailiwick'))
  const seconds = AT.getTime() / 1000
  expect(await lines()).toEqual([
    'bailiwick_witness_answers_total{witness="w1",outcome="cosigned"} 2',
    'bailiwick_witness_answers_total{witness="w2",outcome="cosigned"} 1',
    'bailiwick_witness_answers_total{witness="w3",outcome="fetch/timeout"} 1',
    `bailiwick_witness_cosigned_timestamp_seconds{witness="w1"} ${seconds + 60}`,
    `bailiwick_witness_cosigned_timestamp_seconds{witness="w2"} ${seconds}`,
    'bailiwick_log_waiting_since_timestamp_seconds 0',
    'bailiwick_log_waiting_cosignatures 0',
    'bailiwick_log_waiting_witnesses 0',
  ])
  // w2 has cosigned, but an earlier tree.
  waiting = { since: AT, size: 12, witnesses: ['w1', 'w2', 'w3'] }
  expect((await lines()).slice(-3)).toEqual([
    `bailiwick_log_waiting_since_timestamp_seconds ${seconds}`,
    'bailiwick_log_waiting_cosignatures 1',
    'bailiwick_log_waiting_witnesses 3',
  ])
})
