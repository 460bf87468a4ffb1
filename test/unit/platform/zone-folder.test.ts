import { randomBytes } from 'node:crypto'
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openZoneFolder, type ZoneFolder } from '../../../src/platform/zone-folder.ts'

let root: string
let folder: ZoneFolder

beforeEach(() => {
  root = join(mkdtempSync(join(tmpdir(), 'zone-folder-')), 'zones')
  folder = openZoneFolder(root)
})

afterEach(() => {
  rmSync(join(root, '..'), { recursive: true })
})

const path = (name: string): string => join(root, 'phishing', name)

function put(name: string, blocks: readonly Uint8Array[], about: unknown = { a: 1 }): void {
  const draft = folder.draft('phishing')
  for (const block of blocks) draft.write(block)
  draft.keep(name, about)
}

function readAll(name: string): Buffer | null {
  const file = folder.open('phishing', name)
  if (file === null) return null
  const bytes = Buffer.alloc(file.length)
  file.read(0, bytes)
  file.close()
  return bytes
}

describe('a folder of zones', () => {
  test.each([0, 1, 4095, 4096, 4097, 300_000, 600_001])(
    'gives back %i bytes as they were written, and what was said of them',
    (length) => {
      const bytes = randomBytes(length)
      put('x.zone', [bytes.subarray(0, 1000), bytes.subarray(1000)], { serial: 7 })
      expect(readAll('x.zone')?.equals(bytes)).toBe(true)
      const file = folder.open('phishing', 'x.zone')!
      expect(file.about).toEqual({ serial: 7 })
      expect(file.length).toBe(length)
      file.close()
      file.close()
    },
  )

  test('lets the beginning be written over until a file is kept', () => {
    const draft = folder.draft('phishing')
    draft.write(Buffer.alloc(5000, 'a'))
    draft.patch(Buffer.from('bbb'))
    draft.write(Buffer.from('c'))
    const seen = Buffer.alloc(4)
    draft.read(0, seen)
    expect(seen.toString()).toBe('bbba')
    expect(() => draft.patch(Buffer.alloc(4097))).toThrow(RangeError)
    draft.keep('x.zone', null)
    expect(readAll('x.zone')!.toString()).toBe(`bbb${'a'.repeat(4997)}c`)
  })

  test('shows no draft to anybody, and keeps none of what was given up', () => {
    const draft = folder.draft('phishing')
    draft.write(Buffer.from('half'))
    expect(folder.names('phishing')).toEqual([])
    expect(folder.open('phishing', 'x.zone')).toBeNull()
    draft.discard()
    draft.discard()
    expect(readdirSync(join(root, 'phishing'))).toEqual([])
  })

  test('has no names in a place that is not there, and opens nothing in it', () => {
    expect(folder.names('nowhere')).toEqual([])
    expect(folder.open('nowhere', 'x.zone')).toBeNull()
    folder.remove('nowhere', 'x.zone')
  })

  test('replaces a file, and leaves the one before readable to who has it open', () => {
    put('x.zone', [Buffer.from('old')])
    const old = folder.open('phishing', 'x.zone')!
    put('x.zone', [Buffer.from('new')])
    folder.remove('phishing', 'x.zone')
    const bytes = Buffer.alloc(3)
    old.read(0, bytes)
    expect(bytes.toString()).toBe('old')
    old.close()
    expect(folder.names('phishing')).toEqual([])
  })

  test('takes a file for missing when any bit of it is another', () => {
    const bytes = randomBytes(5000)
    put('x.zone', [bytes])
    const whole = readFileSync(path('x.zone'))
    for (let i = 0; i < 200; i++) {
      const at = i < 40 ? whole.length - 1 - i : Math.floor((i / 200) * whole.length)
      const damaged = Buffer.from(whole)
      damaged[at]! ^= 1 << (i % 8)
      writeFileSync(path('x.zone'), damaged)
      expect(folder.open('phishing', 'x.zone')).toBeNull()
    }
    writeFileSync(path('x.zone'), whole)
    expect(readAll('x.zone')?.equals(bytes)).toBe(true)
  })

  test('takes a file for missing that was cut, or is full of zeros, or is none of ours', () => {
    put('x.zone', [randomBytes(5000)])
    truncateSync(path('x.zone'), 4000)
    expect(folder.open('phishing', 'x.zone')).toBeNull()
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(19), Buffer.alloc(6000)]) {
      writeFileSync(path('x.zone'), bytes)
      expect(folder.open('phishing', 'x.zone')).toBeNull()
    }
  })

  test('does not read through what was looked at before, but still sees that it is whole', () => {
    put('x.zone', [randomBytes(5000)])
    const bytes = readFileSync(path('x.zone'))
    bytes[2500]! ^= 1
    writeFileSync(path('x.zone'), bytes)
    const file = folder.open('phishing', 'x.zone', true)!
    expect(file.length).toBe(5000)
    file.close()
    truncateSync(path('x.zone'), 4000)
    expect(folder.open('phishing', 'x.zone', true)).toBeNull()
  })

  test('refuses to read behind the end', () => {
    put('x.zone', [Buffer.from('abc')])
    const file = folder.open('phishing', 'x.zone')!
    expect(() => file.read(0, Buffer.alloc(5000))).toThrow(RangeError)
    file.close()
  })

  test('removes drafts that nobody has worked on for an hour, and no others', () => {
    folder.draft('phishing').write(Buffer.from('killed'))
    const [left] = readdirSync(join(root, 'phishing'))
    const before = new Date(Date.now() - 3_700_000)
    utimesSync(path(left!), before, before)
    const draft = folder.draft('phishing')
    expect(readdirSync(join(root, 'phishing'))).not.toContain(left)
    folder.draft('phishing').discard()
    draft.keep('y.zone', null)
    expect(folder.names('phishing')).toEqual(['y.zone'])
  })

  test('is for its owner alone', () => {
    put('x.zone', [Buffer.from('a')])
    expect(statSync(join(root, 'phishing')).mode & 0o077).toBe(0)
    expect(statSync(path('x.zone')).mode & 0o077).toBe(0)
  })
})
