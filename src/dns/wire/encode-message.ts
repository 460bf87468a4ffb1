import { type Edns, OUR_UDP_BYTES, answerEdns, encodeEdns } from './edns.ts'
import type { MessageHead, Section } from './message.ts'
import { FLAG, HEADER_BYTES, MAX_MESSAGE_BYTES } from './numbers.ts'

/** What a message without a signature consists of. */
export interface MessageParts extends MessageHead {
  readonly rcode: number
  readonly answer?: Section
  readonly authority?: Section
}

/** What is answered. `records` point to the question's name, at offset 12. */
export interface Answer {
  readonly rcode: number
  /** Whether we say it as the zone's authority; so in all answers with records. */
  readonly isAuthoritative?: boolean
  readonly records?: Section
  /** EDNS options, which nobody gets who sent no EDNS. */
  readonly options?: Uint8Array
}

/** RFC 1035 §4.2.1: what anybody takes in a datagram. */
const MIN_UDP_BYTES = 512

const NO_RECORDS: Section = { count: 0, records: new Uint8Array(0) }

/**
 * The message for the wire. Records stand where `decodeMessage` found them if the sections before are the same; made anew, they point
 * to nothing but the question's name. Throws a RangeError over `MAX_MESSAGE_BYTES`, which only a mistake of ours makes.
 */
export function encodeMessage(parts: MessageParts): Uint8Array {
  const { question, answer = NO_RECORDS, authority = NO_RECORDS } = parts
  const opt = parts.edns && encodeEdns({ ...parts.edns, rcodeHigh: parts.rcode >> 4 })
  const pieces = [question?.wire, answer.records, authority.records, opt]
  const length = pieces.reduce((sum, piece) => sum + (piece?.length ?? 0), HEADER_BYTES)
  if (length > MAX_MESSAGE_BYTES) throw new RangeError(`a message of ${length} octets`)
  const bytes = new Uint8Array(length)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, parts.id)
  view.setUint16(2, parts.flags | (parts.opcode << 11) | (parts.rcode & 15))
  view.setUint16(4, question === null ? 0 : 1)
  view.setUint16(6, answer.count)
  view.setUint16(8, authority.count)
  view.setUint16(10, opt ? 1 : 0)
  let at = HEADER_BYTES
  for (const piece of pieces) {
    if (!piece) continue
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}

/**
 * The answer to a message, well-formed or not: its id, its question as it came, EDNS when it had EDNS. If it would be longer than
 * `maxBytes`, its records are left out and it says that it is truncated. To be signed afterwards, where it must be.
 */
export function encodeAnswer(
  asked: MessageHead,
  answer: Answer,
  maxBytes: number = MAX_MESSAGE_BYTES,
): Uint8Array {
  const { id, opcode, question } = asked
  const { rcode, isAuthoritative = false, records = NO_RECORDS } = answer
  const flags =
    FLAG.answer | (asked.flags & FLAG.recursionDesired) | (isAuthoritative ? FLAG.authoritative : 0)
  const edns = asked.edns && answerEdns(asked.edns, rcode, answer.options)
  const parts: MessageParts = { id, opcode, flags, rcode, question, edns, answer: records }
  if (records.count === 0 || answerBytes(parts) <= maxBytes) return encodeMessage(parts)
  return encodeMessage({ ...parts, flags: flags | FLAG.truncated, answer: NO_RECORDS })
}

/** How long an answer over UDP may be, before any signature is added. */
export function maxUdpBytes(edns: Edns | null): number {
  return Math.max(MIN_UDP_BYTES, Math.min(edns?.udpBytes ?? 0, OUR_UDP_BYTES))
}

function answerBytes(parts: MessageParts): number {
  const { question, answer, edns } = parts
  const opt = edns === null ? 0 : encodeEdns(edns).length
  return HEADER_BYTES + (question?.wire.length ?? 0) + (answer?.records.length ?? 0) + opt
}
