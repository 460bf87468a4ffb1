import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What `agent status` and the metrics tell of the last pull; every list's own state says more. */
export interface LastPull {
  /** ISO 8601. */
  readonly startedAt: string
  readonly tookMs: number
  readonly isSourceDown: boolean
}

export function lastPullPath(stateFolder: string): string {
  return join(stateFolder, 'last-pull.json')
}

/** The note on the last pull; null when there is none. */
export function readLastPull(stateFolder: string): LastPull | null {
  try {
    return JSON.parse(readFileSync(lastPullPath(stateFolder), 'utf8')) as LastPull
  } catch (error) {
    // None yet, or a note that someone spoiled: it is only a note.
    if (error instanceof SyntaxError || (error instanceof Error && 'code' in error)) return null
    throw error
  }
}
