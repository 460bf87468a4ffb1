const DAY_MS = 86_400_000

/** A day in UTC as `YYYY-MM-DD`, for the years 0000 to 9999: bytewise order is the order of time. There is no summer time in UTC. */
export function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10)
}

/** The day `days` after `day`, or before it. */
export function addDays(day: string, days: number): string {
  return dayOf(new Date(Date.parse(day) + days * DAY_MS))
}

/** Whether a text from outside is a day that there is: 2031-02-29 is none. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false
  const ms = Date.parse(text)
  return !Number.isNaN(ms) && dayOf(new Date(ms)) === text
}
