import { addressOf, type PlannedNotify } from './plan-notifies.ts'
import type { Secondary, SecondaryKey } from './secondary.ts'

/** How long after it confirmed a serial a secondary that has not asked for it is told again; each time later, and then no more. */
export const REMIND_AFTER_MS = [5_000, 30_000, 120_000] as const
/** It asks at once; and what it asked may be noted before its confirmation. */
const LEEWAY_MS = 1_000

interface Confirmed {
  readonly planned: PlannedNotify
  readonly atMs: number
  /** How often it was told again. */
  readonly reminders: number
}

/**
 * Remembers who confirmed a NOTIFY and has not come since. BIND does so when its last refresh has just failed, and comes back only
 * when the zone's retry or refresh time is over.
 */
export class NotifyReminders {
  /** By subscriber, zone and where it was told. */
  readonly #confirmed = new Map<string, Confirmed>()

  /** It said that it has understood. */
  confirmed(planned: PlannedNotify, atMs: number): void {
    const id = `${planned.subscriber} ${planned.zone} ${planned.to}`
    const before = this.#confirmed.get(id)
    const reminders = before?.planned.serial === planned.serial ? before.reminders : 0
    if (reminders < REMIND_AFTER_MS.length) this.#confirmed.set(id, { planned, atMs, reminders })
    else this.#confirmed.delete(id)
  }

  /** Whom to tell again now. `isCurrent`: whether that is still to be told at all. */
  due(
    atMs: number,
    find: (key: SecondaryKey) => Secondary | undefined,
    isCurrent: (planned: PlannedNotify) => boolean,
  ): PlannedNotify[] {
    const due: PlannedNotify[] = []
    for (const [id, confirmed] of this.#confirmed) {
      const { planned, reminders } = confirmed
      if (!isCurrent(planned) || hasCome(confirmed, find)) {
        this.#confirmed.delete(id)
      } else if (atMs - confirmed.atMs >= (REMIND_AFTER_MS[reminders] ?? Infinity)) {
        this.#confirmed.set(id, { planned, atMs, reminders: reminders + 1 })
        due.push(planned)
      }
    }
    return due
  }
}

function hasCome(
  { planned, atMs }: Confirmed,
  find: (key: SecondaryKey) => Secondary | undefined,
): boolean {
  const { subscriber, zone, serial, to } = planned
  const known = find({ subscriber, zone, address: addressOf(to) })
  return known?.serial === serial || (known?.askedAtMs ?? 0) >= atMs - LEEWAY_MS
}
