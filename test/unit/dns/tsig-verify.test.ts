import { createSecretKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  signAnswer,
  signQuestion,
  signatureBytes,
  verdictBytes,
} from '../../../src/dns/tsig-sign.ts'
import { type TsigVerdict, isAnswerVerified, verifyTsig } from '../../../src/dns/tsig-verify.ts'
import { encodeAnswer, encodeMessage } from '../../../src/dns/wire/encode-message.ts'
import { type Message, askQuestion, decodeMessage } from '../../../src/dns/wire/message.ts'
import { OPCODE, RCODE, TSIG_ERROR, TYPE, printTsigError } from '../../../src/dns/wire/numbers.ts'
import { TSIG_ALGORITHMS, type TsigKey } from '../../../src/dns/zone-source.ts'
import { type DnsQuestion, writeQuestion } from '../../support/dns-client.ts'
import { parseMessage, writeRecord } from '../../support/dns-message.ts'
import {
  type ClientKey,
  type SignOptions,
  answerVerifier,
  isErrorSigned,
  signMessage,
} from '../../support/dns-signature.ts'

const NOW = 1_800_000_000
const SECRET = Buffer.from('lanterns-on-a-long-wooden-pier-1').toString('base64')

const recorded = JSON.parse(
  readFileSync(new URL('../../vectors/dns/questions.json', import.meta.url), 'utf8'),
) as {
  readonly key: { readonly name: string; readonly secret: string }
  readonly questions: readonly {
    readonly by: string
    readonly hex: string
    readonly reads: {
      readonly tsig: {
        readonly algorithm: string
        readonly macBytes: number
        readonly timeSigned: number
      } | null
    }
  }[]
}
const signed = recorded.questions.filter(({ reads }) => reads.tsig !== null)

describe('a signature', () => {
  test.each(signed)('of $by is verified', ({ hex, reads }) => {
    const algorithm = TSIG_ALGORITHMS.find((one) => one === reads.tsig!.algorithm)!
    const bytes = Buffer.from(hex, 'hex')
    const isWhole = reads.tsig!.macBytes >= 32
    const verdict = judge(bytes, reads.tsig!.timeSigned, ours({ ...recorded.key, algorithm }))
    expect(told(verdict)).toBe(isWhole ? 'verified' : 'BADTRUNC')
    const other = ours({ name: recorded.key.name, algorithm, secret: SECRET })
    expect(told(judge(bytes, reads.tsig!.timeSigned, other))).toBe('BADSIG')
  })

  test.each(TSIG_ALGORITHMS)('by %s is verified, and none by another algorithm', (algorithm) => {
    const { bytes } = ask({ algorithm })
    for (const held of TSIG_ALGORITHMS) {
      const verdict = judge(bytes, NOW, ours({ name: 'k.test', secret: SECRET, algorithm: held }))
      expect(told(verdict)).toBe(held === algorithm ? 'verified' : 'BADKEY')
    }
  })

  test('is not missed', () => {
    expect(judge(writeQuestion({ name: 'rpz.example', type: 'SOA' }).bytes)).toEqual({
      kind: 'unsigned',
    })
  })

  test('by a key that we do not have is BADKEY', () => {
    expect(told(judge(ask({ name: 'other.test' }).bytes))).toBe('BADKEY')
    expect(told(judge(ask({ algorithm: 'hmac-sha1' }).bytes))).toBe('BADKEY')
  })

  test('by a name in capitals is BADKEY, for they are bits that nobody signs', () => {
    expect(told(judge(ask({ name: 'K.test' }).bytes))).toBe('BADKEY')
  })

  test.each([
    [-301, 'BADTIME'],
    [-300, 'verified'],
    [300, 'verified'],
    [301, 'BADTIME'],
  ])('made %i seconds from now is %s', (seconds, outcome) => {
    expect(told(judge(ask({}, { timeSigned: NOW + seconds }).bytes))).toBe(outcome)
  })

  test.each([
    ['hmac-sha256', 9, 'malformed'],
    ['hmac-sha256', 15, 'malformed'],
    ['hmac-sha256', 16, 'BADTRUNC'],
    ['hmac-sha256', 31, 'BADTRUNC'],
    ['hmac-sha256', 32, 'verified'],
    ['hmac-sha384', 23, 'malformed'],
    ['hmac-sha384', 24, 'BADTRUNC'],
    ['hmac-sha512', 31, 'malformed'],
    ['hmac-sha512', 63, 'BADTRUNC'],
    ['hmac-sha512', 0, 'malformed'],
  ] as const)('by %s cut to %i octets is %s', (algorithm, macBytes, outcome) => {
    const key = ours({ name: 'k.test', secret: SECRET, algorithm })
    const { bytes } = ask({ algorithm }, { timeSigned: NOW, macBytes })
    expect(told(judge(bytes, NOW, key))).toBe(outcome)
  })

  test('that is longer than its algorithm makes is malformed', () => {
    const { bytes, mac } = ask({})
    const longer = Buffer.concat([bytes.subarray(0, -6), Buffer.from([0]), bytes.subarray(-6)])
    const at = bytes.length - 6 - mac.length - 2
    longer.writeUInt16BE(mac.length + 1, at)
    const lengthAt = at - 8 - 13 - 2
    longer.writeUInt16BE(longer.readUInt16BE(lengthAt) + 1, lengthAt)
    expect(told(judge(longer))).toBe('malformed')
  })

  test('is checked in the order key, MAC, time, length', () => {
    const late = { timeSigned: NOW - 1000, macBytes: 20 }
    expect(told(judge(ask({ name: 'other.test' }, late).bytes))).toBe('BADKEY')
    const wrong = Buffer.from('another').toString('base64')
    expect(told(judge(ask({ secret: wrong }, late).bytes))).toBe('BADSIG')
    expect(told(judge(ask({}, late).bytes))).toBe('BADTIME')
    expect(told(judge(ask({}, { ...late, timeSigned: NOW }).bytes))).toBe('BADTRUNC')
  })

  test('counts for its own message only', () => {
    const { bytes } = ask({})
    const id = Buffer.from(bytes)
    id.writeUInt16BE(bytes.readUInt16BE(0) ^ 1, 0)
    expect(told(judge(id))).toBe('BADSIG')
  })

  test('is no more verified when any one bit of its message is turned', () => {
    const messages: readonly Partial<DnsQuestion>[] = [
      { type: 'SOA' },
      { type: 'AXFR', edns: { udpBytes: 1232 } },
      { type: 'IXFR', serial: 7 },
      { type: 'SOA', opcode: 4, name: 'a.rpz.example' },
    ]
    for (const algorithm of TSIG_ALGORITHMS) {
      const key = ours({ name: 'k.test', secret: SECRET, algorithm })
      for (const question of messages) {
        const { bytes } = ask({ algorithm }, { timeSigned: NOW }, question)
        expect(told(judge(bytes, NOW, key))).toBe('verified')
        expect(
          turnedBits(bytes).filter((turned) => told(judge(turned, NOW, key)) === 'verified'),
        ).toEqual([])
      }
    }
  })

  test.each(signed)('of $by does not survive a turned bit', ({ hex, reads }) => {
    const algorithm = TSIG_ALGORITHMS.find((one) => one === reads.tsig!.algorithm)!
    const key = ours({ ...recorded.key, algorithm })
    const survivors = turnedBits(Buffer.from(hex, 'hex')).filter(
      (turned) => told(judge(turned, reads.tsig!.timeSigned, key)) === 'verified',
    )
    expect(survivors).toEqual([])
  })
})

describe('the answer to a signed question', () => {
  test.each(TSIG_ALGORITHMS)('is signed by %s', (algorithm) => {
    const { bytes, client, mac } = ask({ algorithm }, { timeSigned: now() })
    const answer = answered(bytes, ours(client), now())
    expect(answer.rcode).toBe('NOERROR')
    expect(() => answerVerifier(client, mac)(answer)).not.toThrow()
    expect(() => answerVerifier(client, Buffer.alloc(mac.length))(answer)).toThrow('a wrong MAC')
  })

  test('has the error, and no MAC, where the asker has no key of ours', () => {
    const { bytes } = ask({}, { timeSigned: NOW })
    for (const [foreign, error] of [
      [rename(bytes, { name: 'other.test' }), 'BADKEY'],
      [rename(bytes, { algorithm: 'hmac-md5.sig-alg.reg.int' }), 'BADKEY'],
      [ask({ secret: 'AAAA' }, { timeSigned: NOW }).bytes, 'BADSIG'],
    ] as const) {
      const { rcode, tsig, id } = answered(foreign, ours({ name: 'k.test', secret: SECRET }), NOW)
      expect([rcode, tsig?.error, tsig?.mac.length, tsig?.other.length]).toEqual([
        'NOTAUTH',
        error,
        0,
        0,
      ])
      expect([tsig?.originalId, tsig?.timeSigned, tsig?.fudge]).toEqual([id, NOW, 300])
    }
  })

  test('to one out of time is signed over his time, and tells ours', () => {
    const timeSigned = NOW - 0x1_0000_0000 / 8
    const { bytes, client, mac } = ask({}, { timeSigned, fudge: 77 })
    const answer = answered(bytes, ours(client), NOW)
    expect([answer.rcode, answer.tsig?.error]).toEqual(['NOTAUTH', 'BADTIME'])
    expect([answer.tsig?.timeSigned, answer.tsig?.fudge]).toEqual([timeSigned, 77])
    expect(answer.tsig?.other.readUIntBE(0, 6)).toBe(NOW)
    expect(isErrorSigned(answer, client, mac)).toBe(true)
  })

  test('to a shortened signature is signed, with a whole one', () => {
    const { bytes, client, mac } = ask({}, { timeSigned: NOW, macBytes: 16 })
    const answer = answered(bytes, ours(client), NOW)
    expect([answer.rcode, answer.tsig?.error]).toEqual(['NOTAUTH', 'BADTRUNC'])
    expect(answer.tsig?.mac).toHaveLength(32)
    expect(isErrorSigned(answer, client, mac)).toBe(true)
  })

  test('is as long as was foretold, so that it fits into a datagram', () => {
    for (const options of [{}, { timeSigned: 1 }, { macBytes: 16 }]) {
      const { bytes, client } = ask({}, { timeSigned: NOW, ...options })
      const message = decode(bytes)
      for (const key of [ours(client), ours({ ...client, secret: 'AAAA' }), null]) {
        const verdict = verifyTsig(() => key, bytes, message, NOW)
        const answer = encodeAnswer(message, { rcode: RCODE.notAuth })
        const { length } = signAnswer(verdict, answer, NOW).bytes
        expect(length - answer.length).toBe(verdictBytes(verdict))
      }
    }
  })

  test('to an unsigned one is not signed', () => {
    const message = encodeAnswer(decode(writeQuestion({ name: 'a.test', type: 'SOA' }).bytes), {
      rcode: 5,
    })
    expect(signAnswer({ kind: 'unsigned' }, message, NOW).bytes).toBe(message)
    expect(signAnswer({ kind: 'malformed' }, message, NOW).bytes).toBe(message)
  })
})

describe('a question of ours', () => {
  const client = { name: 'k.test', secret: SECRET }
  const key = ours(client)
  const message = encodeMessage({
    ...{ id: 4711, flags: 0, opcode: OPCODE.notify, rcode: 0, edns: null },
    question: askQuestion('rpz.example', TYPE.soa),
  })

  test('is signed as a client of another hand signs it', () => {
    const question = signQuestion(key, message, NOW)
    const theirs = signMessage(Buffer.from(message), client, { timeSigned: NOW })
    expect(Buffer.from(question.bytes).toString('hex')).toBe(theirs.bytes.toString('hex'))
    expect(question.bytes.length - message.length).toBe(signatureBytes(key))
  })

  test('is answered by its peer alone, in time, and without an error', () => {
    const question = signQuestion(key, message, NOW)
    const peer = verifyTsig(() => key, question.bytes, decode(question.bytes), NOW)
    const bare = encodeAnswer(decode(question.bytes), { rcode: 0 })
    const { bytes } = signAnswer(peer, bare, NOW + 5)
    const holds = (answer: Uint8Array, at = NOW, by = key): boolean =>
      isAnswerVerified(by, question.mac, answer, { message: decode(answer), now: at })
    expect(holds(bytes)).toBe(true)
    expect(holds(bare)).toBe(false)
    expect(holds(bytes, NOW + 305)).toBe(true)
    expect(holds(bytes, NOW + 306)).toBe(false)
    expect(holds(bytes, NOW, ours({ ...client, secret: 'AAAA' }))).toBe(false)
    expect(holds(bytes, NOW, ours({ ...client, name: 'other.test' }))).toBe(false)
    const refused = {
      kind: 'refused',
      error: TSIG_ERROR.badTrunc,
      key,
      record: decode(question.bytes).tsig!,
    } as const
    expect(holds(signAnswer(refused, bare, NOW).bytes)).toBe(false)
    expect(
      turnedBits(Buffer.from(bytes)).filter((turned) => {
        const read = decodeMessage(turned)
        return (
          read.kind === 'message' &&
          isAnswerVerified(key, question.mac, turned, { message: read, now: NOW })
        )
      }),
    ).toEqual([])
  })
})

function ask(
  key: Partial<ClientKey>,
  sign: SignOptions = { timeSigned: NOW },
  question: Partial<DnsQuestion> = {},
): { readonly bytes: Buffer; readonly mac: Buffer; readonly client: ClientKey } {
  const client = { name: 'k.test', secret: SECRET, ...key }
  if (client.algorithm === 'hmac-sha1') {
    const { bytes, mac } = ask({ ...client, algorithm: 'hmac-sha256' }, sign, question)
    return { bytes: rename(bytes, { algorithm: 'hmac-sha1' }), mac, client }
  }
  return {
    ...writeQuestion({ name: 'rpz.example', type: 'SOA', key: client, sign, ...question }),
    client,
  }
}

/** Another key or algorithm in the signature's place; the MAC is not even looked at. */
function rename(
  bytes: Buffer,
  to: { readonly name?: string; readonly algorithm?: string },
): Buffer {
  const { tsig } = parseMessage(bytes)
  const algorithm = Buffer.from(
    `${to.algorithm ?? 'hmac-sha256'}.`.replaceAll(
      /([^.]+)\./g,
      (_, label: string) => String.fromCharCode(label.length) + label,
    ) + '\0',
    'latin1',
  )
  const rest = bytes.subarray(tsig!.offset + 8 + 10 + 13)
  const data = Buffer.concat([algorithm, rest])
  return Buffer.concat([
    bytes.subarray(0, tsig!.offset),
    writeRecord(to.name ?? 'k.test', 250, { of: 255, data }),
  ])
}

function answered(bytes: Buffer, key: TsigKey, at: number): ReturnType<typeof parseMessage> {
  const message = decode(bytes)
  const verdict = verifyTsig((name) => (name === key.name ? key : null), bytes, message, at)
  const rcode = verdict.kind === 'verified' ? RCODE.noError : RCODE.notAuth
  const answer = encodeAnswer(message, { rcode, isAuthoritative: true })
  return parseMessage(Buffer.from(signAnswer(verdict, answer, at).bytes))
}

function judge(
  bytes: Buffer,
  at = NOW,
  key = ours({ name: 'k.test', secret: SECRET }),
): TsigVerdict | null {
  const message = decodeMessage(bytes)
  if (message.kind !== 'message') return null
  return verifyTsig((name) => (name === key.name ? key : null), bytes, message, at)
}

function told(verdict: TsigVerdict | null): string {
  if (verdict === null) return 'not read'
  return verdict.kind === 'refused' ? printTsigError(verdict.error) : verdict.kind
}

function ours({ name, secret, algorithm = 'hmac-sha256' }: ClientKey): TsigKey {
  const known = TSIG_ALGORITHMS.find((one) => one === algorithm) ?? 'hmac-sha256'
  return { name, algorithm: known, secret: createSecretKey(Buffer.from(secret, 'base64')) }
}

function decode(bytes: Uint8Array): Message {
  const message = decodeMessage(bytes)
  if (message.kind !== 'message') throw new Error(JSON.stringify(message))
  return message
}

function turnedBits(bytes: Buffer): readonly Buffer[] {
  return Array.from({ length: bytes.length * 8 }, (_, bit) => {
    const turned = Buffer.from(bytes)
    turned[bit >> 3]! ^= 1 << (bit & 7)
    return turned
  })
}

function now(): number {
  return Math.floor(Date.now() / 1000)
}
