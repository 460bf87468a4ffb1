import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { readMultipart } from '../../../src/console/read-multipart.ts'

const TYPE = 'multipart/form-data; boundary=x-1'

interface Read {
  readonly name: string
  readonly fileName: string | null
  readonly text: string
}

async function read(
  text: string | Buffer,
  { contentType = TYPE, cuts = [1 << 20], maxBytes = 1 << 20 } = {},
): Promise<Read[]> {
  const parts: Read[] = []
  const body = chunksOf(Buffer.from(text as string), cuts)
  for await (const { name, fileName, chunks } of readMultipart({ body, contentType }, maxBytes)) {
    const bytes: Uint8Array[] = []
    for await (const chunk of chunks) bytes.push(Buffer.from(chunk))
    parts.push({ name, fileName, text: Buffer.concat(bytes).toString('latin1') })
  }
  return parts
}

// eslint-disable-next-line @typescript-eslint/require-await -- as a body comes
async function* chunksOf(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = cuts[i % cuts.length] ?? 1
    yield bytes.subarray(at, at + length)
    at += length
  }
}

const part = (head: string, text: string): string =>
  `--x-1\r\nContent-Disposition: form-data; ${head}\r\n\r\n${text}\r\n`

const FORM = `${part('name="a"', 'one')}${part('name="f"; filename="C:\\x\\%22n.txt"', '1\r\n--x\r\n-\r\n')}${part('name="b"', '')}--x-1--\r\n`
const PARTS = [
  { name: 'a', fileName: null, text: 'one' },
  { name: 'f', fileName: 'C:\\x\\"n.txt', text: '1\r\n--x\r\n-\r\n' },
  { name: 'b', fileName: null, text: '' },
]

describe('a form with files', () => {
  test.prop([fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 })])(
    'reads the same however it comes',
    async (cuts) => {
      expect(await read(FORM, { cuts })).toEqual(PARTS)
    },
  )

  test.prop([fc.string({ unit: fc.constantFrom('\r', '\n', '-', 'x', '1', 'a') }), fc.nat(20)])(
    'gives every byte of a part, whatever it has in it',
    async (text, cut) => {
      fc.pre(!`\r\n${text}`.includes('\r\n--x-1'))
      const form = `${part('name="a"', text)}--x-1--`
      expect(await read(form, { cuts: [cut + 1] })).toEqual([{ name: 'a', fileName: null, text }])
    },
  )

  it('may be quoted, and is passed over where nobody reads it', async () => {
    const contentType = 'Multipart/Form-Data; boundary="x-1"'
    expect(await read(FORM, { contentType })).toEqual(PARTS)
    const names: string[] = []
    const body = chunksOf(Buffer.from(FORM), [7])
    for await (const { name } of readMultipart({ body, contentType }, 1 << 20)) names.push(name)
    expect(names).toEqual(['a', 'f', 'b'])
  })

  it.each([
    ['another type', FORM, { contentType: 'text/plain' }],
    ['no boundary', FORM, { contentType: 'multipart/form-data' }],
    ['another boundary', FORM, { contentType: 'multipart/form-data; boundary=y' }],
    ['no end', FORM.slice(0, -6), {}],
    ['nothing', '', {}],
    ['a part without a name', `${part('filename="a"', '')}--x-1--`, {}],
    ['a head without an end', `--x-1\r\n${'a'.repeat(9000)}`, {}],
    ['many parts', `${part('name="a"', '').repeat(41)}--x-1--`, {}],
    ['something behind its boundary', FORM.replace('--x-1\r\n', '--x-1zz'), {}],
  ])('is refused with %s', async (_, text, options) => {
    await expect(read(text, options)).rejects.toThrow(
      expect.objectContaining({ code: 'request/invalid' }),
    )
  })

  it('is stopped where it is too long, and no byte before', async () => {
    expect(await read(FORM, { maxBytes: FORM.length, cuts: [5] })).toEqual(PARTS)
    await expect(read(FORM, { maxBytes: FORM.length - 3, cuts: [5] })).rejects.toThrow(
      expect.objectContaining({ code: 'request/body' }),
    )
  })
})
