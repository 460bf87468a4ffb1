import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { MAX_NAME_BYTES, encodeName, readName, skipName } from '../../../src/dns/wire/name.ts'
import { WireReader } from '../../../src/dns/wire/reader.ts'

const HEADER = 12

/** Names as they stand on the wire, of any octets. */
const wireNames = fc
  .array(fc.uint8Array({ minLength: 1, maxLength: 63 }), { maxLength: 127 })
  .map((labels) => {
    const bytes = labels.map((label) => [label.length, ...label])
    while (bytes.flat().length + 1 > MAX_NAME_BYTES) bytes.pop()
    return Uint8Array.from([...bytes.flat(), 0])
  })

describe('a name', () => {
  property.prop([wireNames])('is the same after text and back, but for capitals', (wire) => {
    const { text, reader } = read(wire)
    expect(reader.problem).toBeNull()
    expect(reader.at).toBe(HEADER + wire.length)
    const encoded = encodeName(text)
    expect(encoded).toEqual(lowered(wire))
    expect(read(encoded).text).toBe(text)
    expect(reader.folded).toBe(!equal(lowered(wire), wire))
  })

  property.prop([wireNames, wireNames])('has one text only', (one, other) => {
    expect(read(one).text === read(other).text).toBe(equal(lowered(one), lowered(other)))
  })

  test.each([
    ['', '00'],
    ['.', '00'],
    ['example', '076578616d706c6500'],
    ['RPZ.Example.', '0372707a076578616d706c6500'],
    ['\\046.test', '012e047465737400'],
    ['\\..test', '012e047465737400'],
    ['\\000\\255', '0200ff00'],
    ['\\065', '016100'],
  ])('%j is %s', (text, hex) => {
    expect(Buffer.from(encodeName(text)).toString('hex')).toBe(hex)
  })

  test.each([
    ['a dot in a label', '012e00', '\\046'],
    ['a backslash', '015c00', '\\092'],
    ['a space and a control character', '02200900', '\\032\\009'],
    [
      'the quotes, brackets and signs of zone files',
      '0622283b29402400',
      '\\034\\040\\059\\041\\064\\036',
    ],
    ['a star and an underscore', '012a025f6100', '*._a'],
  ])('with %s is written so that it cannot be mistaken', (_, hex, text) => {
    expect(read(Buffer.from(hex, 'hex')).text).toBe(text)
  })

  test('has 255 octets at most, and 63 in a label', () => {
    const label = 'a'.repeat(63)
    const longest = `${label}.${label}.${label}.${'a'.repeat(61)}`
    expect(encodeName(longest)).toHaveLength(MAX_NAME_BYTES)
    expect(encodeName(`${longest}.`)).toHaveLength(MAX_NAME_BYTES)
    expect(encodeName(label)).toHaveLength(65)
    for (const text of [`${longest}a`, `${longest}.a`, `a${label}`, `a.${longest}`]) {
      expect(() => encodeName(text)).toThrow(expect.objectContaining({ code: 'name/invalid' }))
    }
  })

  test.each(['..', 'a..b', '.a', 'a\\', '\\256', '\u{101}', 'é\u{2014}'])(
    'of our configuration cannot be %j',
    (text) => {
      expect(() => encodeName(text)).toThrow(expect.objectContaining({ code: 'name/invalid' }))
    },
  )
})

describe('a compressed name', () => {
  test('is read backwards, and reading goes on behind its pointer', () => {
    const reader = new WireReader(
      Buffer.concat([
        Buffer.alloc(HEADER),
        Buffer.from('047465737400 0161c00c ff'.replaceAll(' ', ''), 'hex'),
      ]),
      HEADER + 6,
    )
    expect(readName(reader)).toBe('a.test')
    expect(reader.at).toBe(HEADER + 10)
  })

  test('may not be longer than 255 octets altogether', () => {
    const longest = encodeName(`${'a'.repeat(63)}.`.repeat(3) + 'a'.repeat(61))
    const bytes = Buffer.concat([Buffer.alloc(HEADER), longest, Buffer.from('0161c00c', 'hex')])
    const reader = new WireReader(bytes, HEADER + longest.length)
    expect([readName(reader), reader.problem]).toEqual(['', 'name-long'])
  })

  test.each([127, 128])('of %i pointers ends where an honest one must', (count) => {
    const bytes = Buffer.alloc(HEADER + 1 + 2 * count)
    for (let i = 0; i < count; i++) {
      bytes.writeUInt16BE(0xc000 | (i === 0 ? HEADER : HEADER + 2 * i - 1), HEADER + 1 + 2 * i)
    }
    const reader = new WireReader(bytes, bytes.length - 2)
    readName(reader)
    expect(reader.problem).toBe(count > 127 ? 'name-pointer' : null)
  })
})

function read(wire: Uint8Array): { readonly text: string; readonly reader: WireReader } {
  const reader = new WireReader(Buffer.concat([Buffer.alloc(HEADER), wire]), HEADER)
  return { text: readName(reader), reader }
}

/** With small letters, label by label: a length octet is no letter. */
function lowered(wire: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(wire)
  for (let at = 0; bytes[at]!; at += 1 + bytes[at]!) {
    for (let i = at + 1; i <= at + bytes[at]!; i++) {
      if (bytes[i]! >= 65 && bytes[i]! <= 90) bytes[i]! += 32
    }
  }
  return bytes
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}

describe('a name that is passed over', () => {
  function skip(hex: string, at = 12) {
    const reader = new WireReader(Buffer.from('00'.repeat(12) + hex, 'hex'), at)
    skipName(reader)
    return [reader.at - 12, reader.problem]
  }

  test.each([
    ['the root', '00', 0, 1],
    ['labels', '0161026262' + '00ff', 0, 6],
    ['labels and a pointer', '0161' + '00' + '0162' + 'c00c' + 'ff', 3, 7],
    ['a label of 63 octets', '3f' + '61'.repeat(63) + '00', 0, 65],
    ['255 octets', '01' + '61' + '0161'.repeat(126) + '00', 0, 255],
  ])('is %s', (_, hex, at, end) => {
    expect(skip(hex, 12 + at)).toEqual([end, null])
  })

  test.each([
    ['without an end', '0161', 0, 'message-cut'],
    ['of a label beyond the end', '0361', 0, 'message-cut'],
    ['of half a pointer', '0161c0', 0, 'message-cut'],
    ['of a label of 64 octets', '40' + '61'.repeat(64) + '00', 0, 'name-label'],
    ['of 256 octets', '0261' + '61' + '0161'.repeat(126) + '00', 0, 'name-long'],
    ['that points into the header', '0161c00b', 0, 'name-pointer'],
    ['that points to itself', '0161c00c', 0, 'name-pointer'],
    ['that points to a pointer to itself', 'c00c' + 'c00c', 2, 'name-pointer'],
  ])('fails %s', (_, hex, at, problem) => {
    expect(skip(hex, 12 + at)[1]).toBe(problem)
  })
})
