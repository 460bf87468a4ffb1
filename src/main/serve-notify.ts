import { randomInt } from 'node:crypto'
import { openNotifier } from '../dns/notifier.ts'
import type { Notification, NotifyOutcome } from '../dns/notify.ts'
import { printRcode } from '../dns/wire/numbers.ts'
import { addressOf, type PlannedNotify } from '../distribute/zones/plan-notifies.ts'
import type { ZoneDesk } from '../distribute/zones/zone-desk.ts'
import { systemClock } from '../platform/clock.ts'
import type { ServerLog } from '../platform/server-log.ts'

export interface NotifyingDeps {
  readonly desk: Pick<ZoneDesk, 'onNotified'>
  readonly log: Pick<ServerLog['log'], 'debug' | 'warn'>
}

/** Tells secondaries of new serials, and the desk what they answered. */
export interface Notifying {
  readonly notify: (planned: readonly PlannedNotify[]) => void
  readonly stop: () => Promise<void>
}

/** `from`: the addresses that it listens at, for secondaries take a NOTIFY from their primary alone. */
export function openNotifying({ desk, log }: NotifyingDeps, from: readonly string[]): Notifying {
  const telling = new WeakMap<Notification, PlannedNotify>()
  const notifier = openNotifier(
    {
      now: systemClock,
      randomId: () => randomInt(0x1_0000),
      onOutcome: (notification, outcome) => {
        const planned = telling.get(notification)
        if (planned !== undefined) conclude(planned, outcome)
      },
    },
    { from: sourceAddresses(from) },
  )

  function tell(planned: PlannedNotify): void {
    const { zone, serial, soa, to, keys } = planned
    const port = Number(to.slice(to.lastIndexOf(':') + 1))
    const target = { address: addressOf(to), port }
    const notification = { zone, serial, soa, target, keys }
    telling.set(notification, planned)
    notifier.notify(notification)
  }

  function conclude(planned: PlannedNotify, outcome: NotifyOutcome): void {
    // A newer serial is told instead.
    if (outcome.outcome === 'superseded') return
    const answer = printOutcome(outcome)
    const { subscriber, zone, serial, to } = planned
    const line = { subscriber, zone, serial, to, answer, tries: outcome.tries }
    if (answer === 'NOERROR') log.debug(line, 'notified')
    else log.warn(line, 'not notified')
    desk.onNotified(planned, { answer, tries: outcome.tries })
  }

  return {
    notify: (planned) => {
      for (const one of planned) tell(one)
    },
    stop: () => notifier.stop(),
  }
}

function printOutcome({ outcome, rcode }: NotifyOutcome): string {
  if (outcome === 'answered' && rcode !== null) return printRcode(rcode)
  return outcome
}

const ANY = ['0.0.0.0', '::']

/** At most one for each family; where it listens at all addresses the system chooses. */
function sourceAddresses(listening: readonly string[]): string[] {
  return [false, true].flatMap((isV6) => {
    const own = listening.filter((address) => address.includes(':') === isV6)
    return own.some((address) => ANY.includes(address)) ? [] : own.slice(0, 1)
  })
}
