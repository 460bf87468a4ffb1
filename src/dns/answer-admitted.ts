import {
  type Admitted,
  type AnswerDeps,
  type Answering,
  answerBytes,
  refuse,
} from './admit-question.ts'
import { isSerialBefore } from './serial.ts'
import { asksExpire, encodeExpire } from './wire/edns.ts'
import type { Message } from './wire/message.ts'
import { RCODE } from './wire/numbers.ts'
import type { Transfer, Zone } from './zone-source.ts'

/** An answer of many messages, to be asked for when its turn has come. */
export interface TransferReply {
  readonly kind: 'transfer'
  readonly zone: Zone
  readonly type: 'AXFR' | 'IXFR'
  /** What the asker has; null for AXFR. */
  readonly has: number | null
  readonly open: () => Promise<Transfer>
  /** EDNS options for its messages. */
  readonly options: Uint8Array | undefined
}

/** What is answered to a question that was admitted. */
export type Reply = { readonly kind: 'answer'; readonly bytes: Uint8Array } | TransferReply

/** Looks the zone up for the asker and decides what it gets. Throws only what the source throws. */
export function answerAdmitted(deps: AnswerDeps, admitted: Admitted): Reply {
  const { question, type, asker, message, verdict } = admitted
  const answering: Answering = { from: asker, message, verdict }
  // One way for those that are not there and those that are not for the asker.
  const zone = deps.source.zone(question.name, asker)
  if (zone === null) return refuse(deps, answering, RCODE.refused, 'zone')
  const options = expireOptions(message, zone)
  const has = type === 'IXFR' ? message.serial : null
  const plan = planTransfer(admitted, zone)
  deps.events.onAsked({
    ...{ asker, zone: zone.name, type, serial: zone.serial, has },
    answer: plan === null ? 'soa' : 'transfer',
  })
  if (plan !== null) return { kind: 'transfer', zone, has, options, ...plan }
  const soa = { count: 1, records: zone.soa }
  const answer = { rcode: RCODE.noError, isAuthoritative: true, records: soa }
  const { bytes } = answerBytes(deps, answering, { ...answer, ...(options && { options }) })
  return { kind: 'answer', bytes }
}

/** Null: the SOA alone is the answer. */
function planTransfer(
  { type, asker, message }: Admitted,
  zone: Zone,
): Pick<TransferReply, 'type' | 'open'> | null {
  if (type === 'AXFR') return { type, open: () => zone.whole() }
  const { serial: has } = message
  // RFC 1995 §2: over UDP, what does not fit is answered with our SOA, and the asker comes by TCP. Ours never tries to fit.
  if (type === 'SOA' || asker.transport === 'udp' || has === null) return null
  // RFC 1995 §2: «If the server's version is the same or older, the server's SOA alone».
  return isSerialBefore(has, zone.serial) ? { type, open: () => zone.since(has) } : null
}

function expireOptions({ edns }: Message, zone: Zone): Uint8Array | undefined {
  return edns !== null && asksExpire(edns) ? encodeExpire(zone.soa) : undefined
}
