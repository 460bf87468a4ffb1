import { describe, expect, test } from 'vitest'
import { parseDomainName } from '../../../src/core/domain-name.ts'
import {
  hasKnownSuffix,
  isPublicSuffix,
  registrableDomain,
} from '../../../src/core/public-suffix.ts'

describe('a public suffix', () => {
  test.each(['co.uk', 'github.io', 'blogspot.com', 'xn--55qx5d.cn', 'anything.ck'])(
    'is what strangers register names under: %s',
    (text) => {
      const name = parseDomainName(text)
      expect(isPublicSuffix(name)).toBe(true)
      expect(registrableDomain(name)).toBeNull()
    },
  )

  test.each([
    ['bad.co.uk', 'bad.co.uk'],
    ['www.bad.github.io', 'bad.github.io'],
    ['www.ck', 'www.ck'],
    ['bad.example', 'bad.example'],
    ['login.bad.example', 'bad.example'],
    ['a_b.-c-.bad.test', 'bad.test'],
  ])('is not %s', (text, registrable) => {
    const name = parseDomainName(text)
    expect(isPublicSuffix(name)).toBe(false)
    expect(registrableDomain(name)).toBe(registrable)
  })
})

describe('a known suffix', () => {
  test('is one of the list, or made for examples', () => {
    for (const text of ['bad.com', 'bad.co.uk', 'bad.github.io', 'bad.example', 'bad.test']) {
      expect(hasKnownSuffix(parseDomainName(text))).toBe(true)
    }
    for (const text of ['mark.targ', 'bad.zzzz']) {
      expect(hasKnownSuffix(parseDomainName(text))).toBe(false)
    }
  })
})
