import type { KeyObject } from 'node:crypto'

/**
 * What the room needs to know of the zones it hands out, in the words of the DNS. Records come ready for the wire, so that a
 * transfer is copied and never made: each record stands as in a message whose question is for the zone's name, and there the
 * name lies at offset 12. So an owner is its labels below the zone, followed by the pointer `C0 0C`; nothing else is compressed
 * (RFC 1035 §4.1.4), and a run of records may be moved into any message, of any id, with or without a signature.
 */
export interface ZoneSource {
  /** A key by its name (lower case, no dot at the end), or null. Revoked and expired ones are not there. */
  readonly key: (name: string) => TsigKey | null
  /**
   * The zone by its name (lower case, no dot at the end), as this asker may see it. Null for one that is not there and for
   * one that is not for this asker: nobody can tell which, not even by the time it takes.
   */
  readonly zone: (name: string, asker: Asker) => Zone | null
}

export const TSIG_ALGORITHMS = ['hmac-sha256', 'hmac-sha384', 'hmac-sha512'] as const

export type TsigAlgorithm = (typeof TSIG_ALGORITHMS)[number]

export interface TsigKey {
  /** Lower case, no dot at the end. */
  readonly name: string
  readonly algorithm: TsigAlgorithm
  readonly secret: KeyObject
}

export interface Asker {
  /** The name of the key by which the question was verified; null for an unsigned one. */
  readonly key: string | null
  /** In canonical text; an IPv4 address that came over an IPv6 socket is an IPv4 address. */
  readonly address: string
  readonly transport: 'udp' | 'tcp' | 'tls'
}

/** A zone at one serial, for one asker. Nothing in it ever changes. */
export interface Zone {
  /** Lower case, no dot at the end. */
  readonly name: string
  readonly serial: number
  /** The SOA record. */
  readonly soa: Uint8Array
  /** The whole zone: from its SOA to its SOA (RFC 5936 §2.2). */
  readonly whole: () => Promise<Transfer>
  /**
   * The difference from an earlier serial (RFC 1995 §4), or the whole zone where there is none, where that would be smaller, or
   * where the asker's last transfer broke off. To be called only with a serial before the zone's (RFC 1982).
   */
  readonly since: (serial: number) => Promise<Transfer>
}

/** One answer of many messages, on its way to one asker. */
export interface Transfer {
  readonly style: 'whole' | 'difference'
  readonly serial: number
  readonly bytes: number
  /**
   * The answer sections in order, some messages at a time. What is given stays as it is until the next but one is asked for, at least:
   * the next is signed while the one before is sent. It may lie in shared memory, so that other threads can read it without a copy.
   */
  readonly parts: () => AsyncIterable<TransferPart>
  /**
   * To be called once, at the end: `sent` when there is proof that all has arrived (the asker asks on, or ends the connection in order;
   * an end that crosses the last octets is taken for one), `broken` otherwise, also when `parts` was never asked. Must not throw.
   */
  readonly end: (outcome: 'sent' | 'broken') => void
}

/** The answer sections of a few messages, one behind the other. */
export interface TransferPart {
  readonly records: Uint8Array
  /** Where each message ends in `records`: ascending, the last is its length. Each has at most `MAX_BODY_BYTES`. */
  readonly ends: readonly number[]
  /** How many records each message has. */
  readonly counts: readonly number[]
}

/**
 * Bytes of records in one message: what 65,535 leave when the header, the longest question and the longest signature are there too.
 */
export const MAX_BODY_BYTES = 64_000
