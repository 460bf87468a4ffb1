import { encodeName, readName } from './name.ts'
import { CLASS, TYPE } from './numbers.ts'
import type { WireReader } from './reader.ts'

/** A TSIG record as it came: nothing of it is verified (RFC 8945 §4.2). */
export interface TsigRecord {
  readonly keyName: string
  readonly algorithm: string
  /** Seconds since 1970. */
  readonly timeSigned: number
  readonly fudge: number
  readonly mac: Uint8Array
  readonly originalId: number
  readonly error: number
  readonly other: Uint8Array
  /** Where it begins in the message, and so where the signed bytes end. */
  readonly offset: number
  /** Whether both names came as they are digested, in small letters: else a bit of them could be turned unseen. */
  readonly isCanonical: boolean
}

/** Octets of a TSIG record but for its names, MAC and other data. */
const FIXED_BYTES = 26

/** What stands before the data of a record: its name was at `offset`, and the reader is at its data. */
export interface RecordHead {
  readonly name: string
  readonly offset: number
  readonly class: number
  readonly ttl: number
  /** Where its data ends. */
  readonly end: number
}

/** Reads the data of a TSIG record. Class must be ANY, TTL 0, and the data fill its length (RFC 8945 §4.2). */
export function readTsig(reader: WireReader, head: RecordHead, folded: boolean): TsigRecord {
  reader.folded = folded
  const algorithm = readName(reader)
  const record: TsigRecord = {
    keyName: head.name,
    algorithm,
    timeSigned: reader.u48(),
    fudge: reader.u16(),
    mac: reader.take(reader.u16()),
    originalId: reader.u16(),
    error: reader.u16(),
    other: reader.take(reader.u16()),
    offset: head.offset,
    isCanonical: !reader.folded,
  }
  if (head.class !== CLASS.any || head.ttl !== 0 || reader.at !== head.end) {
    reader.fail('record-form')
  }
  return record
}

/** How long the record will be. */
export function tsigRecordBytes(
  keyName: string,
  algorithm: string,
  macBytes: number,
  otherBytes = 0,
): number {
  const names = encodeName(keyName).length + encodeName(algorithm).length
  return names + FIXED_BYTES + macBytes + otherBytes
}

/** The record for the wire, its names in canonical form. */
export function encodeTsigRecord(
  record: Omit<TsigRecord, 'offset' | 'isCanonical'>,
): Uint8Array<ArrayBuffer> {
  const { mac, other } = record
  const owner = encodeName(record.keyName)
  const algorithm = encodeName(record.algorithm)
  const length = owner.length + algorithm.length + FIXED_BYTES + mac.length + other.length
  const bytes = new Uint8Array(length)
  const view = new DataView(bytes.buffer)
  bytes.set(owner)
  let at = owner.length
  view.setUint16(at, TYPE.tsig)
  view.setUint16(at + 2, CLASS.any)
  view.setUint16(at + 8, length - at - 10)
  bytes.set(algorithm, (at += 10))
  at += algorithm.length
  bytes.set(encodeTimers(record.timeSigned, record.fudge), at)
  view.setUint16(at + 8, mac.length)
  bytes.set(mac, (at += 10))
  view.setUint16((at += mac.length), record.originalId)
  view.setUint16(at + 2, record.error)
  view.setUint16(at + 4, other.length)
  bytes.set(other, at + 6)
  return bytes
}

/** Time signed and fudge: the «TSIG timers» of RFC 8945 §4.3.3.1. */
export function encodeTimers(timeSigned: number, fudge: number): Uint8Array {
  const bytes = new Uint8Array(8)
  bytes.set(encodeTime(timeSigned))
  bytes[6] = fudge >> 8
  bytes[7] = fudge
  return bytes
}

/** Seconds since 1970 in 48 bits. */
export function encodeTime(seconds: number): Uint8Array {
  const bytes = new Uint8Array(6)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, Math.floor(seconds / 0x1_0000_0000))
  view.setUint32(2, seconds % 0x1_0000_0000)
  return bytes
}
