import { expect, test } from 'vitest'
import { bearerToken, hashToken, printToken } from '../../../src/platform/http-auth.ts'

const TOKEN = printToken(Buffer.alloc(32, 0xff))

test('a token is its prefix and 32 bytes in base64url', () => {
  expect(TOKEN).toBe(`blw_${'_'.repeat(42)}8`)
  expect(() => printToken(Buffer.alloc(31))).toThrow()
})

test('a token is stored as its SHA-256', () => {
  expect(hashToken('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

test.each([
  [`Bearer ${TOKEN}`, TOKEN],
  [`bearer ${TOKEN}`, TOKEN],
  [`BEARER  ${TOKEN} `, TOKEN],
  [undefined, null],
  ['', null],
  [TOKEN, null],
  [`Basic ${TOKEN}`, null],
  ['Bearer ', null],
  [`Bearer ${TOKEN}x`, null],
  [`Bearer ${TOKEN.slice(1)}`, null],
  [`Bearer ${TOKEN}, Bearer ${TOKEN}`, null],
])('the token of Authorization %j is %j', (header, expected) => {
  expect(bearerToken(header)).toBe(expected)
})
