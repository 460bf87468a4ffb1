import { TYPE } from './numbers.ts'
import type { WireReader } from './reader.ts'
import type { RecordHead } from './tsig-record.ts'

/** EDNS(0) (RFC 6891 §6.1.3). */
export interface Edns {
  /** The largest datagram that the sender takes. */
  readonly udpBytes: number
  /** The high eight of the twelve bits of the rcode; see `Message.rcode`. */
  readonly rcodeHigh: number
  readonly version: number
  readonly dnssecOk: boolean
  /** The options, one behind the other: each a code, a length, and its octets. */
  readonly options: Uint8Array
}

/** What we take in a datagram: what passes through every network in one piece (RFC 9715 §3.1). */
export const OUR_UDP_BYTES = 1232

/** An OPT record without options. */
export const OPT_BYTES = 11

const DNSSEC_OK = 0x8000

/** Reads an OPT record, whose class and TTL are no class and no TTL, and whose name is the root. */
export function readEdns(reader: WireReader, head: RecordHead): Edns {
  const options = reader.take(head.end - reader.at)
  reader.at -= options.length
  while (reader.at < head.end) {
    reader.u16()
    reader.take(reader.u16())
  }
  if (head.name !== '' || reader.at !== head.end) reader.fail('record-form')
  return {
    udpBytes: head.class,
    rcodeHigh: head.ttl >>> 24,
    version: (head.ttl >>> 16) & 0xff,
    dnssecOk: (head.ttl & DNSSEC_OK) !== 0,
    options,
  }
}

/** The OPT record for the wire. */
export function encodeEdns(edns: Edns): Uint8Array {
  const { options } = edns
  const bytes = new Uint8Array(OPT_BYTES + options.length)
  const view = new DataView(bytes.buffer)
  view.setUint16(1, TYPE.opt)
  view.setUint16(3, edns.udpBytes)
  view.setUint8(5, edns.rcodeHigh)
  view.setUint8(6, edns.version)
  view.setUint16(7, edns.dnssecOk ? DNSSEC_OK : 0)
  view.setUint16(9, options.length)
  bytes.set(options, OPT_BYTES)
  return bytes
}

/** What we answer EDNS with: our own size, version 0, and the asker's DO bit (RFC 3225 §3). */
export function answerEdns(asked: Edns, rcode: number, options: Uint8Array = NO_OPTIONS): Edns {
  return {
    udpBytes: OUR_UDP_BYTES,
    rcodeHigh: rcode >> 4,
    version: 0,
    dnssecOk: asked.dnssecOk,
    options,
  }
}

const NO_OPTIONS = new Uint8Array(0)

const EXPIRE = 9

/** Whether an answer with an SOA should say when the zone expires (RFC 7314 §2). */
export function asksExpire({ options }: Edns): boolean {
  let at = 0
  // The form was checked when the record was read.
  while (at + 4 <= options.length) {
    if (((options[at] ?? 0) << 8) + (options[at + 1] ?? 0) === EXPIRE) return true
    at += 4 + ((options[at + 2] ?? 0) << 8) + (options[at + 3] ?? 0)
  }
  return false
}

/** The EXPIRE option of a primary: the expire field of its SOA (RFC 7314 §3.1). */
export function encodeExpire(soa: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8)
  bytes.set([0, EXPIRE, 0, 4])
  // The last two of its numbers are expire and minimum (RFC 1035 §3.3.13).
  bytes.set(soa.subarray(-8, -4), 4)
  return bytes
}
