import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { encodeFrame, frameReader } from '../../../src/dns/wire/frame-reader.ts'

const MOST = 100

describe('a stream', () => {
  property.prop([
    fc.array(fc.uint8Array({ maxLength: MOST }), { maxLength: 10 }),
    fc.array(fc.integer({ min: 0, max: 150 }), { minLength: 1, maxLength: 30 }),
    fc.boolean(),
  ])('gives its messages however it is cut', (messages, cuts, isEager) => {
    const bytes = Buffer.concat(messages.map(encodeFrame))
    const reader = frameReader(MOST)
    const read: unknown[] = []
    let at = 0
    for (let i = 0; at < bytes.length; i++) {
      // Some nothing first, so that it ends.
      const size = cuts[i % cuts.length]! + (i % cuts.length === 0 ? 1 : 0)
      reader.push(bytes.subarray(at, at + size))
      at += size
      if (isEager) read.push(...all(reader))
    }
    read.push(...all(reader))
    expect(read.map(hex)).toEqual(messages.map(hex))
    expect(reader.waitingBytes()).toBe(0)
  })

  test('of one octet at a time gives the message with its last', () => {
    const reader = frameReader(MOST)
    const bytes = encodeFrame(Uint8Array.of(1, 2, 3))
    const read = [...bytes].map((octet) => {
      reader.push(Uint8Array.of(octet))
      return reader.next()
    })
    expect(read.slice(0, -1)).toEqual([null, null, null, null])
    expect(hex(read.at(-1))).toBe('010203')
    expect(reader.next()).toBeNull()
  })

  test('gives a message that came in one piece without a copy', () => {
    const bytes = Buffer.concat([encodeFrame(Uint8Array.of(1, 2)), encodeFrame(Uint8Array.of(3))])
    const reader = frameReader(MOST)
    reader.push(bytes)
    const [first, second] = all(reader) as [Uint8Array, Uint8Array]
    expect([first.buffer, first.byteOffset]).toEqual([bytes.buffer, bytes.byteOffset + 2])
    expect(second.byteOffset).toBe(bytes.byteOffset + 6)
  })

  test('cannot be read on behind a message over the limit, by one octet', () => {
    const reader = frameReader(MOST)
    reader.push(encodeFrame(new Uint8Array(MOST)))
    expect(reader.next()).toHaveLength(MOST)
    reader.push(Uint8Array.of(0, MOST + 1))
    expect([reader.next(), reader.next()]).toEqual(['too-long', 'too-long'])
    reader.push(new Uint8Array(200))
    expect(reader.next()).toBe('too-long')
  })

  test('says how much waits', () => {
    const reader = frameReader(MOST)
    reader.push(Uint8Array.of(0, 1, 9, 0, 1))
    expect(reader.waitingBytes()).toBe(5)
    reader.next()
    expect(reader.waitingBytes()).toBe(2)
    expect([reader.next(), reader.waitingBytes()]).toEqual([null, 0])
  })
})

function all(reader: ReturnType<typeof frameReader>): readonly unknown[] {
  const messages: unknown[] = []
  for (let message = reader.next(); message !== null; message = reader.next()) {
    messages.push(message)
  }
  return messages
}

function hex(bytes: unknown): string {
  return Buffer.from(bytes as Uint8Array).toString('hex')
}
