import { describe, expect, test } from 'vitest'
import { parseByteRange } from '../../../src/distribute/byte-range.ts'

describe('a Range header over 100 bytes', () => {
  test.each([
    ['bytes=0-0', { first: 0, last: 0 }],
    ['bytes=0-99', { first: 0, last: 99 }],
    ['bytes=0-', { first: 0, last: 99 }],
    ['bytes=99-', { first: 99, last: 99 }],
    ['bytes=10-1000', { first: 10, last: 99 }],
    ['bytes=-1', { first: 99, last: 99 }],
    ['bytes=-100', { first: 0, last: 99 }],
    ['bytes=-1000', { first: 0, last: 99 }],
    ['BYTES=5-6', { first: 5, last: 6 }],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=100-200', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=5-4', null],
    ['bytes=-', null],
    ['bytes=', null],
    ['bytes=0-1,3-4', null],
    ['lines=0-1', null],
    ['bytes=0x1-2', null],
    ['bytes=--1', null],
    ['bytes=1-2-3', null],
    ['bytes=99999999999999999-', null],
  ])('%s', (header, expected) => {
    expect(parseByteRange(header, 100)).toEqual(expected)
  })

  test('of an empty file is never satisfiable', () => {
    expect(parseByteRange('bytes=0-', 0)).toBe('unsatisfiable')
    expect(parseByteRange('bytes=-5', 0)).toBe('unsatisfiable')
  })
})
