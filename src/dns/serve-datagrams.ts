import type { Socket } from 'node:dgram'
import { type AnswerDeps, note } from './admit-question.ts'
import { answerDatagram } from './answer-datagram.ts'
import { plainAddress } from './endpoint.ts'

/** Answers what comes to the socket. Whatever it is, nothing of it throws. */
export function serveDatagrams(
  deps: AnswerDeps,
  datagrams: Socket,
  { questionBytes }: { readonly questionBytes: number },
): void {
  datagrams.on('message', (question, { address, port }) => {
    // Nobody can be answered there, and Node throws at whoever tries.
    if (port === 0) return
    const from = { address: plainAddress(address), transport: 'udp' } as const
    if (question.length > questionBytes) {
      note(deps, from, null, 'question-size')
      return
    }
    const answer = answerDatagram(deps, question, from.address)
    if (answer === null) return
    try {
      datagrams.send(answer, port, address, () => undefined)
    } catch (cause) {
      // It may be closed meanwhile. What is thrown here would end the process, by a datagram of anybody.
      note(deps, from, null, { reason: 'fault', cause })
    }
  })
}
