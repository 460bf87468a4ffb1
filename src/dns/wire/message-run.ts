import { type Edns, answerEdns, encodeEdns } from './edns.ts'
import type { MessageHead } from './message.ts'
import { FLAG, HEADER_BYTES, MAX_MESSAGE_BYTES, OPCODE, RCODE } from './numbers.ts'

/*
 * Transfers are sent, never made: the answer sections lie ready, and what differs from one asker to the next is what stands before
 * and behind them. A *run* is some messages of one answer, and its *wraps* are those few octets, so that a writer can send wrap,
 * section, wrap, section … without copying the sections. All of it is plain data, which any thread can be given.
 */

/** Some messages of one answer. */
export interface MessageRun {
  readonly id: number
  /** The question as it came. It is repeated in every message: the records point to its name. */
  readonly question: Uint8Array
  /** The bits of `FLAG`. */
  readonly flags: number
  /** The OPT record for each message; empty when the asker sent none (RFC 5936 §2.2.5). */
  readonly opt: Uint8Array
  /** The sections, one behind the other. May lie in shared memory. */
  readonly records: Uint8Array
  /** Where each ends in `records`. */
  readonly ends: readonly number[]
  readonly counts: readonly number[]
}

/** What is sent around the sections of a run. */
export interface RunWraps {
  /** For each message its head and its tail: the head ends where the section comes in, the tail follows the section. */
  readonly bytes: Uint8Array
  readonly headBytes: number
  readonly tailBytes: number
  /** The MAC of the last message, with which the next run is signed; null for an unsigned answer. */
  readonly mac: Uint8Array | null
}

/** Octets of the length before each message in a stream. */
export const FRAME_BYTES = 2

/** What is the same for all messages of an answer to `asked`, whose question must have been read. EDNS options go to who sent EDNS. */
export function runFor(
  asked: MessageHead,
  options?: Uint8Array,
): Omit<MessageRun, 'records' | 'ends' | 'counts'> {
  const { id, question, edns } = asked
  if (question === null) throw new TypeError('an answer of many messages without a question')
  const flags = FLAG.answer | FLAG.authoritative | (asked.flags & FLAG.recursionDesired)
  return { id, question: question.wire, flags, opt: optFor(edns, options) }
}

/** The wraps of a run whose asker signed nothing. */
export function wrapRun(run: MessageRun): RunWraps {
  return layWraps(run, 0)
}

/**
 * Room for the wraps, heads and OPT records written, `signatureBytes` at the end of each tail left for the signature, and counted as a
 * record when it is there. Throws a RangeError if a message would be longer than any can be.
 */
export function layWraps(run: MessageRun, signatureBytes: number): RunWraps {
  const headBytes = FRAME_BYTES + HEADER_BYTES + run.question.length
  const tailBytes = run.opt.length + signatureBytes
  const stride = headBytes + tailBytes
  const bytes = new Uint8Array(stride * run.ends.length)
  const view = new DataView(bytes.buffer)
  const additional = (run.opt.length > 0 ? 1 : 0) + (signatureBytes > 0 ? 1 : 0)
  for (let i = 0, at = 0; i < run.ends.length; i++, at += stride) {
    const length = stride - FRAME_BYTES + sectionBytes(run, i)
    if (length > MAX_MESSAGE_BYTES) throw new RangeError(`a message of ${length} octets`)
    view.setUint16(at, length)
    view.setUint16(at + 2, run.id)
    view.setUint16(at + 4, run.flags | (OPCODE.query << 11) | RCODE.noError)
    view.setUint16(at + 6, 1)
    view.setUint16(at + 8, run.counts[i] ?? 0)
    view.setUint16(at + 12, additional)
    bytes.set(run.question, at + FRAME_BYTES + HEADER_BYTES)
    bytes.set(run.opt, at + headBytes)
  }
  return { bytes, headBytes, tailBytes, mac: null }
}

/** The section of a message of the run. */
export function sectionOf(run: MessageRun, index: number): Uint8Array {
  return run.records.subarray(run.ends[index - 1] ?? 0, run.ends[index])
}

function sectionBytes(run: MessageRun, index: number): number {
  return (run.ends[index] ?? 0) - (run.ends[index - 1] ?? 0)
}

function optFor(edns: Edns | null, options?: Uint8Array): Uint8Array {
  return edns === null ? new Uint8Array(0) : encodeEdns(answerEdns(edns, RCODE.noError, options))
}
