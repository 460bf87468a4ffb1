import { describe, expect, test } from 'vitest'
import { ZoneDigest } from '../../../src/core/zone-digest.ts'

const EXAMPLE = wireName('example')

function wireName(text: string): Buffer {
  const labels = text.split('.').map((label) => Buffer.from(`\0${label}`))
  for (const label of labels) label[0] = label.length - 1
  return Buffer.concat([...labels, Buffer.alloc(1)])
}

/** A record as in a message whose question is for the zone: the owner ends in a pointer to it. */
function record(owner: string, type: number, ttl: number, data: Uint8Array): Buffer {
  const labels = owner === '' ? Buffer.alloc(0) : wireName(owner).subarray(0, -1)
  const head = Buffer.alloc(12)
  head.writeUInt16BE(0xc00c, 0)
  head.writeUInt16BE(type, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt32BE(ttl, 6)
  head.writeUInt16BE(data.length, 10)
  return Buffer.concat([labels, head, data])
}

function numbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  values.forEach((value, i) => bytes.writeUInt32BE(value, 4 * i))
  return bytes
}

/** RFC 8976 appendix A.1, in canonical order, without its ZONEMD record. */
const SIMPLE_ZONE = [
  record('', 2, 86400, wireName('ns1.example')),
  record('', 2, 86400, wireName('ns2.example')),
  record(
    '',
    6,
    86400,
    Buffer.concat([
      wireName('ns1.example'),
      wireName('admin.example'),
      numbers(2018031900, 1800, 900, 604800, 86400),
    ]),
  ),
  record('ns1', 1, 3600, Buffer.from([203, 0, 113, 63])),
  record('ns2', 28, 3600, Buffer.from('20010db8000000000000000000000063', 'hex')),
]

const SIMPLE_DIGEST =
  'c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3a1ddc0b9a87153b9a9713b3c9ae5cc27777f98b8e730044c'

function digestOf(blocks: readonly Uint8Array[]): string {
  const digest = new ZoneDigest(EXAMPLE)
  for (const block of blocks) digest.add(block, 0, block.length)
  return Buffer.from(digest.digest()).toString('hex')
}

describe('ZoneDigest', () => {
  test('gives the digest of the simple zone of RFC 8976', () => {
    expect(digestOf(SIMPLE_ZONE)).toBe(SIMPLE_DIGEST)
  })

  test('is the same however the records come', () => {
    expect(digestOf([Buffer.concat(SIMPLE_ZONE)])).toBe(SIMPLE_DIGEST)
    const shifted = Buffer.concat([Buffer.alloc(7, 0xff), ...SIMPLE_ZONE, Buffer.alloc(3, 0xff)])
    const digest = new ZoneDigest(EXAMPLE)
    digest.add(shifted, 7, shifted.length - 3)
    expect(Buffer.from(digest.digest()).toString('hex')).toBe(SIMPLE_DIGEST)
  })

  test('takes addresses that look like a pointer for what they are', () => {
    const address = record('x', 1, 300, Buffer.from([0xc0, 0x0c, 0xc0, 0x0c]))
    const other = record('y', 1, 300, Buffer.from([1, 2, 3, 4]))
    const apart = digestOf([address, other])
    expect(digestOf([Buffer.concat([address, other])])).toBe(apart)
    expect(digestOf([address])).not.toBe(apart)
  })

  test('holds for zones of many blocks', () => {
    const many = Array.from({ length: 20_000 }, (_, i) =>
      record(`n${String(i).padStart(5, '0')}`, 5, 300, Buffer.alloc(1)),
    )
    const whole = Buffer.concat(many)
    expect(digestOf([whole])).toBe(digestOf(many))
  })
})
