import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Fault } from '../../../../src/core/fault.ts'
import { LedgerFile, readLedger } from '../../../../src/distribute/zones/ledger-file.ts'
import { newSecondary } from '../../../../src/distribute/zones/secondary.ts'
import {
  LEDGER_LIMITS,
  SecondaryLedger,
  type LedgerLimits,
} from '../../../../src/distribute/zones/secondary-ledger.ts'

const KEY = { subscriber: 'isp', zone: 'a.rpz.test', address: '192.0.2.1' }
const WHOLE = { serial: 5, style: 'whole', bytes: 1000, ms: 20, outcome: 'sent' } as const

let folder: string
let path: string
let nowMs: number
let faults: Fault[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-ledger-'))
  path = join(folder, 'secondaries.jsonl')
  nowMs = Date.UTC(2026, 10, 24)
  faults = []
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function open(limits: Partial<LedgerLimits> = {}): SecondaryLedger {
  return new SecondaryLedger({
    ...{ path, now: () => new Date(nowMs), limits: { ...LEDGER_LIMITS, ...limits } },
    onFault: (fault) => void faults.push(fault),
  })
}

function reopen(ledger: SecondaryLedger, limits: Partial<LedgerLimits> = {}): SecondaryLedger {
  ledger.close()
  return open(limits)
}

describe('what a secondary did', () => {
  test('is there again after a restart', () => {
    const ledger = open()
    ledger.asked(KEY, { keyName: 'k1', has: 3, isSure: true })
    ledger.began(KEY)
    ledger.ended(KEY, WHOLE)
    ledger.notified(KEY, '192.0.2.1:53', { serial: 5, answer: 'NOERROR', tries: 2 })
    const found = {
      ...{ ...KEY, askedAtMs: nowMs, key: 'k1', serial: 5, running: 0, isBroken: false },
      given: { serial: 5, atMs: nowMs },
      transfer: { ...WHOLE, atMs: nowMs },
      notifies: { '192.0.2.1:53': { serial: 5, answer: 'NOERROR', tries: 2, atMs: nowMs } },
    }
    expect(ledger.find(KEY)).toEqual(found)
    expect(readLedger(path)).toEqual([found])
    expect(reopen(ledger).find(KEY)).toEqual(found)
    expect(faults).toEqual([])
  })

  test('is kept apart by subscriber, zone and address', () => {
    const ledger = open()
    ledger.began(KEY)
    for (const other of [{ subscriber: 'x' }, { zone: 'b.rpz.test' }, { address: '192.0.2.2' }]) {
      expect(ledger.find({ ...KEY, ...other })).toBeUndefined()
    }
    ledger.close()
  })

  test('is for nobody else to read', () => {
    const ledger = open()
    ledger.began(KEY)
    ledger.close()
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })
})

describe('a whole transfer', () => {
  test('that was cut is broken until a whole one is sent', () => {
    const ledger = open()
    ledger.began(KEY)
    expect(ledger.find(KEY)?.isBroken).toBe(false)
    ledger.ended(KEY, { ...WHOLE, outcome: 'broken' })
    expect(ledger.find(KEY)).toMatchObject({ isBroken: true, serial: null, given: null })
    ledger.ended(KEY, { ...WHOLE, style: 'difference' })
    expect(ledger.find(KEY)?.isBroken).toBe(true)
    ledger.began(KEY)
    ledger.ended(KEY, WHOLE)
    expect(ledger.find(KEY)).toMatchObject({ isBroken: false, serial: 5 })
    ledger.close()
  })

  test('leaves its mark in the file before its first byte', () => {
    const ledger = open()
    ledger.began(KEY)
    // As a process finds it that starts when this one was killed.
    const after = open()
    expect(after.find(KEY)).toMatchObject({ isBroken: true, running: 0 })
    after.close()
    ledger.close()
  })

  test('that is cut as a difference harms nobody', () => {
    const ledger = open()
    ledger.ended(KEY, { ...WHOLE, style: 'difference', outcome: 'broken' })
    expect(ledger.find(KEY)).toMatchObject({ isBroken: false, given: null })
    ledger.close()
  })
})

describe('a question', () => {
  test('notes nobody new, and believes nothing, when its address may be forged', () => {
    const ledger = open()
    ledger.asked(KEY, { keyName: null, has: 9, isSure: false })
    expect(ledger.find(KEY)).toBeUndefined()
    ledger.ended(KEY, WHOLE)
    ledger.asked(KEY, { keyName: null, has: 9, isSure: false })
    expect(ledger.find(KEY)).toMatchObject({ serial: 5, askedAtMs: nowMs })
    ledger.close()
  })

  test('is written at once when it tells something new, and else when the ledger is closed', () => {
    const ledger = open()
    ledger.asked(KEY, { keyName: 'k', has: 3, isSure: true })
    const length = statSync(path).size
    nowMs += 1000
    ledger.asked(KEY, { keyName: 'k', has: 3, isSure: true })
    expect(statSync(path).size).toBe(length)
    ledger.close()
    expect(readLedger(path)[0]?.askedAtMs).toBe(nowMs)
  })
})

describe('the file', () => {
  test('is read over a torn last line, and what follows it is not lost', () => {
    const ledger = open()
    ledger.ended(KEY, WHOLE)
    ledger.close()
    appendFileSync(path, '{"subscriber":"isp","zone":"a.rpz.te')
    const again = open()
    expect(again.find(KEY)?.serial).toBe(5)
    again.ended(KEY, { ...WHOLE, serial: 6 })
    again.close()
    expect(readLedger(path)).toMatchObject([{ serial: 6 }])
  })

  test('is none: then nothing is known', () => {
    expect(readLedger(path)).toEqual([])
  })

  test('is written anew when most of it counts no more, and loses nothing meanwhile', async () => {
    const ledger = open()
    const others = Array.from({ length: 600 }, (_, i) => ({ ...KEY, address: `10.0.0.${i}` }))
    for (const other of others) ledger.ended(other, WHOLE)
    for (let serial = 0; statSync(path).size < 1.2 * 1024 * 1024; serial++) {
      ledger.ended(KEY, { ...WHOLE, serial })
    }
    // The rewriting has begun with the last row, and goes on between these.
    ledger.ended(KEY, { ...WHOLE, serial: 77 })
    await new Promise((resolve) => setImmediate(resolve))
    ledger.ended(others[0]!, { ...WHOLE, serial: 78 })
    await expect.poll(() => statSync(path).size).toBeLessThan(400_000)
    ledger.ended(others[1]!, { ...WHOLE, serial: 79 })
    const rows = new Map(readLedger(path).map((row) => [row.address, row.serial]))
    expect(rows.size).toBe(601)
    expect(rows.get(KEY.address)).toBe(77)
    expect([rows.get('10.0.0.0'), rows.get('10.0.0.1'), rows.get('10.0.0.599')]).toEqual([
      78, 79, 5,
    ])
    ledger.close()
    expect(readFileSync(path, 'utf8').startsWith('{"format":"bailiwick-secondaries/1"}\n')).toBe(
      true,
    )
    expect(faults).toEqual([])
  })

  test.runIf(existsSync('/dev/full'))('on a full disk is told of once', () => {
    const onFault = (fault: Fault) => void faults.push(fault)
    const row = newSecondary(KEY)
    const file = new LedgerFile({ path: '/dev/full', ids: () => [], row: () => row, onFault })
    file.append(row)
    file.append(row)
    file.close()
    expect(faults).toMatchObject([{ code: 'serve/ledger' }])
    expect(faults[0]?.message).toContain('ENOSPC')
  })

  test('is left alone once the ledger is closed: what was on its way then was cut', () => {
    const ledger = open()
    ledger.began(KEY)
    ledger.close()
    ledger.ended(KEY, WHOLE)
    expect(readLedger(path)).toMatchObject([{ running: 1 }])
  })

  test('that is a folder is told of once, and serving goes on', () => {
    rmSync(folder, { recursive: true })
    path = tmpdir()
    const ledger = open()
    ledger.began(KEY)
    ledger.ended(KEY, WHOLE)
    expect(new Set(faults.map(({ code }) => code))).toEqual(new Set(['serve/ledger']))
    expect(ledger.find(KEY)?.serial).toBe(5)
    ledger.close()
  })
})

describe('bounds', () => {
  test('drop who was heard of the longest ago, of the subscriber that has too many', () => {
    const ledger = open({ maxRowsPerSubscriber: 2 })
    ledger.ended({ ...KEY, subscriber: 'other' }, WHOLE)
    for (const address of ['10.0.0.1', '10.0.0.2']) ledger.ended({ ...KEY, address }, WHOLE)
    ledger.asked({ ...KEY, address: '10.0.0.1' }, { keyName: null, has: null, isSure: true })
    ledger.ended({ ...KEY, address: '10.0.0.3' }, WHOLE)
    expect(ledger.of('isp').map(({ address }) => address)).toEqual(['10.0.0.1', '10.0.0.3'])
    expect(ledger.of('other')).toHaveLength(1)
    ledger.close()
  })

  test('hold for all together', () => {
    const ledger = open({ maxRows: 3 })
    for (let i = 0; i < 5; i++) ledger.ended({ ...KEY, subscriber: `s${i}` }, WHOLE)
    expect([...ledger.all()].map(({ subscriber }) => subscriber)).toEqual(['s2', 's3', 's4'])
    ledger.close()
  })

  test('hold for the places that one secondary is notified at', () => {
    const ledger = open({ maxNotifies: 2 })
    for (const port of [1, 2, 3]) {
      ledger.notified(KEY, `192.0.2.1:${port}`, { serial: 1, answer: 'timeout', tries: 1 })
    }
    expect(Object.keys(ledger.find(KEY)?.notifies ?? {})).toEqual(['192.0.2.1:2', '192.0.2.1:3'])
    ledger.close()
  })

  test('forget at the start who was not heard of for months', () => {
    const ledger = open()
    ledger.ended(KEY, WHOLE)
    nowMs += LEDGER_LIMITS.forgetMs + 1
    expect(reopen(ledger).find(KEY)).toBeUndefined()
  })
})
