import type { EventFinding } from '../core/check-events.ts'

/** A finding as one line, without line feed. */
export function printEventFinding({ code, place, expected, got }: EventFinding): string {
  return `${place}: expected ${expected}, got ${got} (${code})`
}
