import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readAtMost } from '../../../src/platform/read-at-most.ts'
import { readOwnFile } from '../../../src/main/audit-source.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'at-most-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function read(path: string, maxBytes: number): Buffer {
  const fd = openSync(path, 'r')
  try {
    return readAtMost(fd, maxBytes)
  } finally {
    closeSync(fd)
  }
}

it.each([0, 1, 100_000])('gives all of %i bytes, and one more than it may', (length) => {
  const path = join(folder, 'file')
  const bytes = Buffer.from(Array.from({ length }, (_, i) => i % 251))
  writeFileSync(path, bytes)
  expect(read(path, length).equals(bytes)).toBe(true)
  expect(read(path, length + 1).equals(bytes)).toBe(true)
  if (length > 0) expect(read(path, length - 1).equals(bytes)).toBe(true)
  if (length > 1) expect(read(path, length - 2)).toHaveLength(length - 1)
})

it('ends also where the file does not', () => {
  expect(read('/dev/zero', 100_000)).toHaveLength(100_001)
  expect(() => readOwnFile('/dev/zero', 100_000)).toThrow(
    expect.objectContaining({ code: 'usage/invalid' }),
  )
})
