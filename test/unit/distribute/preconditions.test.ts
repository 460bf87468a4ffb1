import { describe, expect, test } from 'vitest'
import { isNotModified, isRangeCurrent } from '../../../src/distribute/preconditions.ts'

const now = {
  etag: '"42-abc"',
  lastModified: 'Tue, 24 Nov 2026 10:00:00 GMT',
  lastModifiedS: Date.parse('2026-11-24T10:00:00Z') / 1000,
}

describe('a request is answered 304', () => {
  test.each([
    [{ 'if-none-match': '"42-abc"' }],
    [{ 'if-none-match': 'W/"42-abc"' }],
    [{ 'if-none-match': '"41-x", "42-abc"' }],
    [{ 'if-none-match': '*' }],
    [{ 'if-modified-since': 'Tue, 24 Nov 2026 10:00:00 GMT' }],
    [{ 'if-modified-since': 'Tue, 24 Nov 2026 10:00:01 GMT' }],
  ])('with %j', (headers) => {
    expect(isNotModified(headers, now)).toBe(true)
  })
})

describe('a request is answered in full', () => {
  test.each([
    [{}],
    [{ 'if-none-match': '"41-abc"' }],
    [{ 'if-none-match': '42-abc' }],
    [{ 'if-none-match': '"42-abc-br"' }],
    [{ 'if-modified-since': 'Tue, 24 Nov 2026 09:59:59 GMT' }],
    [{ 'if-modified-since': 'yesterday' }],
    // RFC 9110 §13.2.2: the tag decides alone where there is one.
    [{ 'if-none-match': '"41-x"', 'if-modified-since': 'Tue, 24 Nov 2026 10:00:00 GMT' }],
  ])('with %j', (headers) => {
    expect(isNotModified(headers, now)).toBe(false)
  })
})

test.each([
  [undefined, true],
  ['"42-abc"', true],
  ['W/"42-abc"', false],
  ['"41-x"', false],
  ['Tue, 24 Nov 2026 10:00:00 GMT', true],
  ['Tue, 24 Nov 2026 10:00:01 GMT', false],
])('a range under If-Range %j is obeyed: %j', (header, expected) => {
  expect(isRangeCurrent(header, now)).toBe(expected)
})
