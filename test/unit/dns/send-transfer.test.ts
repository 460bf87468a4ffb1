import { expect, test } from 'vitest'
import { SLICE_BYTES } from '../../../src/dns/limits.ts'
import { inlineMacDesk, type MacDesk } from '../../../src/dns/mac-desk.ts'
import { sendTransfer } from '../../../src/dns/send-transfer.ts'
import type { TransferPart } from '../../../src/dns/zone-source.ts'
import { fakeKey } from '../../support/fake-zones.ts'

const wrap = {
  ...{ id: 0x1234, flags: 0x8400 },
  question: Buffer.from('\x03rpz\x04test\x00\x00\xfc\x00\x01', 'latin1'),
  opt: new Uint8Array(0),
}
const HEAD_BYTES = 2 + 12 + wrap.question.length
const key = fakeKey()
const signer = { key, mac: Buffer.alloc(32) }

/** A part of messages of so many octets, all of one value. */
function part(value: number, sizes: readonly number[]): TransferPart {
  let end = 0
  const ends = sizes.map((size) => (end += size))
  return { records: new Uint8Array(end).fill(value), ends, counts: sizes.map((_, i) => i + 1) }
}

// eslint-disable-next-line @typescript-eslint/require-await -- a source of parts is asynchronous
async function* each(parts: readonly TransferPart[]): AsyncGenerator<TransferPart> {
  yield* parts
}

function deps(write: (pieces: readonly Uint8Array[]) => Promise<boolean>, macs = inlineMacDesk) {
  return { macs, seconds: () => 1_800_000_000, write }
}

/** Takes everything, and keeps it as it was when it was taken. */
function taker() {
  const writes: Buffer[] = []
  const write = (pieces: readonly Uint8Array[]): Promise<boolean> => {
    writes.push(Buffer.concat(pieces))
    return Promise.resolve(true)
  }
  return { write, writes }
}

test('sends every section between its head and the next, whatever the parts', async () => {
  const { write, writes } = taker()
  const parts = [part(1, [10, 20]), part(2, [30]), part(3, [1, 1, 1])]
  const sent = await sendTransfer(deps(write), each(parts), { wrap, signer: null })
  const bytes = Buffer.concat(writes)
  expect(sent).toEqual({ isWhole: true, bytes: bytes.length, messages: 6 })
  const sections: string[] = []
  for (let at = 0; at < bytes.length; at += 2 + bytes.readUInt16BE(at)) {
    const end = at + 2 + bytes.readUInt16BE(at)
    expect(bytes.readUInt16BE(at + 2)).toBe(0x1234)
    const section = bytes.subarray(at + HEAD_BYTES, end)
    sections.push(`${bytes.readUInt16BE(at + 8)}: ${section[0]!} x ${section.length}`)
  }
  const first = ['1: 1 x 10', '2: 1 x 20', '1: 2 x 30']
  expect(sections).toEqual([...first, '1: 3 x 1', '2: 3 x 1', '3: 3 x 1'])
})

test('never writes more than a slice and a message at a time, nor less than a message', async () => {
  const { write, writes } = taker()
  const sizes = [...Array.from({ length: 34 }, () => 60_000), 5, 64_000, 64_000, 64_000]
  await sendTransfer(deps(write), each([part(1, sizes)]), { wrap, signer: null })
  for (const { length } of writes) expect(length).toBeLessThanOrEqual(SLICE_BYTES + 64 * 100)
  expect(writes.length).toBe(5)
})

test('has sent a part before the next but one is asked for', async () => {
  const { write, writes } = taker()
  const two = [new Uint8Array(100), new Uint8Array(100)]
  async function* reused(): AsyncGenerator<TransferPart> {
    for (let number = 1; number <= 9; number++) {
      const records = two[number % 2]!.fill(number)
      yield await Promise.resolve({ records, ends: [100], counts: [1] })
    }
  }
  await sendTransfer(deps(write), reused(), { wrap, signer: null })
  const values = writes.map((bytes) => [...new Set(bytes.subarray(HEAD_BYTES))])
  expect(values).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map((value) => [value]))
})

test('signs ahead while it writes, but not far', async () => {
  let signed = 0
  let written = 0
  const ahead: number[] = []
  const macs: MacDesk = {
    open: (...args) => {
      const chain = inlineMacDesk.open(...args)
      return { ...chain, sign: (...run) => (signed++, chain.sign(...run)) }
    },
  }
  const write = (): Promise<boolean> => {
    ahead.push(signed - written++)
    return Promise.resolve(true)
  }
  const sizes = Array.from({ length: 160 }, () => 64_000)
  await sendTransfer(deps(write, macs), each([part(1, sizes)]), { wrap, signer })
  expect(Math.max(...ahead)).toBe(4)
  expect(ahead[0]).toBe(4)
})

test('stops when the connection has failed, and asks the source for nothing more', async () => {
  let given = 0
  let isReturned = false
  async function* counted(): AsyncGenerator<TransferPart> {
    try {
      for (;;) {
        given++
        yield await Promise.resolve(part(1, [10]))
      }
    } finally {
      isReturned = true
    }
  }
  let left = 5
  const write = (): Promise<boolean> => Promise.resolve(left-- > 0)
  const sent = await sendTransfer(deps(write), counted(), { wrap, signer })
  expect(sent).toMatchObject({ isWhole: false, messages: 5 })
  expect(isReturned).toBe(true)
  expect(given).toBeLessThan(9)
})

test('closes its chain of signatures whatever happens', async () => {
  let closed = 0
  const macs: MacDesk = {
    open: (...args) => ({ ...inlineMacDesk.open(...args), close: () => (closed += 1) }),
  }
  async function* broken(): AsyncGenerator<TransferPart> {
    yield await Promise.resolve(part(1, [10]))
    throw new Error('no disk')
  }
  const { write } = taker()
  await sendTransfer(deps(write, macs), each([part(1, [1])]), { wrap, signer })
  const failed = () => Promise.resolve(false)
  await sendTransfer(deps(failed, macs), each([part(1, [1])]), { wrap, signer })
  await expect(sendTransfer(deps(write, macs), broken(), { wrap, signer })).rejects.toThrow(
    'no disk',
  )
  expect(closed).toBe(3)
})
