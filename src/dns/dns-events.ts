import type { Asker, Transfer } from './zone-source.ts'

/** Why somebody got nothing, or no more. Words for a log and for the label of a counter. */
export const REFUSALS = [
  /** The signature: RFC 8945 §5.2. */
  'key-unknown',
  'signature-wrong',
  'signature-late',
  'signature-short',
  /** There is no such zone, or not for this asker. */
  'zone',
  'class',
  'type',
  /** AXFR is not made for UDP (RFC 5936 §4.2). */
  'transfer-over-udp',
  'edns-version',
  'opcode',
  'malformed',
  'answer-as-question',
  /** An IXFR without the SOA that the asker has. */
  'no-serial',
  'connections',
  'connections-of-address',
  'connections-of-key',
  'questions',
  'question-size',
  'question-slow',
  /** Nothing was taken for minutes. */
  'stalled',
  'handshake',
  /** A fault of ours, answered SERVFAIL. */
  'fault',
] as const

export type Refusal = (typeof REFUSALS)[number]

export interface Refused {
  readonly reason: Refusal
  readonly address: string
  readonly transport: Asker['transport']
  /** As it was claimed; not to be trusted. Null where none was, or none could be read. */
  readonly key: string | null
  readonly zone: string | null
  /** As people write it: `AXFR`, `TYPE65`. */
  readonly type: string | null
  /** What went wrong inside, where it is a fault of ours. */
  readonly cause?: unknown
}

export interface Asked {
  readonly asker: Asker
  readonly zone: string
  readonly type: 'SOA' | 'AXFR' | 'IXFR'
  /** What the zone has now. */
  readonly serial: number
  /** What an asker for IXFR has. */
  readonly has: number | null
  /** How it is answered. */
  readonly answer: 'soa' | 'transfer'
}

export interface TransferBegun {
  readonly asker: Asker
  readonly zone: string
  readonly type: 'AXFR' | 'IXFR'
  readonly style: Transfer['style']
  readonly from: number | null
  readonly serial: number
  /** How long it waited for its turn. */
  readonly waitedMs: number
}

export interface TransferEnded extends TransferBegun {
  readonly outcome: 'sent' | 'broken'
  /** What was given to the kernel, frames and signatures included. */
  readonly bytes: number
  readonly messages: number
  /** From its turn until the last byte was given to the kernel. */
  readonly ms: number
}

/** What happens at the server, for log, metrics and ledger. None of these may throw. */
export interface DnsEvents {
  readonly onAsked: (asked: Asked) => void
  readonly onRefused: (refused: Refused) => void
  readonly onTransferBegun: (begun: TransferBegun) => void
  readonly onTransferEnded: (ended: TransferEnded) => void
}

/** What a running server holds. */
export interface DnsCounts {
  readonly connections: number
  readonly transfers: number
  readonly waiting: number
}
