import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readEntryValue, parseEntryValue } from '../../../src/core/parse-entry.ts'
import { scanAsciiName, nameRefusal, NAME_NOT_ASCII } from '../../../src/core/scan-name.ts'
import { isPlainUrlValue } from '../../../src/core/scan-url.ts'
import type { EntryKind } from '../../../src/core/entry.ts'

interface Vector {
  readonly case: string
  readonly input: string
  readonly value?: string
  readonly refusal?: string
}

function vectors(name: string): Vector[] {
  const file = new URL(`../../vectors/${name}/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as Vector[]
}

function reading({ value, refusal }: Vector): unknown {
  return value === undefined ? { refusal } : { value }
}

const SETS: [string, EntryKind, string][] = [
  ['names', 'domain', 'name/invalid'],
  ['names', 'host', 'name/invalid'],
  ['urls', 'url', 'url/invalid'],
  ['addresses', 'ip', 'ip/invalid'],
]

describe.each(SETS)('the vectors of %s as a %s', (name, kind, code) => {
  test.each(vectors(name))('say what becomes of $case: $input', (vector) => {
    expect(readEntryValue(kind, vector.input)).toEqual(reading(vector))
  })

  test.each(vectors(name).filter((vector) => vector.value === undefined))(
    'make a fault of $case: $input',
    (vector) => {
      expect(() => parseEntryValue(kind, vector.input)).toThrow(expect.objectContaining({ code }))
    },
  )

  test.each(vectors(name).flatMap(({ value }) => value ?? []))(
    'have values that stay as they are: %s',
    (value) => {
      expect(parseEntryValue(kind, value)).toBe(value)
    },
  )
})

describe('subdomains', () => {
  test('are names that may be written with the wildcard', () => {
    expect(parseEntryValue('subdomains', '*.Bad.example.')).toBe('bad.example')
    expect(parseEntryValue('subdomains', 'bad.example')).toBe('bad.example')
    for (const input of ['*.*.bad.example', '*bad.example', '*.', '*.example']) {
      expect(readEntryValue('subdomains', input)).toHaveProperty('refusal')
    }
  })
})

describe('lengths', () => {
  const label = 'a'.repeat(63)
  const longest = `${label}.${label}.${label}.${'a'.repeat(53)}.example`

  test('are kept to the octet in names', () => {
    expect(longest).toHaveLength(253)
    expect(parseEntryValue('domain', longest)).toBe(longest)
    expect(parseEntryValue('domain', `${longest}.`)).toBe(longest)
    expect(readEntryValue('domain', `a${longest}`)).toEqual({ refusal: 'long-label' })
    expect(readEntryValue('domain', longest.replace('.example', 'a.example'))).toEqual({
      refusal: 'long-name',
    })
    expect(readEntryValue('domain', 'ü'.repeat(60) + '.example')).toEqual({ refusal: 'long-label' })
  })

  test('are kept in texts that are names only after UTS #46', () => {
    const text = (length: number): string => 'bad.example'.padStart(length, '\u00ad')
    expect(parseEntryValue('domain', text(1024))).toBe('bad.example')
    expect(readEntryValue('domain', text(1025))).toEqual({ refusal: 'long-text' })
  })

  test('are kept in URLs, of the value and of the text', () => {
    const url = (length: number): string => 'bad.example/'.padEnd(length, 'a')
    expect(parseEntryValue('url', url(8000))).toBe(url(8000))
    expect(readEntryValue('url', url(8001))).toEqual({ refusal: 'long-url' })
    const bytes = Buffer.from(url(8001))
    expect(isPlainUrlValue(bytes, 0, 8000)).toBe(true)
    expect(isPlainUrlValue(bytes, 0, 8001)).toBe(false)
    const escaped = (length: number): string => 'bad.example/%20'.padEnd(length, 'a')
    expect(parseEntryValue('url', escaped(8000))).toBe(escaped(8000))
    expect(readEntryValue('url', escaped(8001))).toEqual({ refusal: 'long-url' })
    const padded = (length: number): string => 'http://bad.example/#'.padEnd(length, 'a')
    expect(parseEntryValue('url', padded(32768))).toBe('bad.example/')
    expect(readEntryValue('url', padded(32769))).toEqual({ refusal: 'long-url' })
  })

  test('do not let escapes of escapes take long', () => {
    const nested = `bad.example/%${'25'.repeat(16000)}61`
    expect(parseEntryValue('url', nested)).toBe('bad.example/a')
  })
})

describe('the byte scanner', () => {
  test.each(vectors('names'))('agrees with the vector of $case: $input', (vector) => {
    const trimmed = vector.input.trim()
    const bytes = Buffer.from(`<${trimmed}>`)
    const end = scanAsciiName(bytes, 1, bytes.length - 1)
    if (/[^\0-\x7f]/.test(trimmed)) expect(end).toBe(NAME_NOT_ASCII)
    else if (vector.value === undefined) expect(nameRefusal(end)).toBe(vector.refusal)
    else expect(bytes.toString('latin1', 1, end)).toBe(vector.value)
  })

  test('changes nothing of what it refuses, nor outside the bounds', () => {
    const refused = Buffer.from('BAD..EXAMPLE')
    expect(scanAsciiName(refused, 0, refused.length)).toBeLessThan(0)
    expect(refused.toString()).toBe('BAD..EXAMPLE')
    const inside = Buffer.from('A.BAD.EXAMPLE.B')
    expect(scanAsciiName(inside, 2, 13)).toBe(13)
    expect(inside.toString()).toBe('A.bad.example.B')
  })
})
