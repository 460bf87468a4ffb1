import { randomInt } from 'node:crypto'
import { openNotifier } from '../dns/notifier.ts'
import type { Notification, NotifyOutcome } from '../dns/notify.ts'
import { printRcode, RCODE } from '../dns/wire/numbers.ts'
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

/** What is being told, and with which of its keys. */
interface Telling {
  readonly planned: PlannedNotify
  readonly keyAt: number
}

/** `from`: the addresses that it listens at, for secondaries take a NOTIFY from their primary alone. */
export function openNotifying({ desk, log }: NotifyingDeps, from: readonly string[]): Notifying {
  const telling = new WeakMap<Notification, Telling>()
  const notifier = openNotifier(
    {
      now: systemClock,
      randomId: () => randomInt(0x1_0000),
      onOutcome: (notification, outcome) => {
        const told = telling.get(notification)
        if (told !== undefined) conclude(told, outcome)
      },
    },
    { from: sourceAddresses(from) },
  )

  function tell(planned: PlannedNotify, keyAt: number): void {
    const { zone, serial, soa, to, keys } = planned
    const port = Number(to.slice(to.lastIndexOf(':') + 1))
    const target = { address: addressOf(to), port }
    const notification = { zone, serial, soa, target, key: keys[keyAt] ?? null }
    telling.set(notification, { planned, keyAt })
    notifier.notify(notification)
  }

  function conclude({ planned, keyAt }: Telling, outcome: NotifyOutcome): void {
    // A newer serial is told instead.
    if (outcome.outcome === 'superseded') return
    if (isKeyUnknown(outcome) && keyAt + 1 < planned.keys.length) {
      tell(planned, keyAt + 1)
      return
    }
    const answer = printOutcome(outcome)
    const { subscriber, zone, serial, to } = planned
    const line = { subscriber, zone, serial, to, answer, tries: outcome.tries }
    if (answer === 'NOERROR') log.debug(line, 'notified')
    else log.warn(line, 'not notified')
    desk.onNotified(planned, { answer, tries: outcome.tries })
  }

  return {
    notify: (planned) => {
      for (const one of planned) tell(one, 0)
    },
    stop: () => notifier.stop(),
  }
}

/** While keys are being changed the secondary may not know this one yet, or not any more. */
function isKeyUnknown({ outcome, rcode }: NotifyOutcome): boolean {
  return outcome !== 'timeout' && rcode === RCODE.notAuth
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
