import { FUDGE_SECONDS, encodeVariables, macBytes, openDigest } from './tsig-digest.ts'
import type { TsigVerdict } from './tsig-verify.ts'
import { TSIG_ERROR } from './wire/numbers.ts'
import {
  type TsigRecord,
  encodeTime,
  encodeTsigRecord,
  tsigRecordBytes,
} from './wire/tsig-record.ts'
import type { TsigKey } from './zone-source.ts'

/** A message with its signature. */
export interface SignedMessage {
  readonly bytes: Uint8Array
  /** With which the answer to it, or the next message of the answer, is signed. */
  readonly mac: Uint8Array
}

const NOTHING = new Uint8Array(0)

/** Octets that a signature adds to a message. */
export function signatureBytes(key: TsigKey): number {
  return tsigRecordBytes(key.name, key.algorithm, macBytes(key.algorithm))
}

/** Octets that `signAnswer` adds. */
export function verdictBytes(verdict: TsigVerdict): number {
  if (verdict.kind === 'unsigned' || verdict.kind === 'malformed') return 0
  const { record, key } = verdict
  const mac = key === null ? 0 : macBytes(key.algorithm)
  const other = verdict.kind === 'refused' && verdict.error === TSIG_ERROR.badTime ? 6 : 0
  return tsigRecordBytes(record.keyName, record.algorithm, mac, other)
}

/** Signs a question of ours (RFC 8945 §5.1). `now` is in seconds. */
export function signQuestion(key: TsigKey, message: Uint8Array, now: number): SignedMessage {
  return sign(key, message, null, timesOf(key, message, now))
}

/**
 * The answer to a question with this verdict as it is to be sent: signed where the question was (RFC 8945 §5.3), or with the error and
 * without MAC where the asker has no key of ours (§5.3.2). The rcode of a refusal, NOTAUTH, is to be in `message` already; that of a
 * malformed signature is FORMERR, and such an answer isn't signed. `now` is in seconds.
 */
export function signAnswer(verdict: TsigVerdict, message: Uint8Array, now: number): SignedMessage {
  if (verdict.kind === 'unsigned' || verdict.kind === 'malformed') {
    return { bytes: message, mac: NOTHING }
  }
  const { record, key } = verdict
  const times = { ...record, timeSigned: now, fudge: FUDGE_SECONDS, other: NOTHING }
  if (verdict.kind === 'verified') {
    return sign(verdict.key, message, record.mac, { ...times, error: TSIG_ERROR.none })
  }
  const { error } = verdict
  if (key === null) {
    return { bytes: append(message, { ...times, error, mac: NOTHING }), mac: NOTHING }
  }
  if (error !== TSIG_ERROR.badTime) return sign(key, message, record.mac, { ...times, error })
  // RFC 8945 §5.2.3: the asker's own time, so that it can check this; ours is in the other data.
  const { timeSigned, fudge } = record
  return sign(key, message, record.mac, {
    ...times,
    ...{ timeSigned, fudge, error, other: encodeTime(now) },
  })
}

type Unsigned = Omit<TsigRecord, 'mac' | 'offset' | 'isCanonical'>

function timesOf(key: TsigKey, message: Uint8Array, now: number): Unsigned {
  return {
    keyName: key.name,
    algorithm: key.algorithm,
    timeSigned: now,
    fudge: FUDGE_SECONDS,
    originalId: (message[0] ?? 0) * 256 + (message[1] ?? 0),
    error: TSIG_ERROR.none,
    other: NOTHING,
  }
}

function sign(
  key: TsigKey,
  message: Uint8Array,
  prior: Uint8Array | null,
  record: Unsigned,
): SignedMessage {
  const mac = openDigest(key, prior).update(message).update(encodeVariables(record)).digest()
  return { bytes: append(message, { ...record, mac }), mac }
}

/** The message with one record more in ADDITIONAL. */
function append(message: Uint8Array, record: Parameters<typeof encodeTsigRecord>[0]): Uint8Array {
  const tail = encodeTsigRecord(record)
  const bytes = new Uint8Array(message.length + tail.length)
  bytes.set(message)
  bytes.set(tail, message.length)
  const view = new DataView(bytes.buffer)
  view.setUint16(10, view.getUint16(10) + 1)
  return bytes
}
