import { readFileSync } from 'node:fs'
import { canonicalize } from '@tufjs/canonical-json'
import { describe, expect, it } from 'vitest'
import { printSortedJson } from '../../../src/core/sorted-json.ts'
import { keyidOf, tufKey } from '../../../src/core/tuf-key.ts'
import { checkGuard } from '../../../src/core/check-guard.ts'
import { expiryOf, isDue, LIFE_DAYS, signedAtOf } from '../../../src/publish/role-life.ts'
import { sha256Hex } from '../../../src/publish/sign-metadata.ts'
import { printExpires } from '../../../src/publish/tuf-metadata.ts'

describe('the id of a key', () => {
  it('is the hash of its canonical JSON', () => {
    const publicHex = 'ab'.repeat(32)
    expect(keyidOf(publicHex)).toBe(sha256Hex(Buffer.from(canonicalize(tufKey(publicHex)))))
  })
})

describe('times in metadata', () => {
  it('have no fraction of a second', () => {
    expect(printExpires(new Date('2030-01-02T03:04:05.999Z'))).toBe('2030-01-02T03:04:05Z')
  })

  it('are as long as the specification says', () => {
    const spec = readFileSync(new URL('../../../docs/spec/http.md', import.meta.url), 'utf8')
    for (const [role, days] of Object.entries(LIFE_DAYS)) {
      const row = role === 'list' ? 'list-PLACE' : role
      expect(spec).toContain(`| ${row} | ${days} day${days === 1 ? '' : 's'} |`)
    }
  })

  it.each([
    ['targets', 120],
    ['list-a', 14 - 14 / 3],
    ['snapshot', 7 - 7 / 3],
    ['timestamp', 1 / 24],
  ])('make %s due after %d days', (role, days) => {
    const at = new Date('2030-01-01T00:00:00Z')
    const later = (plus: number): Date => new Date(at.getTime() + days * 86_400_000 + plus)
    expect(isDue(role, expiryOf(role, at), later(-1000))).toBe(false)
    expect(isDue(role, expiryOf(role, at), later(1000))).toBe(true)
    expect(signedAtOf(role, expiryOf(role, at))).toEqual(at)
  })
})

describe('sorted JSON', () => {
  it('is the same for the same value in any order', () => {
    const value = { b: [1, { d: null, c: 'é\n' }], a: undefined, aa: true }
    expect(printSortedJson(value)).toBe('{"aa":true,"b":[1,{"c":"é\\n","d":null}]}')
    expect(JSON.parse(printSortedJson(value))).toEqual({ aa: true, b: value.b })
  })
})

describe('the guard', () => {
  const guard = { maxGrowth: 0.5, maxShrink: 0.2, minEntries: 3 }
  const rules = (before: number | null, after: number) =>
    checkGuard(guard, before, after).map(({ rule }) => rule)

  it.each([
    [10, 15, []],
    [10, 16, ['maxGrowth']],
    [10, 8, []],
    [10, 7, ['maxShrink']],
    [3, 2, ['maxShrink', 'minEntries']],
    [0, 1_000_000, []],
    [0, 2, ['minEntries']],
    [null, 1_000_000, []],
    [null, 3, []],
    [null, 2, ['minEntries']],
  ])('answers a change from %j to %j with %j', (before, after, expected) => {
    expect(rules(before, after)).toEqual(expected)
  })
})
