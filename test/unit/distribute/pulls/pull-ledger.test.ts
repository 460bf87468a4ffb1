import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Fault } from '../../../../src/core/fault.ts'
import { readPulls } from '../../../../src/distribute/pulls/pull-file.ts'
import {
  PULL_LIMITS,
  PullLedger,
  type PullLimits,
} from '../../../../src/distribute/pulls/pull-ledger.ts'

let folder: string
let path: string
let nowMs: number
let faults: Fault[]
let opened: PullLedger[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-pulls-'))
  path = join(folder, 'pulls.json')
  nowMs = Date.parse('2030-01-01T00:00:00Z')
  faults = []
  opened = []
})

afterEach(async () => {
  for (const ledger of opened) await ledger.close()
  rmSync(folder, { recursive: true })
})

function open(limits: Partial<PullLimits> = {}): PullLedger {
  const ledger = new PullLedger({
    ...{ path, now: () => new Date(nowMs), limits: { ...PULL_LIMITS, ...limits } },
    onFault: (fault) => faults.push(fault),
  })
  opened.push(ledger)
  return ledger
}

describe('the ledger of pulls', () => {
  it('keeps the last serial of each list, and when was asked for anything', async () => {
    const ledger = open()
    ledger.note('isp', { list: 'phishing', serial: 3 })
    nowMs += 1000
    ledger.note('isp', { list: 'malware', serial: 7 })
    nowMs += 1000
    ledger.note('isp', null)
    await ledger.flush()
    const at = Date.parse('2030-01-01T00:00:00Z')
    const lists = [
      { list: 'phishing', serial: 3, atMs: at },
      { list: 'malware', serial: 7, atMs: at + 1000 },
    ]
    expect(readPulls(path)).toEqual([{ subscriber: 'isp', askedAtMs: at + 2000, lists }])
    expect(open().all()).toEqual(ledger.all())
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder)).toEqual(['pulls.json'])
  })

  it('writes nothing where nothing is new', async () => {
    const ledger = open()
    await ledger.flush()
    expect(readdirSync(folder)).toEqual([])
    ledger.note('isp', null)
    await ledger.flush()
    rmSync(path)
    await ledger.flush()
    expect(readdirSync(folder)).toEqual([])
  })

  it('lets whoever was heard of the longest ago make room', () => {
    const ledger = open({ maxSubscribers: 2, maxLists: 2 })
    for (const name of ['a', 'b', 'a', 'c']) ledger.note(name, null)
    expect(ledger.all().map(({ subscriber }) => subscriber)).toEqual(['a', 'c'])
    for (const list of ['one', 'two', 'one', 'three']) ledger.note('a', { list, serial: 1 })
    expect(
      ledger
        .all()
        .at(-1)!
        .lists.map(({ list }) => list),
    ).toEqual(['one', 'three'])
  })

  it('forgets after ninety days, to the millisecond', async () => {
    const ledger = open()
    ledger.note('isp', null)
    await ledger.flush()
    nowMs += PULL_LIMITS.forgetMs
    expect(open().all()).toHaveLength(1)
    nowMs += 1
    expect(open().all()).toEqual([])
  })

  it.each(['', 'nonsense', '{"format":"bailiwick-pulls/2","pulls":[]}', '{"pulls":5}'])(
    'begins anew with a file that has %j',
    (text) => {
      writeFileSync(path, text)
      expect(open().all()).toEqual([])
      expect(faults).toEqual([])
    },
  )

  it('says once that nothing can be written, and writes it later', async () => {
    const ledger = open()
    rmSync(folder, { recursive: true })
    writeFileSync(folder, 'in the way')
    ledger.note('isp', null)
    await ledger.flush()
    await ledger.flush()
    expect(faults.map(({ code }) => code)).toEqual(['serve/ledger'])
    rmSync(folder)
    await ledger.flush()
    expect(readPulls(path)).toHaveLength(1)
  })
})
