import { createSecretKey, randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { signAnswer } from '../../../src/dns/tsig-sign.ts'
import { verifyTsig } from '../../../src/dns/tsig-verify.ts'
import { checkQuestion } from '../../../src/dns/wire/check-question.ts'
import { encodeAnswer, encodeMessage, maxUdpBytes } from '../../../src/dns/wire/encode-message.ts'
import { frameReader } from '../../../src/dns/wire/frame-reader.ts'
import { decodeMessage } from '../../../src/dns/wire/message.ts'
import { encodeName } from '../../../src/dns/wire/name.ts'
import type { TsigKey } from '../../../src/dns/zone-source.ts'
import { parseMessage } from '../../support/dns-message.ts'

/** A failure can be had again: `FUZZ_SEED=… SLOW=1 npx vitest …`. */
const SEED = Number(process.env['FUZZ_SEED'] ?? randomInt(2 ** 32))
const INPUTS = process.env['SLOW'] ? 1_200_000 : 20_000

/** The longest question that a server reads. */
const MAX_QUESTION_BYTES = 4096

const NOW = 1_800_000_000
const KEY: TsigKey = {
  ...{ name: 'lab-key.test', algorithm: 'hmac-sha256' },
  secret: createSecretKey(Buffer.alloc(32, 1)),
}

interface Vectors {
  readonly questions: readonly { readonly hex: string }[]
}

const good = [
  ...(read('questions.json') as Vectors).questions,
  ...(read('malformed.json') as Vectors['questions']),
].map(({ hex }) => Buffer.from(hex, 'hex'))

type Dice = (below: number) => number

/** Kinds of input, each made of dice alone. */
const KINDS: Readonly<Record<string, (dice: Dice) => Buffer>> = {
  noise: (dice) => noise(dice, dice(80)),
  'long noise': (dice) => noise(dice, dice(MAX_QUESTION_BYTES + 500)),
  'a header before noise': (dice) => {
    const bytes = noise(dice, 12 + dice(200))
    for (const at of [4, 6, 8, 10]) bytes.writeUInt16BE(dice(3), at)
    bytes[2] = dice(3) * 8
    return bytes
  },
  'a good one with some octets changed': (dice) => {
    const bytes = pick(dice)
    for (let i = dice(6); i >= 0; i--) bytes[dice(bytes.length)] = odd(dice)
    return bytes
  },
  'a good one cut': (dice) => {
    const bytes = pick(dice)
    return bytes.subarray(0, dice(bytes.length + 1))
  },
  'a good one with something put in': (dice) => {
    const bytes = pick(dice)
    const at = dice(bytes.length + 1)
    return Buffer.concat([bytes.subarray(0, at), noise(dice, dice(20)), bytes.subarray(at)])
  },
  'two good ones at a seam': (dice) => {
    const [one, other] = [pick(dice), pick(dice)]
    return Buffer.concat([one.subarray(0, dice(one.length)), other.subarray(dice(other.length))])
  },
  'a thicket of pointers': (dice) => {
    const bytes = Buffer.alloc(12 + 2 * dice(2000) + dice(2))
    bytes.writeUInt16BE(1, 4)
    bytes.writeUInt16BE(dice(400), 6)
    for (let at = 12; at + 1 < bytes.length; at += 2) {
      bytes.writeUInt16BE(0xc000 | (dice(4) === 0 ? dice(0x4000) : Math.max(12, at - dice(40))), at)
    }
    return bytes
  },
  'records of pointers to pointers': (dice) => pointerRecords(dice),
}

test(`nothing that comes from the network throws or stalls (seed ${SEED})`, () => {
  const dice = diceOf(SEED)
  const kinds = Object.entries(KINDS)
  const outcomes = new Map<string, number>()
  let slowest = 0
  for (let i = 0; i < INPUTS; i++) {
    const [kind, make] = kinds[i % kinds.length]!
    const bytes = make(dice)
    const started = performance.now()
    try {
      const outcome = answer(bytes)
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    } catch (error) {
      const where = `input ${i} of seed ${SEED}, ${kind}: ${bytes.toString('hex')}`
      throw new Error(where, { cause: error })
    }
    slowest = Math.max(slowest, performance.now() - started)
  }
  // Far over what any takes, and far under what a loop would.
  expect(slowest).toBeLessThan(5000)
  // Every way is taken, so nothing is refused at the door by mistake.
  expect([...outcomes.keys()].sort()).toEqual(['malformed', 'message', 'noise', 'too-long'])
})

/** All that a server does with a message from anybody. Throws if what comes out is no answer. */
function answer(bytes: Buffer): string {
  const reader = frameReader(MAX_QUESTION_BYTES)
  reader.push(Buffer.from([bytes.length >> 8, bytes.length]))
  reader.push(bytes)
  const framed = reader.next()
  if (framed === 'too-long') return framed
  if (framed === null || !bytes.equals(framed)) throw new Error('another message than was sent')
  const message = decodeMessage(framed)
  if (message.kind === 'noise') return message.kind
  if (message.question) checkName(message.question.name)
  if (message.kind === 'malformed') {
    assertAnswer(encodeAnswer(message, { rcode: message.rcode }), message.id)
    return message.kind
  }
  const rcode = checkQuestion(message)
  const verdict = verifyTsig((name) => (name === KEY.name ? KEY : null), framed, message, NOW)
  if (verdict.kind === 'verified') throw new Error('a signature was verified that nobody made')
  const room = maxUdpBytes(message.edns)
  assertAnswer(
    signAnswer(verdict, encodeAnswer(message, { rcode: rcode ?? 5 }, room), NOW).bytes,
    message.id,
  )
  // What was read is what is written, but for the names that were compressed and what stood in ADDITIONAL.
  const again = decodeMessage(encodeMessage(message))
  if (again.kind !== 'message') throw new Error(`written anew it is ${JSON.stringify(again)}`)
  return message.kind
}

/** A name has one text, and is at most 255 octets. */
function checkName(name: string): void {
  if (encodeName(name).length > 255) throw new Error(name)
}

function assertAnswer(bytes: Uint8Array, id: number): void {
  const read = parseMessage(Buffer.from(bytes))
  if (read.id !== id || !read.isAnswer) throw new Error(`no answer: ${read.bytes.toString('hex')}`)
}

function pointerRecords(dice: Dice): Buffer {
  const records = dice(300)
  const bytes = Buffer.alloc(12 + 6 + 12 * records)
  bytes.writeUInt16BE(1, 4)
  bytes.writeUInt16BE(records, 6)
  bytes.write('0161000006', 12, 'hex')
  for (let i = 0, at = 18; i < records; i++, at += 12) {
    bytes.writeUInt16BE(0xc000 | (i === 0 ? 12 : at - 12 * (1 + dice(2) * dice(i))), at)
    bytes.writeUInt16BE(1 + dice(40), at + 2)
  }
  return bytes
}

function pick(dice: Dice): Buffer {
  return Buffer.from(good[dice(good.length)]!)
}

/** Octets that mean something more often than chance would have it. */
function odd(dice: Dice): number {
  return dice(2) === 0 ? dice(256) : [0, 1, 12, 41, 63, 64, 192, 193, 250, 255][dice(10)]!
}

function noise(dice: Dice, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => odd(dice)))
}

/** The same numbers for the same seed (mulberry32). */
function diceOf(seed: number): Dice {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../vectors/dns/${name}`, import.meta.url), 'utf8'))
}
