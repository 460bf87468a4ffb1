import type { Endpoint } from './endpoint.ts'
import { NOTIFY_WAITS_MS } from './limits.ts'
import type { NotifySockets } from './notify-socket.ts'
import { signQuestion } from './tsig-sign.ts'
import { isAnswerVerified } from './tsig-verify.ts'
import { encodeMessage } from './wire/encode-message.ts'
import { type Message, askQuestion, decodeMessage } from './wire/message.ts'
import { FLAG, OPCODE, RCODE, TYPE } from './wire/numbers.ts'
import type { TsigKey } from './zone-source.ts'

/** What a secondary is told: that there is a new serial (RFC 1996). */
export interface Notification {
  /** Lower case, no dot at the end. */
  readonly zone: string
  readonly serial: number
  /** The zone's SOA record, as `Zone.soa` is. */
  readonly soa: Uint8Array
  readonly target: Endpoint
  /**
   * The tries are signed with each in turn: while keys are being changed the target knows one of them, and whether it does not know
   * another it can't tell us, for nobody signs that. None: unsigned, for those that drop what is signed (Unbound).
   */
  readonly keys: readonly TsigKey[]
}

export interface NotifyOutcome {
  readonly outcome:
    | 'answered'
    /** No answer to the last try. */
    | 'timeout'
    /** Only answers that were not signed as they must be. */
    | 'unverified'
    /** A newer serial is told instead, or the server stops. */
    | 'superseded'
  /** What it answered; of `unverified`, what it said. */
  readonly rcode: number | null
  readonly tries: number
}

export interface NotifyDeps {
  readonly sockets: NotifySockets
  /** Seconds since 1970. */
  readonly seconds: () => number
  /** How long each try waits for its answer; as many as there are tries. */
  readonly waitsMs?: readonly number[]
}

/**
 * Tells one secondary of one serial, until it answers, whatever it answers (RFC 1996 §3.6), or all tries are over. Never rejects.
 */
export async function sendNotify(
  { sockets, seconds, waitsMs = NOTIFY_WAITS_MS }: NotifyDeps,
  notification: Notification,
  signal: AbortSignal,
): Promise<NotifyOutcome> {
  const { keys, target } = notification
  const signed: { readonly key: TsigKey; readonly mac: Uint8Array }[] = []
  const unverified: number[] = []
  let take: (rcode: number) => void = () => undefined
  const answered = new Promise<number>((resolve) => (take = resolve))
  const asking = sockets.ask(target, (bytes) => {
    const message = readAnswer(bytes, notification)
    if (message === null) return
    // An answer to an earlier try is as good.
    const context = { message, now: seconds() }
    const isTrue =
      keys.length === 0 || signed.some(({ key, mac }) => isAnswerVerified(key, mac, bytes, context))
    if (isTrue) take(message.rcode)
    else unverified.push(message.rcode)
  })
  const message = encodeNotify(asking.id, notification)
  let tries = 0
  try {
    for (const waitMs of waitsMs) {
      if (signal.aborted) break
      const key = keys[tries++ % keys.length] ?? null
      const attempt = key && signQuestion(key, message, seconds())
      if (key && attempt) signed.push({ key, mac: attempt.mac })
      // What the system says now (no route) may be over at the next try.
      await asking.send(attempt?.bytes ?? message)
      const rcode = await within(waitMs, answered, signal)
      if (rcode !== null) return { outcome: 'answered', rcode, tries }
    }
  } finally {
    asking.end()
  }
  if (signal.aborted) return { outcome: 'superseded', rcode: null, tries }
  const rcode = unverified.at(-1) ?? null
  return { outcome: rcode === null ? 'timeout' : 'unverified', rcode, tries }
}

/** RFC 1996 §3.7: opcode NOTIFY, AA, the question for the SOA, and the new SOA as a hint. */
function encodeNotify(id: number, { zone, soa }: Notification): Uint8Array {
  return encodeMessage({
    ...{ id, flags: FLAG.authoritative, opcode: OPCODE.notify, rcode: RCODE.noError, edns: null },
    question: askQuestion(zone, TYPE.soa),
    answer: { count: 1, records: soa },
  })
}

/** From the network, not yet verified: the answer to our question, or null. */
function readAnswer(bytes: Uint8Array, { zone }: Notification): Message | null {
  const message = decodeMessage(bytes)
  if (message.kind !== 'message') return null
  const { flags, opcode, question } = message
  if ((flags & FLAG.answer) === 0 || opcode !== OPCODE.notify) return null
  // Some answer an error without the question.
  const isOurs = question === null || (question.name === zone && question.type === TYPE.soa)
  return isOurs ? message : null
}

/** Null: it did not come in time, or nobody waits any more. */
function within<T>(ms: number, promise: Promise<T>, signal: AbortSignal): Promise<T | null> {
  return new Promise((resolve) => {
    const stop = (): void => done(null)
    const timer = setTimeout(stop, ms)
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    function done(value: T | null): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      resolve(value)
    }
    void promise.then(done)
  })
}
