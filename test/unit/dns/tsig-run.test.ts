import { createSecretKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { once } from 'node:events'
import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { signRun } from '../../../src/dns/tsig-run.ts'
import { signAnswer } from '../../../src/dns/tsig-sign.ts'
import { verifyTsig } from '../../../src/dns/tsig-verify.ts'
import { checkQuestion } from '../../../src/dns/wire/check-question.ts'
import { encodeAnswer } from '../../../src/dns/wire/encode-message.ts'
import { type Message, decodeMessage } from '../../../src/dns/wire/message.ts'
import {
  type MessageRun,
  type RunWraps,
  runFor,
  wrapRun,
} from '../../../src/dns/wire/message-run.ts'
import { RCODE } from '../../../src/dns/wire/numbers.ts'
import { MAX_BODY_BYTES, TSIG_ALGORITHMS, type TsigKey } from '../../../src/dns/zone-source.ts'
import { type DnsQuestion, writeQuestion } from '../../support/dns-client.ts'
import { type DnsMessage, parseMessage } from '../../support/dns-message.ts'
import { answerVerifier } from '../../support/dns-signature.ts'

const SECRET = Buffer.from('lanterns-on-a-long-wooden-pier-1').toString('base64')
const NOW = Math.floor(Date.now() / 1000)

/** `a A 127.0.0.1`, below the zone that is asked for. */
const RECORD = Buffer.from('0161c00c000100010000003c00047f000001', 'hex')

interface Golden {
  readonly key: {
    readonly name: string
    readonly algorithm: 'hmac-sha256'
    readonly secret: string
  }
  readonly answers: readonly {
    readonly what: string
    readonly question: string
    readonly now: number
    readonly answer: { readonly rcode: number; readonly count: number; readonly records: string }
    readonly maxBytes: number
    readonly hex: string
  }[]
  readonly transfers: readonly {
    readonly what: string
    readonly question: string
    readonly now: number
    readonly sections: readonly { readonly count: number; readonly records: string }[]
    readonly messages: readonly string[]
  }[]
}

const golden = JSON.parse(
  readFileSync(new URL('../../vectors/dns/answers.json', import.meta.url), 'utf8'),
) as Golden

describe('our bytes', () => {
  const key = ours(golden.key)

  test.each(golden.answers)('of $what are these', ({ question, now, answer, maxBytes, hex }) => {
    const bytes = Buffer.from(question, 'hex')
    const asked = decodeMessage(bytes)
    if (asked.kind === 'noise') throw new Error('a question is noise')
    const records = { count: answer.count, records: Buffer.from(answer.records, 'hex') }
    const message = encodeAnswer(
      asked,
      { rcode: answer.rcode, isAuthoritative: true, records },
      maxBytes,
    )
    const verdict =
      asked.kind === 'message'
        ? verifyTsig((name) => (name === key.name ? key : null), bytes, asked, now)
        : ({ kind: 'unsigned' } as const)
    expect(toHex(signAnswer(verdict, message, now).bytes)).toBe(hex)
    expect(() => parseMessage(Buffer.from(hex, 'hex'))).not.toThrow()
  })

  test.each(golden.transfers)('of $what are these', ({ question, now, sections, messages }) => {
    const bytes = Buffer.from(question, 'hex')
    const asked = decode(bytes)
    const verdict = verifyTsig(() => key, bytes, asked, now)
    const run = runOf(
      asked,
      sections.map((one) => Buffer.from(one.records, 'hex')),
      sections.map((one) => one.count),
    )
    const wraps =
      verdict.kind === 'verified'
        ? signRun(run, { key, prior: verdict.record.mac, isFirst: true, now })
        : wrapRun(run)
    expect(assemble(run, wraps).map(toHex)).toEqual(messages)
    if (verdict.kind === 'unsigned') return
    const verify = answerVerifier(golden.key, parseMessage(bytes).tsig!.mac, now)
    for (const message of messages) verify(parseMessage(Buffer.from(message, 'hex')))
  })
})

describe('a transfer', () => {
  property.prop({
    algorithm: fc.constantFrom(...TSIG_ALGORITHMS),
    isSigned: fc.boolean(),
    edns: fc.option(fc.constant({ udpBytes: 1232 }), { nil: undefined }),
    name: fc.constantFrom('rpz.example', 'rPz.EXAMPLE', ''),
    counts: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 9 }),
    cut: fc.nat(9),
    isShared: fc.boolean(),
  })('is signed message by message, in runs of any length', (way) => {
    const client = { name: 'k.test', secret: SECRET, algorithm: way.algorithm }
    const asked = ask({
      ...{ name: way.name, type: 'AXFR' },
      ...(way.isSigned && { key: client }),
      ...(way.edns && { edns: way.edns }),
    })
    const sections = way.counts.map((count) =>
      Buffer.concat(Array.from({ length: count }, () => RECORD)),
    )
    const cut = Math.min(way.cut, sections.length)
    const messages: DnsMessage[] = []
    let prior = asked.mac
    let isFirst = true
    for (const [from, to] of [
      [0, cut],
      [cut, sections.length],
    ] as const) {
      const run = runOf(
        asked.message,
        sections.slice(from, to),
        way.counts.slice(from, to),
        way.isShared,
      )
      const wraps = way.isSigned
        ? signRun(run, { key: ours(client), prior, isFirst, now: NOW })
        : wrapRun(run)
      messages.push(...assemble(run, wraps).map((bytes) => parseMessage(bytes)))
      if (way.isSigned) prior = Buffer.from(wraps.mac!)
      isFirst = isFirst && to === from
    }
    const verify = way.isSigned ? answerVerifier(client, asked.mac) : () => undefined
    for (const [i, message] of messages.entries()) {
      verify(message)
      expect(message.answer.map((record) => record.text)).toEqual(
        Array.from(
          { length: way.counts[i]! },
          () => `a.${way.name.toLowerCase()}${way.name && '.'} 60 A 127.0.0.1`,
        ),
      )
      const { id, isAnswer, isAuthoritative, isTruncated, rcode, tsig } = message
      expect({ id, isAnswer, isAuthoritative, isTruncated, rcode }).toEqual({
        ...{ id: asked.message.id, isAnswer: true, isAuthoritative: true },
        ...{ isTruncated: false, rcode: 'NOERROR' },
      })
      expect(message.questionWire.equals(Buffer.from(asked.message.question!.wire))).toBe(true)
      expect(message.edns).toEqual(way.edns ? { udpBytes: 1232, version: 0 } : null)
      expect(tsig !== null).toBe(way.isSigned)
    }
    expect(messages).toHaveLength(sections.length)
  })

  test('fits into messages with the longest names, EDNS and the longest signature', () => {
    const label = 'a'.repeat(63)
    const name = `${label}.${label}.${label}.${'a'.repeat(61)}`
    const client = { name, secret: SECRET, algorithm: 'hmac-sha512' }
    const { message, mac } = ask({ name, type: 'AXFR', key: client, edns: { udpBytes: 1232 } })
    const run = runOf(message, [Buffer.alloc(MAX_BODY_BYTES)], [1])
    const { headBytes, tailBytes } = signRun(run, {
      ...{ key: { ...ours(client), name }, prior: mac, isFirst: true, now: NOW },
    })
    expect(headBytes - 2 + MAX_BODY_BYTES + tailBytes).toBeLessThanOrEqual(65_535)
  })

  test('of messages longer than any can be is a mistake of ours', () => {
    const { message } = ask({ name: 'rpz.example', type: 'AXFR' })
    const most = 65_535 - 12 - message.question!.wire.length
    expect(() => wrapRun(runOf(message, [Buffer.alloc(most)], [1]))).not.toThrow()
    expect(() => wrapRun(runOf(message, [Buffer.alloc(most + 1)], [1]))).toThrow(RangeError)
  })

  test('is signed in another thread as in this one', async () => {
    const { message, mac } = ask({
      name: 'rpz.example',
      type: 'AXFR',
      key: { name: 'k.test', secret: SECRET },
    })
    const run = runOf(message, [RECORD, RECORD], [1, 1], true)
    const signing = {
      key: ours({ name: 'k.test', secret: SECRET }),
      prior: mac,
      isFirst: true,
      now: NOW,
    }
    const echo = new Worker(
      "const { parentPort } = require('node:worker_threads'); parentPort.on('message', (all) => parentPort.postMessage(all))",
      { eval: true },
    )
    try {
      echo.postMessage({ run, signing })
      const [there] = (await once(echo, 'message')) as [
        { run: MessageRun; signing: typeof signing },
      ]
      expect(there.run.records.buffer).toBeInstanceOf(SharedArrayBuffer)
      expect(toHex(signRun(there.run, there.signing).bytes)).toBe(
        toHex(signRun(run, signing).bytes),
      )
    } finally {
      await echo.terminate()
    }
  })

  test('answers a question, and nothing else', () => {
    expect(() => runFor({ id: 1, flags: 0, opcode: 0, question: null, edns: null })).toThrow(
      TypeError,
    )
  })
})

test('an answer in error is signed where the question was, whatever the error', () => {
  const edns = { udpBytes: 1232, version: 1 }
  const client = { name: 'k.test', secret: SECRET }
  const { message, bytes, mac } = ask({ name: 'rpz.example', type: 'SOA', key: client, edns })
  const verdict = verifyTsig(() => ours(client), bytes, message, NOW)
  const rcode = checkQuestion(message)
  expect(rcode).toBe(RCODE.badVers)
  const answer = parseMessage(
    Buffer.from(signAnswer(verdict, encodeAnswer(message, { rcode: rcode! }), NOW).bytes),
  )
  expect(answer.rcode).toBe('BADVERS')
  expect(() => answerVerifier(client, mac)(answer)).not.toThrow()
})

function ask(question: DnsQuestion): {
  readonly message: Message
  readonly bytes: Buffer
  readonly mac: Buffer
} {
  const { bytes, mac } = writeQuestion({ ...question, sign: { timeSigned: NOW } })
  return { message: decode(bytes), bytes, mac }
}

function runOf(
  asked: Message,
  sections: readonly Buffer[],
  counts: readonly number[],
  isShared = false,
): MessageRun {
  const bytes = Buffer.concat(sections)
  const records = isShared ? new Uint8Array(new SharedArrayBuffer(bytes.length)) : bytes
  records.set(bytes)
  let end = 0
  return { ...runFor(asked), records, ends: sections.map((one) => (end += one.length)), counts }
}

/** The messages as they are sent, without their lengths, which must be right. */
function assemble(run: MessageRun, { bytes, headBytes, tailBytes }: RunWraps): readonly Buffer[] {
  return run.ends.map((end, i) => {
    const at = i * (headBytes + tailBytes)
    const message = Buffer.concat([
      bytes.subarray(at, at + headBytes),
      run.records.subarray(run.ends[i - 1] ?? 0, end),
      bytes.subarray(at + headBytes, at + headBytes + tailBytes),
    ])
    expect(message.readUInt16BE(0)).toBe(message.length - 2)
    return message.subarray(2)
  })
}

function ours(key: {
  readonly name: string
  readonly algorithm?: string
  readonly secret: string
}): TsigKey {
  const algorithm = TSIG_ALGORITHMS.find((one) => one === key.algorithm) ?? 'hmac-sha256'
  return { name: key.name, algorithm, secret: createSecretKey(Buffer.from(key.secret, 'base64')) }
}

function decode(bytes: Uint8Array): Message {
  const message = decodeMessage(bytes)
  if (message.kind !== 'message') throw new Error(JSON.stringify(message))
  return message
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
