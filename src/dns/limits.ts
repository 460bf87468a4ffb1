/**
 * Every bound of the DNS side in one place, but for those of a message's form (`wire/`). A question meets them in this order:
 * connections, time for a frame, size, questions, turn, time while sending. Numbers in `docs/spec/dns.md` are tested against these.
 */
export interface DnsLimits {
  readonly connections: number
  readonly connectionsPerAddress: number
  readonly connectionsPerKey: number
  readonly idleMs: number
  readonly frameMs: number
  readonly handshakeMs: number
  readonly stallMs: number
  readonly answerStallMs: number
  readonly questionBytes: number
  readonly questionsPerConnection: number
  readonly outstandingPerConnection: number
  readonly outstandingBytes: number
  readonly transfers: number
  readonly transfersPerAsker: number
}

/**
 * Connections open at one time, TCP and TLS together. One more takes the place of the one that has been idle longest and never showed a key,
 * or else of one that showed none and has no transfer; where there is none, it is closed unanswered.
 */
export const MAX_CONNECTIONS = 2048
/** Connections of one IPv4 address, or of one /64 of IPv6. Secondaries of many zones open one a zone, and many may stand behind one translated address. */
export const MAX_CONNECTIONS_PER_ADDRESS = 128
/** Connections on which one key has been used. */
export const MAX_CONNECTIONS_PER_KEY = 64
/** Connections the kernel may queue while the loop is busy: after a NOTIFY all secondaries come at once. */
export const LISTEN_BACKLOG = 1024
/** What the kernel is asked to keep of datagrams while the loop is busy; it gives what the host allows (`net.core.rmem_max`). */
export const DATAGRAM_BUFFER_BYTES = 1024 * 1024

/** Time between questions (RFC 7766 §6.2.3: «on the order of a few seconds», and we owe nobody more). Long enough for a SOA and then a transfer. */
export const IDLE_MS = 20_000
/** Time from the first byte of a question to its last, whatever its pace. */
export const FRAME_MS = 10_000
/** Time for the handshake of TLS. */
export const HANDSHAKE_MS = 10_000
/**
 * Time in which a reader takes no byte at all. Minutes, for a cut transfer of the whole zone leaves BIND 9.18 without the rest of the
 * policy, and a stalled reader costs nothing but its socket's buffer.
 */
export const STALL_MS = 5 * 60_000
/**
 * The same for an answer of one message, by which nobody's policy is cut. A reader that has not yet taken a transfer that was written before
 * it has the time of that.
 */
export const ANSWER_STALL_MS = 10_000
/** How long running transfers may go on after SIGTERM. The slowest honest reader seen took ten seconds for a million names. */
export const DRAIN_MS = 60_000

/** Bytes of a question. The longest honest one (IXFR, two long names in its SOA, EDNS, the longest key) has less than 1500. */
export const MAX_QUESTION_BYTES = 4096
/** Questions on one connection; after the last is answered it is closed. */
export const MAX_QUESTIONS_PER_CONNECTION = 10_000
/** Questions read ahead of the one being answered. With more waiting, nothing is read. */
export const MAX_OUTSTANDING_PER_CONNECTION = 64

/** Octets that are read ahead of the question being answered: some of the longest questions, hundreds of the usual ones. */
export const MAX_OUTSTANDING_BYTES = 16 * 1024

/** Transfers that run at one time. One more waits for its turn; askers take turns, whatever each has waiting. */
export const MAX_TRANSFERS = 256
/**
 * Transfers of one asker (a key; without one, an address) that run at one time: an eighth, so that who reads slowly holds up others only
 * together with seven more.
 */
export const MAX_TRANSFERS_PER_ASKER = 32
/** Bytes written to a connection before others have their turn. */
export const SLICE_BYTES = 512 * 1024
/** Slices of a transfer that are signed ahead of the one being written. */
export const SLICES_AHEAD = 3

/** Threads that sign beside the one that serves. */
export const MAX_MAC_THREADS = 2
/** A run of messages with fewer bytes is signed where it is: asking another thread would take longer. */
export const SMALL_RUN_BYTES = 32 * 1024
/** A transfer that has signed as many bytes without a thread has one started: that takes as long as signing 50 MiB. */
export const THREAD_START_BYTES = 1024 * 1024
/** An idle thread is ended after this time, for it holds some ten megabytes. */
export const MAC_THREAD_IDLE_MS = 10_000

/** Waiting times between the tries of a NOTIFY (RFC 1996 §3.6: 60 s and 5 tries; a list should be there sooner). */
export const NOTIFY_WAITS_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000] as const
/** A target is told of the same zone no more often than this; what comes between is told as one. */
export const NOTIFY_INTERVAL_MS = 2_000
/** Bytes of an answer to a NOTIFY. */
export const MAX_NOTIFY_ANSWER_BYTES = 4096

export const DNS_LIMITS: DnsLimits = {
  connections: MAX_CONNECTIONS,
  connectionsPerAddress: MAX_CONNECTIONS_PER_ADDRESS,
  connectionsPerKey: MAX_CONNECTIONS_PER_KEY,
  idleMs: IDLE_MS,
  frameMs: FRAME_MS,
  handshakeMs: HANDSHAKE_MS,
  stallMs: STALL_MS,
  answerStallMs: ANSWER_STALL_MS,
  questionBytes: MAX_QUESTION_BYTES,
  questionsPerConnection: MAX_QUESTIONS_PER_CONNECTION,
  outstandingPerConnection: MAX_OUTSTANDING_PER_CONNECTION,
  outstandingBytes: MAX_OUTSTANDING_BYTES,
  transfers: MAX_TRANSFERS,
  transfersPerAsker: MAX_TRANSFERS_PER_ASKER,
}

/** Time for a resolver's answer to one question of ours; it may have to ask servers that are far away, or gone. */
export const ANSWER_TIMEOUT_MS = 5_000
