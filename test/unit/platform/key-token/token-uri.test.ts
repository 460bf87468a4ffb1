import { readFileSync } from 'node:fs'
import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import {
  parseTokenUri,
  printTokenUri,
  tokenName,
} from '../../../../src/platform/key-token/token-uri.ts'

const invalid = expect.objectContaining({ code: 'usage/invalid' }) as Error

interface Vectors {
  readonly read: readonly {
    readonly case: string
    readonly uri: string
    readonly is: object
    readonly canonical: string
  }[]
  readonly refused: readonly { readonly case: string; readonly uri: string }[]
}

const { read, refused } = JSON.parse(
  readFileSync(new URL('../../../vectors/keys/token-uris.json', import.meta.url), 'utf8'),
) as Vectors

describe('a pkcs11: URI', () => {
  it.each(read)('says $case', ({ uri, is, canonical }) => {
    expect(parseTokenUri(uri)).toEqual(is)
    expect(printTokenUri(parseTokenUri(uri))).toBe(canonical)
  })

  it.each(refused)('is refused with $case', ({ uri }) => {
    expect(() => parseTokenUri(uri)).toThrow(invalid)
  })

  it('has 4096 characters at most', () => {
    const long = (chars: number): string => {
      const start = 'pkcs11:token=a?module-path=/'
      return start + 'm'.repeat(chars - start.length)
    }
    expect(() => parseTokenUri(long(4096))).not.toThrow()
    expect(() => parseTokenUri(long(4097))).toThrow(invalid)
  })

  it('never has the PIN in it, and a refusal does not repeat it', () => {
    const parse = (): unknown => parseTokenUri('pkcs11:token=a?module-path=/m.so&pin-value=98761')
    expect(parse).toThrow(invalid)
    expect(parse).toThrow(/BAILIWICK_PIN/)
    expect(parse).not.toThrow(/98761/)
  })

  const word = fc.string({ minLength: 1, unit: 'grapheme-ascii' }).filter((s) => !/\p{Cc}/u.test(s))
  property.prop([
    fc.record(
      { token: word, serial: word, object: word, id: fc.constantFrom('00', '01ff', '3b3f25') },
      { requiredKeys: [] },
    ),
    word,
  ])('is printed so that it is read again', (given, path) => {
    const uri = { modulePath: `/${path}`, ...given }
    expect(parseTokenUri(printTokenUri(uri))).toEqual(uri)
  })

  it('is called by the label of its token, else by the serial', () => {
    expect(tokenName({ modulePath: '/m.so', token: 'a', serial: '1' })).toBe('a')
    expect(tokenName({ modulePath: '/m.so', serial: '1' })).toBe('1')
  })
})
