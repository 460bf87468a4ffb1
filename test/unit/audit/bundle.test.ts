import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkPublished } from '../../../src/audit/check-published.ts'
import { defaultLimits } from '../../../src/audit/limit-published.ts'
import { openBundle } from '../../../src/audit/open-bundle.ts'
import { openFolder } from '../../../src/audit/open-folder.ts'
import type { Published } from '../../../src/audit/published.ts'
import { decodeTarHeader, encodeTarHeader } from '../../../src/audit/tar.ts'
import { writeBundle } from '../../../src/audit/write-bundle.ts'
import {
  createMockPublished,
  mockLines,
  publishedFrom,
  type MockPublished,
} from '../../support/mock-published.ts'

let folder: string
let mock: MockPublished

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bundle-'))
  mock = await createMockPublished()
  await mock.publish('phishing', mockLines('a.example', 'b.example'))
  await mock.publish('phishing', mockLines('a.example', 'c.example'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('has everything that an audit needs, from a folder or from a URL', async () => {
  for (const isListed of [true, false]) {
    const bundle = await bundled(publishedFrom(mock.files, { isListed }))
    const report = await audit(openBundle(write(bundle)))
    expect(report.findings).toEqual([])
    expect(report).toMatchObject({ isWhole: true, counts: { manifests: 2 } })
  }
})

test('is the same for the same files, and any tar unpacks it', async () => {
  const bundle = await bundled(publishedFrom(mock.files))
  const again = await bundled(publishedFrom(new Map([...mock.files].reverse())))
  expect(sha256(again)).toBe(sha256(bundle))
  const unpacked = join(folder, 'unpacked')
  mkdirSync(unpacked)
  const { status, stderr } = spawnSync('tar', ['-xf', write(bundle), '-C', unpacked])
  expect(stderr.toString()).toBe('')
  expect(status).toBe(0)
  expect((await audit(await openFolder(unpacked))).findings).toEqual([])
})

test('is not changed unseen', async () => {
  const bundle = await bundled(publishedFrom(mock.files))
  const step = process.env['SLOW'] ? 101 : 4001
  for (let at = 7; at < bundle.length; at += step) {
    const changed = Buffer.from(bundle)
    changed[at] = (changed[at] ?? 0) ^ 1
    const found = await findingsIn(changed)
    expect(found, `at ${at}`).not.toBe(0)
  }
})

describe('refuses', () => {
  const ending = Buffer.alloc(1024)
  const file = (path: string, text = ''): Buffer =>
    Buffer.concat([
      encodeTarHeader({ path, size: text.length }),
      Buffer.from(text),
      Buffer.alloc((512 - (text.length % 512)) % 512),
    ])
  /** A header whose name was put in behind the checks, with its checksum made right. */
  const forged = (name: string, type = '0'): Buffer => {
    const header = encodeTarHeader({ path: 'x', size: 0 })
    header.fill(0, 0, 100)
    header.write(name, 0, 'latin1')
    header.write(type, 156, 'latin1')
    header.fill(' ', 148, 156)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
    return header
  }

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['a text', Buffer.from('x'.repeat(2048))],
    ['no end', file('log/checkpoint', 'x')],
    ['one empty block', Buffer.concat([file('log/checkpoint', 'x'), Buffer.alloc(512)])],
    ['bytes behind the end', Buffer.concat([file('a'), ending, Buffer.from('x')])],
    ['padding that is not zero', Buffer.concat([file('a', 'x').fill(1, 600), ending])],
    ['a file that is cut', file('a', 'x'.repeat(600)).subarray(0, 700)],
    ['a path twice', Buffer.concat([file('a'), file('a'), ending])],
    ['paths out of order', Buffer.concat([file('b'), file('a'), ending])],
    ['a path upwards', Buffer.concat([forged('../x'), ending])],
    ['a path upwards in the middle', Buffer.concat([forged('tuf/../../x'), ending])],
    ['an absolute path', Buffer.concat([forged('/etc/passwd'), ending])],
    ['a link', Buffer.concat([forged('x', '2'), ending])],
    ['a hard link', Buffer.concat([forged('x', '1'), ending])],
    ['a folder', Buffer.concat([forged('x/', '5'), ending])],
    ['an empty path', Buffer.concat([forged(''), ending])],
    ['a hidden file', Buffer.concat([forged('.x'), ending])],
  ])('%s', (_, bytes) => {
    expect(() => openBundle(write(bytes))).toThrow(
      expect.objectContaining({ code: 'audit/bundle' }),
    )
  })

  test('a file that is not there', () => {
    expect(() => openBundle(join(folder, 'gone'))).toThrow(
      expect.objectContaining({ code: 'audit/source' }),
    )
  })

  test('a file of 8 GiB, and a path that no tar can have', () => {
    expect(() => encodeTarHeader({ path: 'a', size: 2 ** 33 })).toThrow(
      expect.objectContaining({ code: 'audit/bundle' }),
    )
    expect(encodeTarHeader({ path: 'a', size: 2 ** 33 - 1 })).toHaveLength(512)
    expect(() => encodeTarHeader({ path: 'a'.repeat(101), size: 0 })).toThrow(
      expect.objectContaining({ code: 'audit/bundle' }),
    )
  })

  test('no long path that has a slash in time', () => {
    for (const path of [
      'a'.repeat(100),
      `${'b'.repeat(140)}/${'a'.repeat(100)}`,
      `b/${'a'.repeat(100)}`,
    ]) {
      expect(decodeTarHeader(encodeTarHeader({ path, size: 3 }))).toEqual({ path, size: 3 })
    }
  })
})

async function findingsIn(bundle: Buffer): Promise<number | string> {
  try {
    return (await audit(openBundle(write(bundle)))).findingCount
  } catch (error) {
    return String(error)
  }
}

async function audit(source: Published): ReturnType<typeof checkPublished> {
  const { at } = mock
  try {
    return await checkPublished(source, {
      ...{ at, policy: null, root: null, checkpoint: null },
      limits: defaultLimits(() => at),
    })
  } finally {
    await source.close()
  }
}

async function bundled(source: Published): Promise<Buffer> {
  const parts: Buffer[] = []
  await writeBundle(source, (bytes) => void parts.push(Buffer.from(bytes)))
  return Buffer.concat(parts)
}

function write(bytes: Buffer): string {
  const path = join(folder, 'bundle.tar')
  writeFileSync(path, bytes)
  return path
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
