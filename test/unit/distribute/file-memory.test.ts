import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fc, test as property } from '@fast-check/vitest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FileMemory } from '../../../src/distribute/file-memory.ts'
import {
  prepareRepresentation,
  type Representation,
} from '../../../src/distribute/representation.ts'

const LIMITS = { smallFileBytes: 10, smallBytes: 30, largeFileBytes: 100, largeBytes: 200 }

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bailiwick-memory-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

let count = 0

async function file(size: number): Promise<Representation> {
  const path = join(folder, String(count++))
  await writeFile(path, Buffer.alloc(size, 'x'))
  return prepareRepresentation({
    ...{ file: path, size, tag: 'x', lastModified: new Date(0) },
    ...{ contentType: 'text/plain', cacheControl: 'no-cache' },
  })
}

describe('memory', () => {
  test('reads a file once, however many ask at the same time', async () => {
    const memory = new FileMemory(LIMITS)
    const it = await file(10)
    const [one, two] = await Promise.all([memory.load(it), memory.load(it)])
    expect(one).toBe(two)
    expect(await memory.load(it)).toBe(one)
    expect([memory.files, memory.bytes]).toEqual([1, 10])
  })

  test('holds what fits exactly, and leaves what is larger by one byte to be streamed', async () => {
    const memory = new FileMemory(LIMITS)
    expect(await memory.load(await file(100))).toHaveLength(100)
    expect(await memory.load(await file(101))).toBeNull()
  })

  test('makes room by what nobody asked for since, small and large apart', async () => {
    const memory = new FileMemory(LIMITS)
    const files = [await file(10), await file(10), await file(10)] as const
    for (const one of files) await memory.load(one)
    files[0].isWanted = true
    files[2].isWanted = true
    await memory.load(await file(10))
    expect(files.map(({ body }) => body !== null)).toEqual([true, false, true])
    for (let i = 0; i < 5; i++) await memory.load(await file(100))
    expect(files.map(({ body }) => body !== null)).toEqual([true, false, true])
  })

  test('never gives up what a slow reader still holds, and refuses more instead', async () => {
    const memory = new FileMemory(LIMITS)
    const held = [await file(100), await file(100)] as const
    for (const one of held) {
      await memory.load(one)
      one.readers++
    }
    expect(await memory.load(await file(100))).toBeNull()
    held[0].readers--
    expect(await memory.load(await file(100))).not.toBeNull()
    expect(held.map(({ body }) => body !== null)).toEqual([false, true])
  })

  test('takes back what it promised to a file that cannot be read', async () => {
    const memory = new FileMemory(LIMITS)
    const it = await file(10)
    await rm(it.file)
    await expect(memory.load(it)).rejects.toMatchObject({ code: 'ENOENT' })
    await writeFile(it.file, 'shorter')
    await expect(memory.load(it)).rejects.toMatchObject({ code: 'serve/file-changed' })
    expect(memory.bytes).toBe(0)
  })

  test('forgets what is not served any more', async () => {
    const memory = new FileMemory(LIMITS)
    const it = await file(10)
    await memory.load(it)
    memory.drop(it)
    memory.drop(it)
    expect([memory.files, memory.bytes, it.body]).toEqual([0, 0, null])
  })

  property.prop([
    fc.array(fc.record({ size: fc.integer({ min: 1, max: 110 }), isWanted: fc.boolean() }), {
      maxLength: 30,
    }),
  ])('never holds more than its bounds, whatever is asked for', async (asked) => {
    const memory = new FileMemory(LIMITS)
    const files: Representation[] = []
    for (const { size, isWanted } of asked) {
      const it = await file(size)
      files.push(it)
      await memory.load(it)
      it.isWanted = isWanted
      const held = files.filter(({ body }) => body !== null)
      const bytes = (few: readonly Representation[]): number =>
        few.reduce((sum, one) => sum + one.size, 0)
      expect(bytes(held)).toBe(memory.bytes)
      expect(bytes(held.filter((one) => one.size <= 10))).toBeLessThanOrEqual(30)
      expect(bytes(held.filter((one) => one.size > 10))).toBeLessThanOrEqual(200)
    }
  })
})
