import { gzipSync } from 'node:zlib'
import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkPublished } from '../../../src/audit/check-published.ts'
import { FindingLog } from '../../../src/audit/finding-log.ts'
import {
  defaultLimits,
  limitPublished,
  type SourceLimits,
} from '../../../src/audit/limit-published.ts'
import { SpoolFolder, type LineSpool } from '../../../src/audit/line-spool.ts'
import {
  MAX_DELTA_BYTES,
  MAX_FAILURES_IN_ROW,
  MAX_FINDINGS,
  MAX_RAW_BYTES,
  MAX_TARGET_BYTES,
  MAX_TOLD_LENGTH,
} from '../../../src/audit/limits.ts'
import { MAX_SIGNATURES, parseSigned } from '../../../src/audit/parse-signed.ts'
import type { Published } from '../../../src/audit/published.ts'
import { readDelta, readSnapshot, readTarget } from '../../../src/audit/read-target.ts'
import type { SignedTarget } from '../../../src/audit/targets-of.ts'
import { Fault } from '../../../src/core/fault.ts'
import { targetPath } from '../../../src/core/layout.ts'
import { printSortedJson } from '../../../src/core/sorted-json.ts'
import { createMockPublished, mockLines, publishedFrom } from '../../support/mock-published.ts'

const AT = new Date('2030-01-31T12:00:00Z')
const now = (): Date => AT

describe('a source', () => {
  const files = new Map([
    ['a', Buffer.alloc(10)],
    ['b', Buffer.alloc(11)],
  ])

  test.each<[string, Partial<SourceLimits>, boolean]>([
    ['21 bytes of 21', { maxBytes: 21 }, true],
    ['21 bytes of 20', { maxBytes: 20 }, false],
    ['2 files of 2', { maxFiles: 2 }, true],
    ['2 files of 1', { maxFiles: 1 }, false],
  ])('may have %s', async (_, changes, isFine) => {
    const limited = limitPublished(publishedFrom(files), { ...defaultLimits(now), ...changes })
    await limited.read('a', 100)
    const rest = limited.pieces('b', 100, () => undefined)
    if (isFine) await expect(rest).resolves.toBe(true)
    else await expect(rest).rejects.toThrow(expect.objectContaining({ code: 'audit/limit' }))
  })

  test('may take as long as it may, and not a millisecond more', async () => {
    let at = AT
    const limits = { ...defaultLimits(() => at), maxMs: 1000 }
    const limited = limitPublished(publishedFrom(files), limits)
    at = new Date(AT.getTime() + 1000)
    await expect(limited.read('a', 100)).resolves.not.toBeNull()
    at = new Date(AT.getTime() + 1001)
    await expect(limited.read('a', 100)).rejects.toThrow(
      expect.objectContaining({ code: 'audit/limit' }),
    )
  })

  test('is given up after so many failures in a row', async () => {
    let fails = true
    const broken: Published = {
      ...publishedFrom(files),
      read: () =>
        fails
          ? Promise.reject(new Fault('fetch/timeout', 'expected an answer, got silence'))
          : Promise.resolve(null),
    }
    const limited = limitPublished(broken, defaultLimits(now))
    const failing = async (count: number, code: string): Promise<void> => {
      for (let i = 0; i < count; i++) {
        await expect(limited.read('a', 1)).rejects.toThrow(expect.objectContaining({ code }))
      }
    }
    await failing(MAX_FAILURES_IN_ROW - 1, 'fetch/timeout')
    fails = false
    await limited.read('a', 1)
    fails = true
    await failing(MAX_FAILURES_IN_ROW - 1, 'fetch/timeout')
    await failing(1, 'audit/source')
  })

  test('that ends in the middle is told, with what was found until then', async () => {
    const mock = await createMockPublished()
    await mock.publish('phishing', mockLines('a.example'))
    const report = await checkPublished(publishedFrom(mock.files), {
      ...{ at: mock.at, policy: null, root: null, checkpoint: null },
      limits: { ...defaultLimits(now), maxFiles: 9 },
    })
    expect(report.isWhole).toBe(false)
    expect(report.findings.at(-1)).toMatchObject({ code: 'source/failed' })
  })
})

test('findings are kept up to their limit, and counted beyond', () => {
  const findings = new FindingLog()
  const got = 'z'.repeat(10_000)
  for (let i = 0; i < MAX_FINDINGS + 5; i++) findings.add('log/tile', `${i}`, 'y', got)
  expect(findings.findings).toHaveLength(MAX_FINDINGS)
  expect(findings.count).toBe(MAX_FINDINGS + 5)
  expect(findings.findings[0]?.got).toHaveLength(MAX_TOLD_LENGTH)
})

test('a finding that is met again is told once', () => {
  const findings = new FindingLog()
  const places = ['x', 'x', 'y', 'x']
  for (const place of places) findings.add('log/tile', place, 'y', 'z')
  expect(findings.findings.map(({ path }) => path)).toEqual(['x', 'y'])
  expect(findings.count).toBe(2)
})

describe('a target', () => {
  let spools: SpoolFolder
  beforeEach(() => {
    spools = new SpoolFolder()
  })
  afterEach(() => spools.close())

  const state = createHash('sha256').digest('hex')
  const header = `format: bailiwick-snapshot/1\nlist: x\nserial: 1\nentries: 0\nstate: ${state}\n\n`

  test.each([
    ['as long as it says', 0, true],
    ['one byte longer than it says', -1, false],
    ['one byte shorter than it says', 1, false],
  ])('unpacks where it is %s', async (_, more, isFine) => {
    const { source, target } = targetOf(gzipSync(header), { rawLength: header.length + more })
    const read = readSnapshot(source, target, spools.spool())
    if (isFine) await expect(read).resolves.toMatchObject({ state })
    else await expect(read).rejects.toThrow(expect.objectContaining({ code: 'snapshot/invalid' }))
  })

  test('that unpacks to far more than it says is stopped', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000))
    const { source, target } = targetOf(bomb, { rawLength: 1000 })
    await expect(readDelta(source, target)).rejects.toThrow(
      expect.objectContaining({ code: 'snapshot/invalid' }),
    )
  })

  test('that is no gzip, or cut, is refused', async () => {
    for (const bytes of [Buffer.from(header), gzipSync(header).subarray(0, 40), Buffer.alloc(0)]) {
      const { source, target } = targetOf(bytes, { rawLength: header.length })
      await expect(readSnapshot(source, target, spools.spool())).rejects.toThrow(
        expect.objectContaining({ code: 'snapshot/invalid' }),
      )
    }
  })

  test('is not even asked for past its limits', async () => {
    const { source, target } = targetOf(Buffer.alloc(3), {})
    const asked = { ...source, pieces: () => Promise.reject(new Error('asked')) }
    const refused: unknown = expect.objectContaining({ code: 'trust/invalid' })
    const withCustom = (custom: object, length = 3): SignedTarget => ({
      ...target,
      length,
      custom: { ...custom },
    })
    await expect(readDelta(asked, withCustom({ rawLength: MAX_DELTA_BYTES + 1 }))).rejects.toThrow(
      refused,
    )
    await expect(readDelta(asked, withCustom({}))).rejects.toThrow(refused)
    const spool: LineSpool = spools.spool()
    const past = withCustom({ rawLength: MAX_RAW_BYTES + 1 })
    await expect(readSnapshot(asked, past, spool)).rejects.toThrow(refused)
    await expect(readTarget(asked, withCustom({}, MAX_TARGET_BYTES + 1), 2 ** 40)).rejects.toThrow(
      refused,
    )
    await expect(readTarget(asked, target, 2)).rejects.toThrow(refused)
    expect(await readTarget(source, target, 3)).toHaveLength(3)
  })
})

test('metadata has so many signatures, and no more', () => {
  const signed = { _type: 'snapshot', expires: '2030-01-01T00:00:00Z', version: 1 }
  const bytes = (count: number): Buffer => {
    const signatures = Array.from({ length: count }, () => ({ keyid: 'x', sig: '00' }))
    return Buffer.from(printSortedJson({ signatures, signed }))
  }
  expect(parseSigned(bytes(MAX_SIGNATURES), 'snapshot').signatures).toHaveLength(MAX_SIGNATURES)
  expect(() => parseSigned(bytes(MAX_SIGNATURES + 1), 'snapshot')).toThrow(
    expect.objectContaining({ code: 'trust/invalid' }),
  )
})

function targetOf(bytes: Buffer, custom: object): { source: Published; target: SignedTarget } {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const name = 'lists/x/snapshot.txt.gz'
  return {
    source: publishedFrom(new Map([[targetPath(name, sha256), bytes]])),
    target: { name, length: bytes.length, sha256, custom: { ...custom } },
  }
}
