import type { Texts } from '../../texts/texts.ts'

/** So many seconds, in the unit that people would say it in. */
export function sayTime({ urgent: t }: Texts, seconds: number): string {
  if (seconds < 120) return t.seconds(seconds)
  if (seconds < 7200) return t.minutes(Math.floor(seconds / 60))
  return seconds < 172_800
    ? t.hours(Math.floor(seconds / 3600))
    : t.days(Math.floor(seconds / 86_400))
}
