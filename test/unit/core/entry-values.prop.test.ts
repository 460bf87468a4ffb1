import { fc, test } from '@fast-check/vitest'
import { toASCII } from 'tr46'
import { describe, expect } from 'vitest'
import { readDomainName } from '../../../src/core/domain-name.ts'
import { ENTRY_KINDS } from '../../../src/core/entry.ts'
import { Fault } from '../../../src/core/fault.ts'
import {
  parseEntryValue,
  parseSnapshotLine,
  readEntryValue,
} from '../../../src/core/parse-entry.ts'
import { isCanonicalName, nameRefusal, scanAsciiName } from '../../../src/core/scan-name.ts'
import { isPlainUrlValue } from '../../../src/core/scan-url.ts'
import { readUrlFully } from '../../../src/core/url-value.ts'
import { RUNS } from '../../support/lines.ts'

const options = { numRuns: RUNS * 100 }

function oneOf(characters: string): fc.Arbitrary<string> {
  return fc.constantFrom(...Array.from(characters))
}

// Little alphabets find what matters sooner than all of Unicode does.
const arbAsciiName = fc
  .array(fc.string({ unit: oneOf('abzABZ019-_xn'), maxLength: 8 }), { maxLength: 5 })
  .map((labels) => labels.join('.'))
const arbAscii = fc.string({ unit: 'binary-ascii', maxLength: 300 })
const arbALabels = fc
  .array(
    fc.oneof(
      fc.string({ unit: oneOf('abcXYZ0189-'), maxLength: 12 }).map((s) => `xn--${s}`),
      fc.constantFrom('xn--bcher-kva', 'XN--FA-HIA', 'xn--53h', 'example', 'local', 'arpa'),
    ),
    { maxLength: 4 },
  )
  .map((labels) => labels.join('.'))
const arbUnicodeName = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      'a',
      'b',
      'x',
      'n',
      '-',
      '.',
      '。',
      'ü',
      'u\u0308',
      'ß',
      'ς',
      '·',
      '\u200d',
      'ا',
      '・',
    ),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 20,
})
const arbUrl = fc.string({
  unit: fc.constantFrom(
    ...[
      'http://',
      'https://',
      'bad.example',
      'a',
      'B',
      '/',
      '/',
      '.',
      '..',
      '//',
      '?',
      '#',
      '%',
      '%25',
    ],
    ...[
      '%2',
      '2F',
      '%2e',
      '%5c',
      '\\',
      '*',
      '/*',
      ':',
      '80',
      '443',
      '@',
      ' ',
      '\t',
      'ü',
      '%zz',
      '&=',
      '[::1]',
    ],
    ...['192.0.2.1', '%3F', '%23', '\0', '\u2028', '%C3%BC', ';', '%2A', '"<>`{|}^', "'"],
  ),
  maxLength: 20,
})
const arbIp = fc.oneof(
  fc.ipV4().map((ip) => ip + '/' + String((ip.length * 7) % 34)),
  fc.ipV4Extended(),
  fc.ipV6(),
  fc.tuple(fc.ipV6(), fc.nat(130)).map(([ip, length]) => `${ip}/${length}`),
  fc.string({ unit: oneOf('0123456789abcdef:./%'), maxLength: 30 }),
)
const arbAny = fc.oneof(
  arbAsciiName,
  arbAscii,
  arbALabels,
  arbUnicodeName,
  arbUrl,
  arbUrl.map((url) => `http://bad.example/${url}`),
  arbIp,
  fc.string({ unit: 'binary', maxLength: 100 }),
)
const arbKind = fc.constantFrom(...ENTRY_KINDS)

describe('parsing a value', () => {
  test.prop([arbKind, arbAny], options)('changes nothing the second time', (kind, text) => {
    const reading = readEntryValue(kind, text)
    if (!('value' in reading)) return
    expect(readEntryValue(kind, reading.value)).toEqual(reading)
    expect(reading.value).toMatch(/^[\x21-\x7e]+$/)
    if (kind === 'url') expect(readUrlFully(reading.value)).toEqual(reading)
  })

  test.prop([arbKind, arbAny], options)('throws nothing but a fault', (kind, text) => {
    const reading = readEntryValue(kind, text)
    try {
      expect(reading).toEqual({ value: parseEntryValue(kind, text) })
    } catch (error) {
      expect(error).toBeInstanceOf(Fault)
      expect(reading).toHaveProperty('refusal')
    }
  })

  test.prop([arbAny], options)('gives a name that can be a line of a snapshot', (text) => {
    for (const kind of ENTRY_KINDS) {
      const reading = readEntryValue(kind, text)
      if (!('value' in reading)) continue
      const { value } = parseSnapshotLine(`${reading.value}\t${kind}\tdrop\t-\t-`)
      expect(value).toBe(reading.value)
    }
  })
})

describe('the fast way to read a name', () => {
  const arbAsciiText = fc.oneof(arbAsciiName, arbALabels, arbAscii)

  test.prop([arbAsciiText], options)('equals UTS #46 on ASCII, fake A-labels aside', (text) => {
    const trimmed = text.replace(/^[\t-\r ]+|[\t-\r ]+$/g, '')
    const slow = toASCII(trimmed, { checkBidi: true, checkJoiners: true })
    const fast = readDomainName(text)
    if (slow === null) {
      // UTS #46 refuses ASCII only for an A-label that does not decode to a label it would allow.
      expect(trimmed).toMatch(/(?:^|\.)xn--/i)
      if ('name' in fast) expect(fast.name).toBe(trimmed.toLowerCase().replace(/\.$/, ''))
    } else {
      const expected = slow.replace(/\.$/, '')
      if (isName(expected)) expect(fast).toEqual({ name: expected })
      else expect(fast).toHaveProperty('refusal')
    }
  })

  test.prop([arbAsciiText], options)('is the same on bytes', (text) => {
    const trimmed = text.replace(/^[\t-\r ]+|[\t-\r ]+$/g, '')
    const bytes = Buffer.from(trimmed, 'latin1')
    const end = scanAsciiName(bytes, 0, bytes.length)
    const reading = readDomainName(text)
    if ('name' in reading) expect(bytes.toString('latin1', 0, end)).toBe(reading.name)
    else expect(nameRefusal(end)).toBe(reading.refusal)
    expect(isCanonicalName(Buffer.from(text, 'latin1'), 0, text.length)).toBe(
      'name' in reading && reading.name === text,
    )
  })

  /** `docs/spec/entry.md` §2 once more, as slowly as it reads. */
  function isName(text: string): boolean {
    const labels = text.split('.')
    const last = labels.at(-1) ?? ''
    const special =
      /^(?:alt|arpa|corp|home|internal|intranet|invalid|lan|local|localdomain|localhost|onion|private)$/
    return (
      text.length <= 253 &&
      labels.length >= 2 &&
      labels.every((label) => /^[a-z0-9_-]{1,63}$/.test(label)) &&
      /^(?:[a-z]+|xn--.+)$/.test(last) &&
      !special.test(last)
    )
  }
})

describe('the fast way to read a URL', () => {
  const arbPlain = fc
    .string({ unit: oneOf('ab/?&=.*-_~!$%#\\:@[]{}"<>|^`\''), maxLength: 12 })
    .map((rest) => `bad.example/${rest}`)

  test.prop([fc.oneof(arbPlain, arbUrl)], options)('tells only what is canonical', (text) => {
    const bytes = Buffer.from(text)
    if (!isPlainUrlValue(bytes, 0, bytes.length)) return
    expect(readUrlFully(text)).toEqual({ value: text })
  })

  test.prop([fc.webPath(), fc.webQueryParameters()], options)(
    'tells an ordinary URL when it is canonical',
    (path, query) => {
      const reading = readEntryValue('url', `bad.example${path}?${query}`)
      if (!('value' in reading) || /[%]|\/\./.test(reading.value)) return
      const bytes = Buffer.from(reading.value)
      expect(isPlainUrlValue(bytes, 0, bytes.length)).toBe(true)
    },
  )
})
