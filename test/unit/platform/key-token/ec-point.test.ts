import { expect, it } from 'vitest'
import { decodeEcPoint } from '../../../../src/platform/key-token/ec-point.ts'

const point = Buffer.from(Array.from({ length: 32 }, (_, i) => i + 4))

it('reads a point as PKCS #11 3.0 has it, and as tokens had it before', () => {
  expect(decodeEcPoint(point)).toEqual(point)
  expect(decodeEcPoint(Buffer.concat([Buffer.from([0x04, 0x20]), point]))).toEqual(point)
})

// Of this length both forms could begin with 04 20.
it('takes a bare point that begins as a wrapped one', () => {
  const bare = Buffer.concat([Buffer.from([0x04, 0x20]), point.subarray(2)])
  expect(decodeEcPoint(bare)).toEqual(bare)
})

it.each([
  ['nothing', Buffer.alloc(0)],
  ['a byte too few', point.subarray(1)],
  ['a byte too many', Buffer.concat([point, Buffer.alloc(1)])],
  ['another tag', Buffer.concat([Buffer.from([0x03, 0x20]), point])],
  ['another length', Buffer.concat([Buffer.from([0x04, 0x21]), point])],
  ['a point of P-256', Buffer.concat([Buffer.from([0x04, 0x41, 0x04]), Buffer.alloc(64)])],
])('refuses %s', (_, bytes) => {
  expect(decodeEcPoint(bytes)).toBeNull()
})
