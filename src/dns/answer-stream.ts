import { type Admitted, type AnswerDeps, admitQuestion, note, refuse } from './admit-question.ts'
import { answerAdmitted } from './answer-admitted.ts'
import type { DnsEvents } from './dns-events.ts'
import { partyOf } from './endpoint.ts'
import type { MacDesk } from './mac-desk.ts'
import { giveTransfer } from './give-transfer.ts'
import type { StreamConnection } from './stream-connection.ts'
import type { TurnQueue } from './turn-queue.ts'
import { encodeFrame } from './wire/frame-reader.ts'
import { RCODE } from './wire/numbers.ts'

export interface AnswerStreamDeps extends AnswerDeps {
  readonly macs: MacDesk
  readonly turns: TurnQueue
  /** Milliseconds of a clock that only goes on. */
  readonly elapsedMs: () => number
}

/** Answers a question that came over a stream, whatever it is. Never rejects. */
export async function answerStream(
  deps: AnswerStreamDeps,
  connection: StreamConnection,
  question: Uint8Array,
): Promise<void> {
  try {
    const admission = admitQuestion(deps, question, connection.from)
    if (admission.kind === 'answer') await writeMessage(connection, admission.bytes)
    if (admission.kind === 'noise') connection.finish()
    if (admission.kind === 'admitted') await answerOrFail(deps, connection, admission)
  } catch (cause) {
    // Of ours, and no answer can be made of it.
    connection.refuse('fault', cause)
  }
}

async function answerOrFail(
  deps: AnswerStreamDeps,
  connection: StreamConnection,
  admitted: Admitted,
): Promise<void> {
  const { asker, message, verdict } = admitted
  const answering = { from: asker, message, verdict }
  if (!connection.showKey(asker.key)) {
    const { bytes } = refuse(deps, answering, RCODE.refused, 'connections-of-key')
    await writeMessage(connection, bytes)
    connection.finish()
    return
  }
  const bytes = await answerFrom(deps, connection, admitted).catch((cause: unknown) => {
    note(deps, asker, message, { reason: 'fault', cause })
    return refuse({ ...deps, events: SILENT }, answering, RCODE.servFail, 'fault').bytes
  })
  if (bytes !== null) await writeMessage(connection, bytes)
}

/** The answer, or null if it was given already. Rejects as long as nothing was written. */
async function answerFrom(
  deps: AnswerStreamDeps,
  connection: StreamConnection,
  admitted: Admitted,
): Promise<Uint8Array | null> {
  const first = answerAdmitted(deps, admitted)
  if (first.kind === 'answer') return first.bytes
  const { key, address } = admitted.asker
  const askedAt = deps.elapsedMs()
  const turn = deps.turns.ask(key ?? partyOf(address))
  connection.keepPlace(true)
  try {
    if (!turn.isNow) {
      await Promise.race([turn.come, connection.leaving])
      // Who ends its side after asking is answered at once, but not waited for.
      if (connection.isLeaving) {
        connection.finish()
        return null
      }
    }
    // What was the newest may have been overtaken meanwhile.
    const reply = turn.isNow ? first : answerAdmitted({ ...deps, events: SILENT }, admitted)
    if (reply.kind === 'answer') return reply.bytes
    const waitedMs = deps.elapsedMs() - askedAt
    await giveTransfer(deps, connection, { admitted, reply, waitedMs })
    return null
  } finally {
    turn.leave()
    connection.keepPlace(false)
  }
}

async function writeMessage(connection: StreamConnection, bytes: Uint8Array): Promise<void> {
  await connection.writeAnswer(encodeFrame(bytes))
}

function ignore(): void {
  // It was told already.
}

const SILENT: DnsEvents = {
  onAsked: ignore,
  onRefused: ignore,
  onTransferBegun: ignore,
  onTransferEnded: ignore,
}
