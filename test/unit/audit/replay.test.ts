import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findSerial, type SerialWish } from '../../../src/audit/find-serial.ts'
import { MAX_STEPS_IN_PASS } from '../../../src/audit/limits.ts'
import { readHistory } from '../../../src/audit/list-history.ts'
import { SpoolFolder } from '../../../src/audit/line-spool.ts'
import { replayList, type Replayed } from '../../../src/audit/replay-list.ts'
import {
  createMockPublished,
  mockLines,
  publishedFrom,
  stateOf,
  type MockPublished,
} from '../../support/mock-published.ts'

let spools: SpoolFolder

beforeEach(() => {
  spools = new SpoolFolder()
})
afterEach(() => spools.close())

const HISTORY = [
  ['a.example', 'b.example'],
  ['b.example', 'c.example'],
  [],
  ['a.example', 'c.example'],
  ['a.example', 'b.example', 'c.example'],
].map((names) => mockLines(...names))

describe.each([true, false])('with every state computed: %s', (isEvery) => {
  test('each serial is rebuilt from the first snapshot', async () => {
    const mock = await published(HISTORY)
    for (const [i, lines] of HISTORY.entries()) {
      const replayed = await replay(mock, { serial: i + 1 }, isEvery)
      expect(linesOf(replayed)).toEqual(lines)
      const computed = isEvery || i === 0 ? i + 1 : 2
      expect(replayed).toMatchObject({ computed, passed: i + 1 - computed })
    }
  })

  test('a serial without a delta begins anew', async () => {
    const mock = await published(HISTORY.slice(0, 2))
    await mock.publish('phishing', HISTORY[3] ?? [], { noDelta: true })
    await mock.publish('phishing', HISTORY[4] ?? [])
    expect(linesOf(await replay(mock, null, isEvery))).toEqual(HISTORY[4])
    expect(linesOf(await replay(mock, { serial: 3 }, isEvery))).toEqual(HISTORY[3])
  })

  test('more steps than one pass has', async () => {
    const all = Array.from({ length: MAX_STEPS_IN_PASS + 3 }, (_, i) =>
      mockLines(`n${i}.example`, `n${i + 1}.example`),
    )
    const mock = await published(all)
    expect(linesOf(await replay(mock, null, isEvery))).toEqual(all.at(-1))
    expect(linesOf(await replay(mock, { serial: MAX_STEPS_IN_PASS + 1 }, isEvery))).toEqual(
      all.at(-3),
    )
  })

  test('a delta that leads elsewhere is refused', async () => {
    const mock = await published(HISTORY.slice(0, 2))
    await mock.publish('phishing', HISTORY[4] ?? [], {
      raw: (file, bytes) =>
        file.startsWith('delta') ? Buffer.from(bytes.toString().replace('+a.', '+0.')) : bytes,
    })
    await expect(replay(mock, null, isEvery)).rejects.toThrow(
      expect.objectContaining({ code: 'delta/mismatch' }),
    )
  })

  test('a delta that is gone is told', async () => {
    const mock = await published(HISTORY)
    const path = [...mock.files.keys()].find((one) => one.includes('delta-2-3')) ?? ''
    mock.files.delete(path)
    await expect(replay(mock, null, isEvery)).rejects.toThrow(
      expect.objectContaining({ code: 'snapshot/not-found' }),
    )
    expect(linesOf(await replay(mock, { serial: 2 }, isEvery))).toEqual(HISTORY[1])
  })
})

test('a state in the middle that no lines have is seen only where every state is computed', async () => {
  const mock = await published(HISTORY.slice(0, 1))
  const wrong = '1'.repeat(64)
  const state = (file: string, from: string, to: string) => (name: string, bytes: Buffer) =>
    name.startsWith(file) ? Buffer.from(bytes.toString().replace(from, to)) : bytes
  const lie = (signed: Record<string, unknown>): void => {
    const targets = signed['targets'] as Record<string, { custom: Record<string, unknown> }>
    const snapshot = targets['lists/phishing/snapshot.txt.gz']
    if (snapshot) snapshot.custom['state'] = wrong
  }
  const toState = stateOf(mockLines('q.example'))
  await mock.publish('phishing', mockLines('q.example'), {
    raw: state('delta', `to-state: ${toState}`, `to-state: ${wrong}`),
    change: { 'list-phishing': lie },
  })
  await mock.publish('phishing', mockLines('r.example'), {
    raw: state('delta', `from-state: ${toState}`, `from-state: ${wrong}`),
  })
  expect(linesOf(await replay(mock, null, false))).toEqual(mockLines('r.example'))
  await expect(replay(mock, null, true)).rejects.toThrow(
    expect.objectContaining({ code: 'delta/mismatch' }),
  )
})

test('an instant stands for the serial that held then', async () => {
  const mock = await published(HISTORY)
  const history = (await readHistory(publishedFrom(mock.files))).lists[0]
  if (history === undefined) throw new Error('no history')
  const at = (time: string): number => findSerial(history, { at: new Date(time) })
  const second = history.serials[1]?.manifest?.leaf
  const time = second !== undefined && 'at' in second ? second.at : ''
  expect(at(time)).toBe(1)
  expect(findSerial(history, { at: new Date(Date.parse(time) - 1) })).toBe(0)
  expect(at('2040-01-01T00:00:00Z')).toBe(4)
  expect(findSerial(history, null)).toBe(4)
  for (const wish of [{ serial: 6 }, { at: new Date('2000-01-01T00:00:00Z') }]) {
    expect(() => findSerial(history, wish)).toThrow(
      expect.objectContaining({ code: 'snapshot/not-found' }),
    )
  }
})

test('a list that was there before the log goes from the first serial that is known', async () => {
  const mock = await createMockPublished({ isLate: true })
  for (const lines of HISTORY.slice(0, 3)) await mock.publish('phishing', lines)
  await mock.beginLog()
  for (const lines of HISTORY.slice(3)) await mock.publish('phishing', lines)
  for (const [i, lines] of [...HISTORY.entries()].slice(2)) {
    expect(linesOf(await replay(mock, { serial: i + 1 }, true))).toEqual(lines)
  }
  await expect(replay(mock, { serial: 2 }, true)).rejects.toThrow(
    expect.objectContaining({ code: 'snapshot/not-found' }),
  )
})

test('a log that is not whole has no history', async () => {
  const mock = await published(HISTORY)
  const path = [...mock.files.keys()].filter((one) => one.includes('tile/entries')).at(-1) ?? ''
  const bytes = mock.files.get(path) ?? Buffer.alloc(0)
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
  await expect(replay(mock, null, false)).rejects.toThrow()
})

async function published(history: readonly (readonly string[])[]): Promise<MockPublished> {
  const mock = await createMockPublished()
  for (const lines of history) await mock.publish('phishing', lines)
  return mock
}

async function replay(
  mock: MockPublished,
  wish: SerialWish | null,
  isEvery: boolean,
): Promise<Replayed> {
  const source = publishedFrom(mock.files)
  const { lists } = await readHistory(source)
  const history = lists[0]
  if (history === undefined) throw new Error('no history')
  const serials = history.serials.slice(0, findSerial(history, wish) + 1)
  return replayList({ source, spools }, serials, isEvery)
}

function linesOf({ lines }: Replayed): string[] {
  const text = Buffer.concat([...lines]).toString()
  return text === '' ? [] : text.trimEnd().split('\n')
}
