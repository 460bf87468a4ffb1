import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MAX_NAME_TEXT } from '../../../src/core/domain-name.ts'
import {
  ENTRY_ACTIONS,
  ENTRY_KINDS,
  type EntryKind,
  type EntryValue,
} from '../../../src/core/entry.ts'
import { MAX_WIRE_NAME, assertFitsZone, fitsZone } from '../../../src/core/fits-zone.ts'
import {
  MAX_CATEGORY,
  MAX_ENTRY_LINE,
  MAX_REFERENCE,
  parseAction,
  parseCategory,
  parseKind,
  parseReference,
} from '../../../src/core/parse-entry.ts'
import {
  MAX_LABEL,
  MAX_NAME,
  MIN_LABELS,
  SPECIAL_LAST_LABELS,
} from '../../../src/core/scan-name.ts'
import { MAX_URL } from '../../../src/core/scan-url.ts'
import { MAX_URL_TEXT } from '../../../src/core/url-value.ts'

const spec = readFileSync(new URL('../../../docs/spec/entry.md', import.meta.url), 'utf8')

function section(number: number): string {
  const [, after = ''] = spec.split(`\n## ${number}. `)
  return after.split('\n## ')[0] ?? ''
}

describe('docs/spec/entry.md', () => {
  test('has the limits of the code', () => {
    const rows = section(6).matchAll(/^\| `(\w+)` \| (\d+) \|$/gm)
    const limits: Record<string, number> = Object.fromEntries(
      Array.from(rows, ([, name = '', value]) => [name, Number(value)]),
    )
    expect(limits).toEqual({
      MIN_LABELS,
      MAX_LABEL,
      MAX_NAME,
      MAX_NAME_TEXT,
      MAX_WIRE_NAME,
      MAX_URL,
      MAX_URL_TEXT,
      MAX_CATEGORY,
      MAX_REFERENCE,
      MAX_ENTRY_LINE,
    })
  })

  test('has the kinds and actions of the code', () => {
    const kinds = Array.from(section(1).matchAll(/^\| `(\w+)` \|/gm), ([, kind]) => kind)
    expect(kinds.sort()).toEqual([...ENTRY_KINDS])
    for (const action of ENTRY_ACTIONS) expect(section(5)).toContain(`\`${action}\``)
  })

  test('has the special names of the code', () => {
    const [row = ''] = /^\| `special-use-name` .*?No public resolver/m.exec(section(7)) ?? []
    const labels = Array.from(row.matchAll(/`([a-z]+)`/g), ([, label]) => label)
    expect(labels.sort()).toEqual([...SPECIAL_LAST_LABELS])
  })

  test('leaves room for the longest entry in a line', () => {
    expect(
      MAX_URL + 'url'.length + 'passthru'.length + MAX_CATEGORY + MAX_REFERENCE + 5,
    ).toBeLessThan(MAX_ENTRY_LINE)
  })
})

describe('a name below a zone', () => {
  // Seen with BIND, Unbound and PowerDNS: below `rpz.test`, 244 characters load everywhere and 245 nowhere.
  const name = (length: number): EntryValue => 'a.'.repeat(200).slice(-length) as EntryValue
  const cases: [EntryKind, number][] = [
    ['host', 244],
    ['domain', 242],
    ['subdomains', 242],
  ]

  test.each(cases)('has its longest record within 255 octets: %s, %i', (kind, most) => {
    expect(fitsZone(name(most), kind, 'rpz.test')).toBe(true)
    expect(fitsZone(name(most + 1), kind, 'rpz.test')).toBe(false)
    expect(() => assertFitsZone(name(most), kind, 'rpz.test')).not.toThrow()
    expect(() => assertFitsZone(name(most + 1), kind, 'rpz.test')).toThrow(
      expect.objectContaining({ code: 'name/invalid' }),
    )
  })

  test('is the host of a URL', () => {
    const origin = 'o'.repeat(252 - 'bad.example'.length)
    for (const value of ['bad.example/a', 'bad.example:81/a'] as EntryValue[]) {
      expect(fitsZone(value, 'url', origin)).toBe(true)
      expect(fitsZone(value, 'url', origin + 'o')).toBe(false)
    }
  })

  test('is the longest owner there is for an address', () => {
    const v4 = '32.255.255.255.255.rpz-ip'.length
    const v6 = '128.ffff.ffff.ffff.ffff.ffff.ffff.ffff.ffff.rpz-ip'.length
    expect(fitsZone('192.0.2.1' as EntryValue, 'ip', 'o'.repeat(252 - v4))).toBe(true)
    expect(fitsZone('192.0.2.1' as EntryValue, 'ip', 'o'.repeat(253 - v4))).toBe(false)
    expect(fitsZone('2001:db8::1' as EntryValue, 'ip', 'o'.repeat(252 - v6))).toBe(true)
    expect(fitsZone('2001:db8::1' as EntryValue, 'ip', 'o'.repeat(253 - v6))).toBe(false)
  })
})

describe('the other fields', () => {
  const refused: unknown = expect.objectContaining({ code: 'entry/invalid' })

  test('are what the page says, or none', () => {
    expect(parseCategory('')).toBe('')
    expect(parseCategory('a'.repeat(40))).toBe('a'.repeat(40))
    expect(parseReference('')).toBe('')
    expect(parseReference('A'.repeat(64))).toBe('A'.repeat(64))
    expect(parseKind('host')).toBe('host')
    expect(parseAction('tcp-only')).toBe('tcp-only')
  })

  test.each(['-', '-a', 'A', 'a_b', 'a b', 'a\n', 'ä', 'a'.repeat(41)])(
    'have no category %j',
    (text) => {
      expect(() => parseCategory(text)).toThrow(refused)
    },
  )

  test.each(['-', '.a', '_a', 'a b', 'a\t', 'a\n', 'ä', 'a'.repeat(65)])(
    'have no reference %j',
    (text) => {
      expect(() => parseReference(text)).toThrow(refused)
    },
  )

  test('have no kind or action but those there are', () => {
    for (const text of ['', 'Host', 'toString']) {
      expect(() => parseKind(text)).toThrow(refused)
      expect(() => parseAction(text)).toThrow(refused)
    }
  })
})
