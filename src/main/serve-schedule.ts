import { schedule, type ScheduledTask } from 'node-cron'
import type { ListDefinition } from '../core/list-definition.ts'

/** A list with its schedule, as it is kept. */
export interface ScheduledList {
  readonly id: string
  readonly definition: Pick<ListDefinition, 'publish'>
}

export interface ScheduleDeps {
  /** Publishes a list. Must not throw. */
  readonly publish: (listId: string) => Promise<void>
  /** Signs again what must be. Must not throw. */
  readonly refresh: () => Promise<void>
  /** Opens reviews and lapses entries. Must not throw. */
  readonly review: () => Promise<void>
  /** Asks for names whose turn it is. Must not throw. */
  readonly askNames: () => Promise<void>
}

export interface Schedule {
  /** Takes over the schedules of these lists, and drops those of all others. */
  readonly update: (lists: readonly ScheduledList[]) => void
  readonly stop: () => void
}

/** Whether something must be signed again is looked at this often; the rules are in `publish/role-life.ts`. */
const REFRESH_CRON = '*/5 * * * *'

/** A day begins for every list at midnight in UTC; what was missed is caught up with. */
const REVIEW_CRON = '1-59/15 * * * *'

/** Whose turn it is is a matter of days. */
const NAMES_CRON = '7 * * * *'

interface Task {
  readonly cron: string
  readonly task: ScheduledTask
}

/** Publishes each list by its own schedule, one at a time each, keeps the metadata fresh, and looks at what the day asks for. */
export function openSchedule(deps: ScheduleDeps): Schedule {
  const tasks = new Map<string, Task>()
  const steady = [
    schedule(REFRESH_CRON, () => deps.refresh(), OPTIONS),
    schedule(REVIEW_CRON, () => deps.review(), OPTIONS),
    schedule(NAMES_CRON, () => deps.askNames(), OPTIONS),
  ]

  function drop(id: string): void {
    void tasks.get(id)?.task.destroy()
    tasks.delete(id)
  }

  return {
    update: (lists) => {
      const wanted = new Map(lists.map(({ id, definition }) => [id, definition.publish.cron]))
      for (const [id, { cron }] of tasks) if (wanted.get(id) !== cron) drop(id)
      for (const [id, cron] of wanted) {
        if (cron === null || tasks.has(id)) continue
        tasks.set(id, { cron, task: schedule(cron, () => deps.publish(id), OPTIONS) })
      }
    },
    stop: () => {
      for (const task of steady) void task.destroy()
      for (const id of [...tasks.keys()]) drop(id)
    },
  }
}

const SILENT = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  debug: () => undefined,
}

// A slow publication is not begun a second time; a missed minute is caught up with by the next.
const OPTIONS = { noOverlap: true, suppressMissedWarning: true, logger: SILENT, unref: true }
