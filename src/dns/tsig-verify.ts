import { timingSafeEqual } from 'node:crypto'
import { encodeVariables, macBytes, openDigest } from './tsig-digest.ts'
import type { Message } from './wire/message.ts'
import { HEADER_BYTES, TSIG_ERROR } from './wire/numbers.ts'
import type { TsigRecord } from './wire/tsig-record.ts'
import type { TsigKey } from './zone-source.ts'

/** What a signature turned out to be. `refused` and `malformed` are to be answered as `signAnswer` does. */
export type TsigVerdict =
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'verified'; readonly key: TsigKey; readonly record: TsigRecord }
  | {
      readonly kind: 'refused'
      /** One of `TSIG_ERROR`. */
      readonly error: number
      readonly record: TsigRecord
      /** With which the refusal is signed; null where the asker did not prove to have it. */
      readonly key: TsigKey | null
    }
  /** RFC 8945 §5.2.2.1: a MAC too long for its algorithm, or too short to be worth looking at. To be answered with FORMERR. */
  | { readonly kind: 'malformed' }

/** The shortest MAC that may be sent at all (RFC 8945 §5.2.2.1). */
const MIN_MAC_BYTES = 10

/**
 * Whether a question is by one of our keys, decided on its octets as they came (RFC 8945 §5.2): key, MAC, time, truncation, in this
 * order. `now` is in seconds. MACs are compared in a time that tells nothing. Shortened MACs are refused, by our own rule, with
 * BADTRUNC: the servers that ask for transfers send whole ones.
 *
 * Stricter than the RFC in two things, so that there is no bit of a signed message that could be turned unseen: the id must be the one
 * that was signed (nobody forwards a question for a transfer), and the two names must come in small letters, as they are digested.
 */
export function verifyTsig(
  findKey: (name: string) => TsigKey | null,
  bytes: Uint8Array,
  message: Message,
  now: number,
): TsigVerdict {
  const record = message.tsig
  if (record === null) return { kind: 'unsigned' }
  const key = findKey(record.keyName)
  if (key?.algorithm !== record.algorithm || !record.isCanonical) {
    return { kind: 'refused', error: TSIG_ERROR.badKey, record, key: null }
  }
  const whole = macBytes(key.algorithm)
  const size = record.mac.length
  if (size > whole || size < Math.max(MIN_MAC_BYTES, whole / 2)) return { kind: 'malformed' }
  if (record.originalId !== message.id || !isMacRight(key, bytes, record, null)) {
    return { kind: 'refused', error: TSIG_ERROR.badSig, record, key: null }
  }
  if (!isInTime(record, now)) return { kind: 'refused', error: TSIG_ERROR.badTime, record, key }
  if (size < whole) return { kind: 'refused', error: TSIG_ERROR.badTrunc, record, key }
  return { kind: 'verified', key, record }
}

/**
 * Whether the answer of one message to our question is signed by our key and in time (RFC 8945 §5.4). `prior` is the MAC of the
 * question. False for an unsigned one and for one with an error: nobody is to act on those.
 */
export function isAnswerVerified(
  key: TsigKey,
  prior: Uint8Array,
  bytes: Uint8Array,
  { message, now }: { readonly message: Message; readonly now: number },
): boolean {
  const record = message.tsig
  return (
    record !== null &&
    record.keyName === key.name &&
    record.algorithm === key.algorithm &&
    record.mac.length === macBytes(key.algorithm) &&
    record.error === TSIG_ERROR.none &&
    record.isCanonical &&
    record.originalId === message.id &&
    isMacRight(key, bytes, record, prior) &&
    isInTime(record, now)
  )
}

function isMacRight(
  key: TsigKey,
  bytes: Uint8Array,
  record: TsigRecord,
  prior: Uint8Array | null,
): boolean {
  // RFC 8945 §4.3.2: the message as it was before the record was added, with its first id.
  const header = Uint8Array.from(bytes.subarray(0, HEADER_BYTES))
  const view = new DataView(header.buffer)
  view.setUint16(0, record.originalId)
  view.setUint16(10, view.getUint16(10) - 1)
  const mac = openDigest(key, prior)
    .update(header)
    .update(bytes.subarray(HEADER_BYTES, record.offset))
    .update(encodeVariables(record))
    .digest()
  return timingSafeEqual(mac.subarray(0, record.mac.length), record.mac)
}

function isInTime(record: TsigRecord, now: number): boolean {
  return Math.abs(now - record.timeSigned) <= record.fudge
}
