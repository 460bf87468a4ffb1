import { createTask } from 'node-cron'

/** When a cron expression comes next, as the schedule of the server has it; null for none. */
export function nextRun(cron: string | null): Date | null {
  if (cron === null) return null
  const task = createTask(cron, () => undefined)
  try {
    return task.getNextRuns(1)[0] ?? null
  } finally {
    void task.destroy()
  }
}
