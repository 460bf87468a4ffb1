import { expect, test } from 'vitest'
import { acceptedCodings } from '../../../src/distribute/accept-encoding.ts'

test.each([
  [undefined, ['identity']],
  ['', ['identity']],
  ['identity', ['identity']],
  ['gzip', ['gzip', 'identity']],
  ['x-gzip', ['gzip', 'identity']],
  ['GZIP', ['gzip', 'identity']],
  ['gzip, deflate, br', ['br', 'gzip', 'identity']],
  ['br;q=0.5, gzip', ['gzip', 'br', 'identity']],
  ['br;q=0, gzip;q=0', ['identity']],
  ['*', ['br', 'gzip', 'identity']],
  ['*;q=0', ['identity']],
  ['*, br;q=0', ['gzip', 'identity']],
  ['gzip;q=0.5, identity', ['identity']],
  ['gzip;q=nonsense', ['identity']],
  ['deflate, zstd', ['identity']],
  ['gzip ; Q = 0.3', ['gzip', 'identity']],
])('Accept-Encoding %j is answered in %j', (header, expected) => {
  expect(acceptedCodings(header)).toEqual(expected)
  expect(acceptedCodings(header)).toEqual(expected)
})
