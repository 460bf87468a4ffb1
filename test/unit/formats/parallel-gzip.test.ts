import { execFileSync } from 'node:child_process'
import { gunzipSync } from 'node:zlib'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import {
  deflateBlocks,
  gzipBlocks,
  gzipHead,
  gzipTrailer,
  joinSums,
} from '../../../src/formats/parallel-gzip.ts'
import { entryLine, RUNS } from '../../support/lines.ts'
import { describeWith, needsProgram } from '../../support/needs-program.ts'

async function gzip(blocks: Iterable<Uint8Array>, level?: number): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of gzipBlocks(blocks, level)) pieces.push(piece)
  return Buffer.concat(pieces)
}

const text = Buffer.from(Array.from({ length: 120_000 }, (_, i) => `${entryLine(i)}\n`).join(''))

function cut(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  )
}

describe('gzipBlocks', () => {
  it('gives the same bytes however the input is cut, and they decompress to it', async () => {
    const whole = await gzip([text])
    expect(gunzipSync(whole).equals(text)).toBe(true)
    for (const size of [1 << 20, (1 << 20) + 1, 65_536, 10_007])
      expect((await gzip(cut(text, size))).equals(whole)).toBe(true)
  })

  it('takes blocks that hold only until the next is asked for', async () => {
    function* reused(): Generator<Uint8Array> {
      const buffer = Buffer.alloc(100_000)
      for (const block of cut(text, buffer.length)) {
        block.copy(buffer)
        yield buffer.subarray(0, block.length)
        buffer.fill(0)
      }
    }
    expect((await gzip(reused())).equals(await gzip([text]))).toBe(true)
  })

  it('says nothing of the time or the host', async () => {
    expect((await gzip([text])).subarray(0, 10).toString('hex')).toBe('1f8b08000000000000ff')
  })

  it('compresses across the pieces, and harder when asked', async () => {
    const [quick, hard] = [await gzip([text]), await gzip([text], 9)]
    expect(gunzipSync(hard).equals(text)).toBe(true)
    expect(hard.length).toBeLessThan(quick.length)
    expect(quick.length).toBeLessThan(text.length / 4)
  })

  test.prop([fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 5 }), fc.nat(3)], {
    numRuns: RUNS,
  })('keeps any bytes', async (parts, repeat) => {
    const blocks = Array.from({ length: repeat + 1 }, () => parts).flat()
    expect(gunzipSync(await gzip(blocks)).equals(Buffer.concat(blocks))).toBe(true)
  })
})

/** A gzip file whose head is known last, as a snapshot's is. */
async function gzipAfter(head: Buffer, blocks: Iterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  const deflated = deflateBlocks(blocks)
  let next = await deflated.next()
  for (; next.done !== true; next = await deflated.next()) pieces.push(next.value)
  return Buffer.concat([gzipHead(head), ...pieces, gzipTrailer(joinSums(head, next.value))])
}

describe('a gzip file with its head written last', () => {
  test.prop(
    [
      fc.uint8Array({ minLength: 1, maxLength: 600 }),
      fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 5 }),
    ],
    { numRuns: RUNS },
  )(
    'decompresses to head and body, and has room for any head of that length',
    async (head, blocks) => {
      const whole = await gzipAfter(Buffer.from(head), blocks)
      expect(gunzipSync(whole).equals(Buffer.concat([head, ...blocks]))).toBe(true)
      expect(gzipHead(Buffer.alloc(head.length)).length).toBe(gzipHead(head).length)
    },
  )

  it('holds for a body of many pieces', async () => {
    const head = Buffer.from('serial: 42\n\n')
    expect(
      gunzipSync(await gzipAfter(head, cut(text, 100_000))).equals(Buffer.concat([head, text])),
    ).toBe(true)
  })
})

describeWith(['gzip'], 'what gzipBlocks makes', () => {
  it('is read by the gzip of the system', async () => {
    const input = await gzip([text])
    const output = execFileSync(needsProgram('gzip'), ['-dc'], { input, maxBuffer: 1 << 27 })
    expect(output.equals(text)).toBe(true)
  })
})
