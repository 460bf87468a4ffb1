import { beforeEach, describe, expect, test } from 'vitest'
import { ZoneImages } from '../../../../src/distribute/zones/zone-images.ts'
import type { HeldZone } from '../../../../src/distribute/zones/held-zone.ts'
import type { TransferPart } from '../../../../src/dns/zone-source.ts'
import { byteAt, bytesOf, FakeImage } from '../../../support/zone-builders.ts'

const MIB = 1 << 20
/** Sixteen messages a MiB, as zones have them. */
const MESSAGE = 1 << 16

let nowMs: number
let images: ZoneImages
let opened: FakeImage[]

beforeEach(() => {
  nowMs = 0
  open(4 * MIB)
})

function open(maxBytes: number): void {
  opened = []
  images = new ZoneImages({
    ...{ maxBytes, now: () => new Date(nowMs) },
    open: ({ place, serial, state }) => {
      if (state === 'gone') return null
      const lengths = Array<number>(Number(state) * 16).fill(MESSAGE)
      const image = new FakeImage({ place, serial, state }, lengths)
      opened.push(image)
      return image
    },
  })
}

/** A zone of so many MiB. */
function take(place: string, mib: number, serial = 1): HeldZone {
  return images.take({ place, serial, state: String(mib) }, true)!
}

async function read(zone: HeldZone): Promise<TransferPart[]> {
  const { parts, close } = zone.read(nowMs)
  const read: TransferPart[] = []
  for await (const part of parts()) read.push({ ...part, records: Uint8Array.from(part.records) })
  close()
  return read
}

describe('a zone', () => {
  test('comes in chunks of whole messages, with all its bytes', async () => {
    const zone = take('a', 3, 5)
    const parts = await read(zone)
    expect(parts.map(({ records }) => records.length)).toEqual([MIB, MIB, MIB])
    for (const { ends, counts } of parts) {
      expect(ends).toEqual(Array.from({ length: 16 }, (_, i) => (i + 1) * MESSAGE))
      expect(counts).toEqual(Array(16).fill(2))
    }
    const bytes = bytesOf(parts)
    for (const at of [0, 1, MIB - 1, MIB, 3 * MIB - 1]) expect(bytes[at]).toBe(byteAt(5, at))
  })

  test('has a chunk of its own for each message that is longer than one', () => {
    const lengths = [3 * MIB, 10, 2 * MIB, 10]
    const own = new ZoneImages({
      ...{ maxBytes: 64 * MIB, now: () => new Date(0) },
      open: (key) => new FakeImage(key, lengths),
    })
    const zone = own.take({ place: 'a', serial: 1, state: '' }, true)
    expect(zone?.chunks.map(({ length }) => length)).toEqual([3 * MIB, 10, 2 * MIB, 10])
  })

  test('is read from its file once, when there is room for it', async () => {
    const zone = take('a', 3)
    await read(zone)
    await read(zone)
    expect(opened[0]?.reads).toBe(3)
    expect(images.bytes).toBe(3 * MIB)
  })

  test('of which nobody reads is closed when the next comes, and its memory is free', async () => {
    await read(take('a', 2))
    take('a', 1, 2)
    expect(opened.map(({ isClosed }) => isClosed)).toEqual([true, false])
    expect(images.bytes).toBe(0)
  })

  test('is read to its end by who began, and closed by the last of them', async () => {
    const zone = take('a', 2)
    const [one, two] = [zone.read(0), zone.read(0)]
    const parts = one.parts()[Symbol.asyncIterator]()
    await parts.next()
    take('a', 1, 2)
    expect((await parts.next()).done).toBe(false)
    one.close()
    one.close()
    expect(opened[0]?.isClosed).toBe(false)
    two.close()
    expect(opened[0]?.isClosed).toBe(true)
  })

  test('that is there already is not opened again', () => {
    const zone = take('a', 1)
    expect(images.take({ place: 'a', serial: 1, state: '1' }, false)).toBe(zone)
    expect(opened).toHaveLength(1)
    expect(take('a', 1)).toBe(zone)
  })

  test('that can not be opened leaves the one before', () => {
    const zone = take('a', 1)
    expect(images.take({ place: 'a', serial: 2, state: 'gone' }, true)).toBeNull()
    expect(images.newest('a')).toBe(zone)
    expect(opened[0]?.isClosed).toBe(false)
  })

  test('that was made anew under its serial and state is opened in its place', () => {
    const zone = take('a', 1)
    const key = { place: 'a', serial: 1, state: '1' }
    expect(images.take({ ...key, by: 'render' }, false)).toBe(zone)
    expect(images.take({ ...key, by: 'kept' }, true)).toBe(zone)
    // What was opened to compare it is closed again.
    expect(opened.map(({ isClosed }) => isClosed)).toEqual([false, true])
    for (const by of ['render', 'update'] as const) {
      const before = images.newest('a')
      expect(images.take({ ...key, by }, true)).not.toBe(before)
      expect(images.newest('a')).not.toBe(before)
    }
    expect(opened.map(({ isClosed }) => isClosed)).toEqual([true, true, true, false])
  })

  test('that lay there and is another is opened in the place of the one before', () => {
    let origin = 'a.rpz.test'
    const own = new ZoneImages({
      ...{ maxBytes: 64 * MIB, now: () => new Date(0) },
      open: (key) => new FakeImage(key, [10], origin),
    })
    const key = { place: 'a', serial: 1, state: '' }
    own.take(key, true)
    origin = 'b.rpz.test'
    expect(own.take({ ...key, by: 'kept' }, true)?.summary.origin).toBe('b.rpz.test')
  })

  test('that is gone from the disk is served on', () => {
    const key = { place: 'a', serial: 1, state: 'gone' }
    let isGone = false
    const own = new ZoneImages({
      ...{ maxBytes: 64 * MIB, now: () => new Date(0) },
      open: (one) => (isGone ? null : new FakeImage(one, [10])),
    })
    const zone = own.take(key, true)
    isGone = true
    expect(own.take({ ...key, by: 'render' }, true)).toBe(zone)
  })

  test('of the same serial with another state takes its place', () => {
    take('a', 1)
    expect(take('a', 2).summary.state).toBe('2')
    expect(opened[0]?.isClosed).toBe(true)
  })
})

describe('memory', () => {
  test('never holds more than its bound', async () => {
    for (const place of ['a', 'b', 'c']) await read(take(place, 3))
    expect(images.bytes).toBeLessThanOrEqual(4 * MIB)
  })

  test('goes to the zones that are asked for most', async () => {
    const [cold, hot] = [take('cold', 3), take('hot', 3)]
    await read(cold)
    for (let i = 0; i < 4; i++) await read(hot)
    const reads = opened[1]?.reads ?? 0
    await read(hot)
    expect(opened[1]?.reads).toBe(reads)
    await read(cold)
    await read(hot)
    expect(opened[1]?.reads).toBe(reads)
  })

  test('is not fought for by two zones that are asked for in turn', async () => {
    const [one, two] = [take('one', 3), take('two', 3)]
    for (let i = 0; i < 5; i++) {
      await read(one)
      await read(two)
    }
    // The first is held whole, of the second what is left room for.
    expect(opened[0]?.reads).toBe(3)
    expect(opened[1]?.reads).toBe(1 + 5 * 2 * 4)
  })

  test('is given up by a zone that was asked for long ago', async () => {
    const [old, young] = [take('old', 3), take('young', 3)]
    for (let i = 0; i < 8; i++) await read(old)
    nowMs += 6 * 3_600_000
    for (let i = 0; i < 3; i++) await read(young)
    const reads = opened[1]?.reads
    await read(young)
    expect(opened[1]?.reads).toBe(reads)
  })

  test('is used for a part of a zone that is larger than it', async () => {
    const zone = take('large', 6)
    await read(zone)
    expect(images.bytes).toBe(4 * MIB)
    expect(zone.chunks[0]?.length).toBe(MIB / 4)
    await read(zone)
    expect(opened[0]?.reads).toBe(24 + 8)
  })

  test('of a reader beside it is two chunks, of which each stays until the next but one', async () => {
    open(0)
    const zone = take('a', 2, 9)
    const { parts, close } = zone.read(0)
    const seen: TransferPart[] = []
    for await (const part of parts()) {
      seen.push(part)
      for (const { records } of seen.slice(-2)) expect(records).toHaveLength(MIB / 4)
      const before = seen.at(-2)
      const start = (seen.length - 2) * (MIB / 4)
      if (before !== undefined) expect(before.records[7]).toBe(byteAt(9, start + 7))
      expect(part.records[7]).toBe(byteAt(9, start + MIB / 4 + 7))
    }
    close()
    expect(new Set(seen.map(({ records }) => records.buffer)).size).toBe(2)
    expect(seen[0]?.records.buffer).toBeInstanceOf(SharedArrayBuffer)
  })

  test('of a reader beside it is no more when the zone would fit and other zones have the room', async () => {
    await read(take('hot', 3))
    for (let i = 0; i < 8; i++) await read(images.newest('hot')!)
    const zone = take('cold', 3, 9)
    const { parts, close } = zone.read(nowMs)
    const seen: TransferPart[] = []
    const copies: TransferPart[] = []
    for await (const part of parts()) {
      seen.push(part)
      copies.push({ ...part, records: Uint8Array.from(part.records) })
    }
    close()
    // One chunk is in what was left of the memory.
    expect(seen[0]?.records).toHaveLength(MIB)
    const own = seen.slice(1)
    expect(own.map(({ records }) => records.length)).toEqual(Array(8).fill(MIB / 4))
    const buffers = [...new Set(own.map(({ records }) => records.buffer))]
    expect(buffers.map(({ byteLength }) => byteLength)).toEqual([MIB / 4, MIB / 4])
    const bytes = bytesOf(copies)
    expect(bytes).toHaveLength(3 * MIB)
    for (let at = 0; at < bytes.length; at += 4093) expect(bytes[at]).toBe(byteAt(9, at))
    for (const { ends, counts } of own) {
      expect(ends).toEqual([1, 2, 3, 4].map((i) => i * MESSAGE))
      expect(counts).toEqual([2, 2, 2, 2])
    }
  })

  test('of a reader beside it has room for the longest message', async () => {
    const own = new ZoneImages({
      ...{ maxBytes: 0, now: () => new Date(0) },
      open: (key) => new FakeImage(key, [10, MIB, 10]),
    })
    const zone = own.take({ place: 'a', serial: 4, state: '' }, true)!
    const parts = await read(zone)
    expect(parts.map(({ records }) => records.length)).toEqual([10, MIB, 10])
    expect(bytesOf(parts)[MIB]).toBe(byteAt(4, MIB))
  })
})
