import { readFileSync } from 'node:fs'
import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { checkQuestion } from '../../../src/dns/wire/check-question.ts'
import { encodeAnswer, encodeMessage, maxUdpBytes } from '../../../src/dns/wire/encode-message.ts'
import {
  type Message,
  askQuestion,
  decodeMessage,
  decodeQuestion,
} from '../../../src/dns/wire/message.ts'
import { CLASS, FLAG, RCODE, TYPE, printRcode, printType } from '../../../src/dns/wire/numbers.ts'
import { parseMessage, writeName, writeRecord } from '../../support/dns-message.ts'
import { writeQuestion } from '../../support/dns-client.ts'

interface Recorded {
  readonly by: string
  readonly hex: string
  readonly reads: {
    readonly id: number
    readonly opcode: number
    readonly recursionDesired: boolean
    readonly name: string
    readonly type: string
    readonly serial: number | null
    readonly edns: {
      readonly udpBytes: number
      readonly version: number
      readonly options: string
    } | null
    readonly tsig: {
      readonly key: string
      readonly algorithm: string
      readonly timeSigned: number
      readonly fudge: number
      readonly macBytes: number
    } | null
  }
}

interface MalformedVector {
  readonly what: string
  readonly hex: string
  readonly problem: string
  readonly rcode: string
  readonly question: string | null
}

const { questions } = vectors('questions.json') as { readonly questions: readonly Recorded[] }
const malformed = vectors('malformed.json') as readonly MalformedVector[]

describe('a question', () => {
  test.each(questions)('of $by is read', ({ hex, reads }) => {
    const message = decode(Buffer.from(hex, 'hex'))
    const { id, opcode, question, serial, edns, tsig } = message
    const options = edns && Buffer.from(edns.options).toString('hex')
    expect({
      ...{ id, opcode, serial },
      recursionDesired: (message.flags & FLAG.recursionDesired) !== 0,
      name: question?.name,
      type: printType(question?.type ?? 0),
      edns: edns && { udpBytes: edns.udpBytes, version: edns.version, options },
      tsig: tsig && {
        ...{ key: tsig.keyName, algorithm: tsig.algorithm },
        ...{ timeSigned: tsig.timeSigned, fudge: tsig.fudge, macBytes: tsig.mac.length },
      },
    }).toEqual(reads)
  })

  test('keeps its capitals for the echo, and loses them for the search', () => {
    const { question } = decode(writeQuestion({ name: 'rPz.Example', type: 'SOA' }).bytes)
    expect(question?.name).toBe('rpz.example')
    expect(Buffer.from(question?.wire ?? []).toString('latin1')).toContain('rPz\x07Example')
  })

  test('for IXFR without the SOA of the zone is refused', () => {
    const asked = writeQuestion({ name: 'rpz.example', type: 'IXFR' }).bytes
    expect(checkQuestion(decode(asked))).toBe(RCODE.formErr)
    const soa = writeRecord('other.example', TYPE.soa, { data: Buffer.alloc(22) })
    const other = Buffer.concat([asked, soa])
    other.writeUInt16BE(1, 8)
    expect(decode(other).serial).toBeNull()
    expect(checkQuestion(decode(other))).toBe(RCODE.formErr)
  })

  test.each([
    [
      'with EDNS of a later version',
      { type: 'SOA', edns: { udpBytes: 1232, version: 1 } },
      RCODE.badVers,
    ],
    ['to change a zone', { type: 'SOA', opcode: 5 }, RCODE.notImp],
    ['that is a NOTIFY', { type: 'SOA', opcode: 4 }, null],
    ['for IXFR', { type: 'IXFR', serial: 4_294_967_295 }, null],
    ['of a type that nobody knows', { type: 65_280 }, null],
  ])('%s is judged before anything is looked up', (_, question, rcode) => {
    const message = decode(writeQuestion({ name: 'rpz.example', ...question }).bytes)
    expect(checkQuestion(message)).toBe(rcode)
  })

  test('is missing', () => {
    expect(checkQuestion(decode(Buffer.from('123400000000000000000000', 'hex')))).toBe(
      RCODE.formErr,
    )
  })
})

describe('a question to a server', () => {
  /** With so many records in each section, each of the type NULL. */
  function withRecords(
    counts: readonly [number, number, number],
    change: { opcode?: number } = {},
  ) {
    const { bytes } = writeQuestion({ name: 'rpz.example', type: 'SOA', ...change })
    const all = Buffer.concat([
      bytes,
      ...counts.flatMap((count) =>
        Array.from({ length: count }, () =>
          writeRecord('a.example', 10, { data: Buffer.alloc(1) }),
        ),
      ),
    ])
    for (const [i, count] of counts.entries()) all.writeUInt16BE(count, 6 + 2 * i)
    return all
  }

  test.each<[number, number, number]>([
    [1, 0, 0],
    [0, 3, 0],
    [0, 0, 5],
  ])('with more records than any has is refused: %i, %i, %i', (...counts) => {
    const bytes = withRecords(counts)
    expect(decodeQuestion(bytes)).toMatchObject({
      ...{ kind: 'malformed', problem: 'records', rcode: RCODE.formErr },
      question: { name: 'rpz.example' },
    })
    // They are not looked at: the first is cut.
    expect(decodeQuestion(bytes.subarray(0, 12 + 17 + 3))).toMatchObject({ problem: 'records' })
    expect(decodeMessage(bytes)).toMatchObject({ kind: 'message' })
  })

  test('may have as many as any has, and other opcodes more', () => {
    expect(decodeQuestion(withRecords([0, 2, 4]))).toMatchObject({ kind: 'message' })
    for (const opcode of [4, 5]) {
      expect(decodeQuestion(withRecords([1, 3, 5], { opcode }))).toMatchObject({
        ...{ kind: 'message', opcode },
      })
    }
  })
})

describe('a malformed message', () => {
  test.each(malformed)('with $what is told', (vector) => {
    const message = decodeMessage(Buffer.from(vector.hex, 'hex'))
    if (message.kind !== 'malformed') throw new Error(`it is ${message.kind}`)
    const { id, problem, question } = message
    expect({
      id,
      problem,
      rcode: printRcode(message.rcode),
      question: question?.name ?? null,
    }).toEqual({
      id: 0x1234,
      problem: vector.problem,
      rcode: vector.rcode,
      question: vector.question,
    })
    const answer = parseMessage(Buffer.from(encodeAnswer(message, { rcode: message.rcode })))
    expect([answer.id, answer.isAnswer, answer.rcode]).toEqual([0x1234, true, vector.rcode])
    expect(answer.question?.name ?? null).toBe(vector.question && `${vector.question}.`)
  })

  test('is noise when it is shorter than a header', () => {
    for (let length = 0; length < 12; length++) {
      expect(decodeMessage(new Uint8Array(length))).toEqual({ kind: 'noise' })
    }
  })

  test('is every beginning of a good one', () => {
    for (const { hex, by } of questions) {
      const bytes = Buffer.from(hex, 'hex')
      for (let length = 12; length < bytes.length; length++) {
        expect([by, length, decodeMessage(bytes.subarray(0, length)).kind]).toEqual([
          by,
          length,
          'malformed',
        ])
      }
    }
  })
})

const octets = (maxLength: number) => fc.uint8Array({ maxLength })
const labels = fc.stringMatching(/^[a-z0-9-]{1,20}$/)
const records = fc
  .array(
    fc.tuple(fc.constantFrom(TYPE.a, TYPE.txt, TYPE.soa, 64), fc.nat(0xffff_ffff), octets(30)),
    { maxLength: 4 },
  )
  .map((all) => ({
    count: all.length,
    records: Buffer.concat(
      all.map(([type, ttl, data]) =>
        writeRecord('other.test', type, { ttl, data: Buffer.from(data) }),
      ),
    ),
  }))
const options = fc
  .array(fc.tuple(fc.nat(0xffff), octets(20)), { maxLength: 3 })
  .map((all) =>
    Buffer.concat(
      all.map(([code, data]) => Buffer.from([code >> 8, code, 0, data.length, ...data])),
    ),
  )

describe('a message', () => {
  property.prop({
    id: fc.nat(0xffff),
    opcode: fc.constantFrom(0, 4, 5),
    rcode: fc.nat(15),
    flags: fc.subarray(Object.values(FLAG)).map((bits) => bits.reduce((sum, bit) => sum | bit, 0)),
    name: fc.array(labels, { maxLength: 6 }).map((all) => all.join('.')),
    type: fc.nat(0xffff),
    of: fc.nat(0xffff),
    edns: fc.option(
      fc.record({
        ...{ udpBytes: fc.nat(0xffff), rcodeHigh: fc.nat(255), version: fc.nat(255) },
        ...{ dnssecOk: fc.boolean(), options },
      }),
    ),
    answer: records,
    authority: records,
  })('is the same after the wire', ({ name, type, of, rcode, edns, ...rest }) => {
    const parts = {
      ...rest,
      ...{ question: askQuestion(name, type, of), edns },
      rcode: rcode + (edns === null ? 0 : edns.rcodeHigh * 16),
    }
    const { kind, ...read } = decode(Buffer.from(encodeMessage(parts)))
    expect(kind).toBe('message')
    expect(plain(read)).toEqual(plain({ ...parts, serial: null, tsig: null }))
    expect(encodeMessage(read)).toEqual(encodeMessage(parts))
  })

  test('that would be longer than any can be is a mistake of ours', () => {
    const message = decode(writeQuestion({ name: 'rpz.example', type: 'SOA' }).bytes)
    const answer = { count: 1, records: new Uint8Array(65_535) }
    expect(() => encodeMessage({ ...message, answer })).toThrow(RangeError)
  })
})

describe('an answer', () => {
  const soa = Buffer.concat([
    ...[Buffer.from([0xc0, 12])],
    writeRecord('.', TYPE.soa, {
      ttl: 60,
      data: Buffer.concat([writeName('.'), writeName('.'), Buffer.alloc(20)]),
    }).subarray(1),
  ])

  test('has the id, the question and the bit for recursion of what was asked', () => {
    const asked = writeQuestion({ name: 'rPz.Example', type: 'SOA' }).bytes
    asked[2]! |= 1
    const bytes = encodeAnswer(decode(asked), {
      ...{ rcode: 0, isAuthoritative: true },
      records: { count: 1, records: soa },
    })
    const answer = parseMessage(Buffer.from(bytes))
    expect(answer.id).toBe(asked.readUInt16BE(0))
    expect(answer.questionWire.equals(asked.subarray(12))).toBe(true)
    expect(answer.answer.map((record) => record.text)).toEqual([
      'rpz.example. 60 SOA . . 0 0 0 0 0',
    ])
    const { isAnswer, isAuthoritative, isTruncated, recursionDesired, recursionAvailable } = answer
    expect({
      isAnswer,
      isAuthoritative,
      isTruncated,
      recursionDesired,
      recursionAvailable,
    }).toEqual({
      ...{ isAnswer: true, isAuthoritative: true, isTruncated: false },
      ...{ recursionDesired: true, recursionAvailable: false },
    })
    expect(answer.edns).toBeNull()
  })

  test('has EDNS exactly when the question had', () => {
    const edns = { udpBytes: 4096, version: 1 }
    const message = decode(writeQuestion({ name: 'rpz.example', type: 'SOA', edns }).bytes)
    const answer = parseMessage(Buffer.from(encodeAnswer(message, { rcode: RCODE.badVers })))
    expect(answer.rcode).toBe('BADVERS')
    expect(answer.edns).toEqual({ udpBytes: 1232, version: 0 })
  })

  test('says that it is truncated when its records do not fit, by one octet', () => {
    const message = decode(writeQuestion({ name: 'rpz.example', type: 'SOA' }).bytes)
    const records = { count: 1, records: soa }
    const whole = encodeAnswer(message, { rcode: 0, records })
    expect(encodeAnswer(message, { rcode: 0, records }, whole.length)).toEqual(whole)
    const cut = parseMessage(
      Buffer.from(encodeAnswer(message, { rcode: 0, records }, whole.length - 1)),
    )
    expect([cut.isTruncated, cut.answer.length, cut.questionWire.length]).toEqual([true, 0, 17])
  })

  test.each([
    [null, 512],
    [0, 512],
    [511, 512],
    [1000, 1000],
    [65_535, 1232],
  ])('over UDP to an asker who takes %s octets has at most %i', (udpBytes, most) => {
    const options = new Uint8Array(0)
    const edns = { udpBytes: udpBytes ?? 0, rcodeHigh: 0, version: 0, dnssecOk: false, options }
    expect(maxUdpBytes(udpBytes === null ? null : edns)).toBe(most)
  })
})

test('numbers without a name are printed as numbers', () => {
  expect([
    printType(TYPE.ixfr),
    printType(65),
    printRcode(RCODE.notAuth),
    printRcode(3841),
  ]).toEqual(['IXFR', 'TYPE65', 'NOTAUTH', 'RCODE3841'])
  expect(CLASS.in).toBe(1)
})

function decode(bytes: Buffer): Message {
  const message = decodeMessage(bytes)
  if (message.kind !== 'message') throw new Error(JSON.stringify(message))
  return message
}

/** With all octets as hex, for views of one thing differ in what they are views into. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, inner: unknown) =>
      inner instanceof Uint8Array
        ? Buffer.from(inner).toString('hex')
        : typeof inner === 'object' && inner !== null && 'type' in inner && inner.type === 'Buffer'
          ? Buffer.from((inner as unknown as { data: number[] }).data).toString('hex')
          : inner,
    ),
  )
}

function vectors(name: string): unknown {
  const url = new URL(`../../vectors/dns/${name}`, import.meta.url)
  return JSON.parse(readFileSync(url, 'utf8'))
}
