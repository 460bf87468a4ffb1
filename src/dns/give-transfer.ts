import { type Admitted, type AnswerDeps, note } from './admit-question.ts'
import type { TransferReply } from './answer-admitted.ts'
import type { TransferBegun } from './dns-events.ts'
import type { MacDesk } from './mac-desk.ts'
import { type Sent, sendTransfer } from './send-transfer.ts'
import type { StreamConnection } from './stream-connection.ts'
import { runFor } from './wire/message-run.ts'
import type { Transfer } from './zone-source.ts'

export interface GiveDeps extends Pick<AnswerDeps, 'events' | 'seconds'> {
  readonly macs: MacDesk
  /** Milliseconds of a clock that only goes on. */
  readonly elapsedMs: () => number
}

export interface Given {
  readonly admitted: Admitted
  readonly reply: TransferReply
  /** How long it waited for its turn. */
  readonly waitedMs: number
}

const NOTHING_SENT: Sent = { isWhole: false, bytes: 0, messages: 0 }

/**
 * Sends a transfer over the connection, and has its source told of its end, once, whatever happens. Rejects only as long as nothing was
 * written; after that the connection is cut, for nothing else tells the asker.
 */
export async function giveTransfer(
  deps: GiveDeps,
  connection: StreamConnection,
  { admitted, reply, waitedMs }: Given,
): Promise<void> {
  const transfer = await reply.open()
  const begunAt = deps.elapsedMs()
  const begun = describe(admitted, reply, transfer, waitedMs)
  deps.events.onTransferBegun(begun)
  let sent = NOTHING_SENT
  try {
    sent = await send(deps, connection, { admitted, reply, transfer })
  } catch (cause) {
    note(deps, connection.from, admitted.message, { reason: 'fault', cause })
    connection.cut()
  }
  const { isWhole, bytes, messages } = sent
  const ms = deps.elapsedMs() - begunAt
  const settle = (outcome: 'sent' | 'broken'): void => {
    transfer.end(outcome)
    deps.events.onTransferEnded({ ...begun, outcome, bytes, messages, ms })
  }
  if (isWhole) connection.settleLater(settle)
  else settle('broken')
}

function send(
  deps: GiveDeps,
  connection: StreamConnection,
  { admitted, reply, transfer }: Omit<Given, 'waitedMs'> & { readonly transfer: Transfer },
): Promise<Sent> {
  const { message, verdict } = admitted
  const wrap = runFor(message, reply.options)
  const signer = verdict.kind === 'verified' ? { key: verdict.key, mac: verdict.record.mac } : null
  const write = connection.write.bind(connection)
  return sendTransfer({ ...deps, write }, transfer.parts(), { wrap, signer })
}

function describe(
  { asker }: Admitted,
  { zone, type, has }: TransferReply,
  { style, serial }: Transfer,
  waitedMs: number,
): TransferBegun {
  return { asker, zone: zone.name, type, style, from: has, serial, waitedMs }
}
