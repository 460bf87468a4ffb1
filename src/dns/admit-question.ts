import type { DnsEvents, Refusal } from './dns-events.ts'
import { type SignedMessage, signAnswer, verdictBytes } from './tsig-sign.ts'
import { type TsigVerdict, verifyTsig } from './tsig-verify.ts'
import { checkQuestion } from './wire/check-question.ts'
import { type Answer, encodeAnswer, maxUdpBytes } from './wire/encode-message.ts'
import { type Malformed, type Message, type Question, decodeQuestion } from './wire/message.ts'
import { CLASS, FLAG, OPCODE, RCODE, TSIG_ERROR, TYPE, printType } from './wire/numbers.ts'
import type { Asker, ZoneSource } from './zone-source.ts'

export interface AnswerDeps {
  readonly source: ZoneSource
  readonly events: DnsEvents
  /** Seconds since 1970. */
  readonly seconds: () => number
}

/** From where a message came. */
export type Origin = Omit<Asker, 'key'>

/** A question that we look up zones for: whose it is has been verified. */
export interface Admitted {
  readonly kind: 'admitted'
  readonly message: Message
  readonly question: Question
  readonly type: 'SOA' | 'AXFR' | 'IXFR'
  readonly asker: Asker
  readonly verdict: TsigVerdict
}

/** What becomes of the bytes of a question. */
export type Admission =
  | Admitted
  | { readonly kind: 'answer'; readonly bytes: Uint8Array }
  /** Nothing is answered; over a stream, nothing more will be understood of `noise`. */
  | { readonly kind: 'ignored' }
  | { readonly kind: 'noise' }

const SERVED = new Map<number, Admitted['type']>([
  [TYPE.soa, 'SOA'],
  [TYPE.axfr, 'AXFR'],
  [TYPE.ixfr, 'IXFR'],
])

const TSIG_REFUSALS = new Map<number, Refusal>([
  [TSIG_ERROR.badKey, 'key-unknown'],
  [TSIG_ERROR.badSig, 'signature-wrong'],
  [TSIG_ERROR.badTime, 'signature-late'],
  [TSIG_ERROR.badTrunc, 'signature-short'],
])

/**
 * Reads a question from the network, of which nothing is true yet, and verifies its signature. What is refused here is refused alike for
 * every zone, so that it tells of none. Throws only what the source throws.
 */
export function admitQuestion(deps: AnswerDeps, bytes: Uint8Array, from: Origin): Admission {
  const message = decodeQuestion(bytes)
  if (message.kind === 'noise') {
    note(deps, from, null, 'malformed')
    return { kind: 'noise' }
  }
  // Two servers that answer answers would do so for ever.
  if ((message.flags & FLAG.answer) !== 0) {
    note(deps, from, message, 'answer-as-question')
    return { kind: 'ignored' }
  }
  if (message.kind === 'malformed') {
    note(deps, from, message, message.rcode === RCODE.notImp ? 'opcode' : 'malformed')
    return { kind: 'answer', bytes: encodeAnswer(message, { rcode: message.rcode }) }
  }
  const verdict = verifyTsig(deps.source.key, bytes, message, deps.seconds())
  const refused = refuseTsig(verdict) ?? refuseForm(message) ?? refuseKind(message, from)
  if (refused !== null) return refuse(deps, { from, message, verdict }, ...refused)
  const { question } = message
  const type = SERVED.get(question?.type ?? 0)
  if (question === null || type === undefined) throw new TypeError('a question that was refused')
  const asker = { ...from, key: verdict.kind === 'verified' ? verdict.key.name : null }
  return { kind: 'admitted', message, question, type, asker, verdict }
}

/** What an answer must know of its question. */
export interface Answering {
  readonly from: Origin
  readonly message: Message
  readonly verdict: TsigVerdict
}

/** Notes the refusal and answers with it. */
export function refuse(
  deps: AnswerDeps,
  answering: Answering,
  rcode: number,
  reason: Refusal,
): { readonly kind: 'answer'; readonly bytes: Uint8Array } {
  note(deps, answering.from, answering.message, reason)
  return { kind: 'answer', bytes: answerBytes(deps, answering, { rcode }).bytes }
}

/** The answer for the wire, signed as the question was, and truncated if it does not fit a datagram. */
export function answerBytes(
  { seconds }: Pick<AnswerDeps, 'seconds'>,
  { from, message, verdict }: Answering,
  answer: Answer,
): SignedMessage {
  const room =
    from.transport === 'udp' ? maxUdpBytes(message.edns) - verdictBytes(verdict) : undefined
  return signAnswer(verdict, encodeAnswer(message, answer, room), seconds())
}

/** Tells of a refusal what is known of it; `cause` is for what went wrong inside. */
export function note(
  { events }: Pick<AnswerDeps, 'events'>,
  { address, transport }: Origin,
  message: Message | Malformed | null,
  why: Refusal | { readonly reason: Refusal; readonly cause: unknown },
): void {
  const question = message?.question ?? null
  events.onRefused({
    ...(typeof why === 'string' ? { reason: why } : why),
    ...{ address, transport },
    key: message?.kind === 'message' ? (message.tsig?.keyName ?? null) : null,
    zone: question?.name ?? null,
    type: question && printType(question.type),
  })
}

type Refused = readonly [rcode: number, reason: Refusal]

/** RFC 8945 §5.2. */
function refuseTsig(verdict: TsigVerdict): Refused | null {
  if (verdict.kind === 'malformed') return [RCODE.formErr, 'signature-short']
  if (verdict.kind !== 'refused') return null
  return [RCODE.notAuth, TSIG_REFUSALS.get(verdict.error) ?? 'signature-wrong']
}

function refuseForm(message: Message): Refused | null {
  // RFC 1996 §3.12: who is no secondary has not implemented NOTIFY.
  if (message.opcode !== OPCODE.query) return [RCODE.notImp, 'opcode']
  const rcode = checkQuestion(message)
  if (rcode === null) return null
  if (rcode === RCODE.badVers) return [rcode, 'edns-version']
  if (rcode === RCODE.notImp) return [rcode, 'opcode']
  return [rcode, message.question === null ? 'malformed' : 'no-serial']
}

function refuseKind({ question }: Message, { transport }: Origin): Refused | null {
  if (question?.class !== CLASS.in) return [RCODE.refused, 'class']
  if (!SERVED.has(question.type)) return [RCODE.refused, 'type']
  // RFC 5936 §4.2: «AXFR over UDP is not defined».
  if (question.type === TYPE.axfr && transport === 'udp') {
    return [RCODE.formErr, 'transfer-over-udp']
  }
  return null
}
