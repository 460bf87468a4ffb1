/** What is looked back on. */
const WINDOW_MS = 10 * 60_000
const FIRST_PAUSE_MS = 1_000
const MAX_PAUSE_MS = 60_000

/**
 * How long to wait after the last of these crashes before a new start: twice as long for each within ten minutes, up to a minute. So something
 * that crashes whenever it is asked costs at most some sixteen starts in ten minutes, and one that crashed once is back within a second.
 */
export function restartPauseMs(crashesMs: readonly number[], nowMs: number): number {
  const recent = crashesMs.filter((at) => nowMs - at < WINDOW_MS).length
  return recent === 0 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (recent - 1), MAX_PAUSE_MS)
}
