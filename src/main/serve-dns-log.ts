import type { DnsEvents, Refused, TransferEnded } from '../dns/dns-events.ts'
import { isFault } from '../core/fault.ts'
import type { ServerLog } from '../platform/server-log.ts'
import { LineAllowance } from './line-allowance.ts'

/** The part of a server's log that is used here. */
type Log = Pick<ServerLog['log'], 'info' | 'warn' | 'error' | 'debug'>

/**
 * One line for each transfer that ended and for each refusal, of the latter only so many a second for each reason: what strangers send must not fill
 * the disk. How many were left out stands in the next line of that reason.
 */
export function logDnsEvents(
  log: Log,
  now: () => number,
): Pick<DnsEvents, 'onRefused' | 'onTransferEnded'> {
  const allowance = new LineAllowance(now)
  return {
    onTransferEnded: (ended) => logTransfer(log, ended),
    onRefused: (refused) => {
      const leftOut = allowance.take(refused.reason)
      if (leftOut !== null) logRefusal(log, refused, leftOut)
    },
  }
}

function logTransfer(log: Log, ended: TransferEnded): void {
  const { asker, zone, type, style, from, serial, outcome, bytes, messages, ms, waitedMs } = ended
  const line = {
    ...asker,
    ...{ zone, type, style, from, serial, outcome, bytes, messages },
    ...{ ms: Math.round(ms), waitedMs: Math.round(waitedMs) },
  }
  if (outcome === 'sent') log.info(line, 'transferred')
  else log.warn(line, 'transfer broken')
}

function logRefusal(log: Log, { cause, ...refused }: Refused, leftOut: number): void {
  const line = { ...refused, ...(leftOut > 0 && { leftOut }) }
  if (refused.reason !== 'fault') log.warn(line, 'refused')
  else if (isFault(cause)) log.error({ ...line, code: cause.code }, cause.message)
  else log.error({ ...line, err: cause }, 'this is a bug, please report it')
}
