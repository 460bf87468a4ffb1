import { type AnswerDeps, admitQuestion, note, refuse } from './admit-question.ts'
import { answerAdmitted } from './answer-admitted.ts'
import { RCODE } from './wire/numbers.ts'

/** The answer to a datagram, or null for none. Never throws. */
export function answerDatagram(
  deps: AnswerDeps,
  question: Uint8Array,
  address: string,
): Uint8Array | null {
  const from = { address, transport: 'udp' } as const
  try {
    const admission = admitQuestion(deps, question, from)
    if (admission.kind === 'answer') return admission.bytes
    if (admission.kind !== 'admitted') return null
    const { asker, message, verdict } = admission
    try {
      const reply = answerAdmitted(deps, admission)
      if (reply.kind === 'answer') return reply.bytes
      throw new TypeError('a transfer over UDP')
    } catch (cause) {
      note(deps, asker, message, { reason: 'fault', cause })
      const quiet = { ...deps, events: { ...deps.events, onRefused: () => undefined } }
      return refuse(quiet, { from: asker, message, verdict }, RCODE.servFail, 'fault').bytes
    }
  } catch (cause) {
    note(deps, from, null, { reason: 'fault', cause })
    return null
  }
}
