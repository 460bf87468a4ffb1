import { expect, test } from 'vitest'
import {
  API_KEY_PREFIX,
  bearerToken,
  hashToken,
  isToken,
  printToken,
} from '../../../src/platform/http-auth.ts'

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

test('a token of one kind is none of another', () => {
  const key = printToken(Buffer.alloc(32, 0xff), API_KEY_PREFIX)
  expect(key).toBe(`blk_${'_'.repeat(42)}8`)
  expect(bearerToken(`Bearer ${key}`)).toBeNull()
  expect(bearerToken(`Bearer ${TOKEN}`, API_KEY_PREFIX)).toBeNull()
  expect(bearerToken(`Bearer ${key}`, API_KEY_PREFIX)).toBe(key)
})

test.each([
  ['bli_' + 'A'.repeat(43), true],
  ['bli_' + 'A'.repeat(42), false],
  ['bli_' + 'A'.repeat(44), false],
  ['blk_' + 'A'.repeat(43), false],
  ['bli_' + 'A'.repeat(42) + '=', false],
  ['', false],
])('%s is an invitation: %s', (text, isOne) => {
  expect(isToken(text, 'bli_')).toBe(isOne)
})
