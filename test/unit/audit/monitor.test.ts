import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ALARM_AGAIN_MS, lookOnce, type Look } from '../../../src/audit/monitor.ts'
import { parseMonitorConfig, type MonitorConfig } from '../../../src/audit/monitor-config.ts'
import { MonitorState } from '../../../src/audit/monitor-state.ts'
import { runAlarm } from '../../../src/audit/run-alarm.ts'
import { Fault } from '../../../src/core/fault.ts'
import {
  createMockPublished,
  mockLines,
  publishedFrom,
  type MockPublished,
} from '../../support/mock-published.ts'

let folder: string
let mock: MockPublished
let at: Date
let calls: string[][]
let fails: boolean

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'monitor-'))
  mock = await createMockPublished()
  await mock.publish('phishing', mockLines('a.example'))
  at = mock.at
  calls = []
  fails = false
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('is silent over an honest authority, and keeps every checkpoint', async () => {
  expect((await look()).alarms).toEqual([])
  await mock.publish('phishing', mockLines('b.example'))
  expect((await look()).alarms).toEqual([])
  expect((await look()).alarms).toEqual([])
  expect(readdirSync(join(folder, 'checkpoints'))).toHaveLength(2)
  expect(calls).toEqual([])
})

test('tells a rewind with both checkpoints', async () => {
  const before = mock.save()
  await mock.publish('phishing', mockLines('b.example'))
  await look()
  const files = new Map(before)
  const { alarms } = await look(files)
  expect(alarms.map(({ code }) => code)).toContain('checkpoint/rewind')
  const call = calls.find(([, code]) => code === 'checkpoint/rewind')
  const kept = readdirSync(join(folder, 'checkpoints')).map((name) =>
    join(folder, 'checkpoints', name),
  )
  expect(call?.[2]?.split(' ').sort()).toEqual(kept.sort())
  expect(kept).toHaveLength(2)
})

test('tells a fork at the same size', async () => {
  const before = mock.save()
  await look()
  const checkpoint = (files: ReadonlyMap<string, Buffer>): string =>
    files.get('log/checkpoint')?.toString() ?? ''
  const path = join(folder, 'checkpoints', readdirSync(join(folder, 'checkpoints'))[0] ?? '')
  // The monitor saw another tree of this size.
  const lines = checkpoint(before).split('\n')
  lines[2] = Buffer.alloc(32, 1).toString('base64')
  writeFileSync(path, lines.join('\n'))
  expect((await look()).alarms.map(({ code }) => code)).toContain('checkpoint/fork')
})

test('tells a serial without a manifest, and an export that differs', async () => {
  await mock.publish('phishing', mockLines('b.example'), { manifest: () => null })
  mock.putFeeds()
  mock.files.set('feeds/phishing/hosts?serial=2', Buffer.from('x'))
  const codes = (await look()).alarms.map(({ code }) => code)
  expect(codes).toContain('serial/unlogged')
  expect(codes).toContain('export/differs')
})

test('tells a stall one second after the limit, and no sooner', async () => {
  await look()
  at = new Date(mock.at.getTime() + 3600 * 1000)
  expect((await look()).alarms).toEqual([])
  at = new Date(at.getTime() + 1000)
  expect((await look()).alarms).toMatchObject([{ code: 'monitor/stall' }])
  await mock.publish('phishing', mockLines('c.example'))
  expect((await look()).alarms).toEqual([])
})

test('tells an alarm once, and again after a day; one that could not be told, at the next look', async () => {
  mock.files.delete('tuf/metadata/1.list-phishing.json')
  fails = true
  expect((await look()).told).toBe(0)
  fails = false
  expect((await look()).told).toBe(1)
  at = new Date(at.getTime() + 1000)
  expect((await look()).told).toBe(0)
  at = new Date(mock.at.getTime() + ALARM_AGAIN_MS - 1)
  expect((await look({ staleAfterSeconds: 1e9 })).told).toBe(0)
  at = new Date(mock.at.getTime() + ALARM_AGAIN_MS)
  expect((await look({ staleAfterSeconds: 1e9 })).told).toBe(1)
  expect(calls.map(([, code]) => code)).toEqual(Array(3).fill('metadata/missing'))
})

describe('refuses', () => {
  test("another source's folder, and a damaged one", async () => {
    await look()
    await expect(look({ source: 'https://other.example' })).rejects.toThrow(
      expect.objectContaining({ code: 'audit/state' }),
    )
    writeFileSync(join(folder, 'monitor.json'), '{')
    await expect(look()).rejects.toThrow(expect.objectContaining({ code: 'audit/state' }))
  })

  test.each([
    ['', 'no JSON'],
    ['{}', 'no source'],
    ['{"source": "ftp://x.example", "state": "s"}', 'another scheme'],
    ['{"source": "https://x.example", "state": "s", "staleAfterSeconds": 59}', 'too soon a stall'],
    ['{"source": "https://x.example", "state": "s", "onAlarm": []}', 'no program'],
    ['{"source": "https://x.example", "state": "s", "extra": 1}', 'an unknown setting'],
  ])('the configuration %s: %s', (text) => {
    expect(() => parseMonitorConfig(text, '/etc/m/monitor.json')).toThrow(
      expect.objectContaining({ code: 'usage/invalid' }),
    )
  })

  test('a command that fails or takes too long', async () => {
    for (const command of [['false'], ['/nonexistent'], ['sleep', '60']]) {
      await expect(runAlarm(command, 200)).rejects.toThrow(
        expect.objectContaining({ code: 'audit/alarm' }),
      )
    }
    await expect(runAlarm(['true'], 10_000)).resolves.toBeUndefined()
  })
})

test('takes paths from the folder of the configuration', () => {
  const text = '{"source": "https://x.example", "state": "s", "root": "/r.json"}'
  expect(parseMonitorConfig(text, '/etc/m/monitor.json')).toEqual({
    ...{ source: 'https://x.example', state: '/etc/m/s', root: '/r.json' },
    ...{ schedule: '17 * * * *', staleAfterSeconds: 14_400, commandSeconds: 60 },
  })
})

function look(changes: Partial<MonitorConfig> | Map<string, Buffer> = {}): Promise<Look> {
  const files = changes instanceof Map ? changes : mock.files
  const hasFeeds = [...files.keys()].some((path) => path.startsWith('feeds/'))
  const config: MonitorConfig = {
    ...{ source: 'https://lists.example', state: folder, schedule: '* * * * *' },
    ...{ staleAfterSeconds: 3600, commandSeconds: 1, onAlarm: ['tell', '{code}', '{evidence}'] },
    ...(changes instanceof Map ? {} : changes),
  }
  const deps = {
    source: publishedFrom(files, { isListed: false, hasFeeds }),
    state: new MonitorState(folder),
    run: (command: readonly string[]) => {
      calls.push([...command])
      return fails
        ? Promise.reject(new Fault('audit/alarm', 'expected 0, got 1'))
        : Promise.resolve()
    },
    ...{ now: () => at, policy: null, root: null, log: { error: () => undefined } },
  }
  return lookOnce(deps, config)
}
