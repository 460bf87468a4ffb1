import type { BoundedFetch } from '../platform/bounded-fetch.ts'
import type { Disk } from './disk.ts'
import type { AgentLog } from './log.ts'
import type { CommandRunner } from './run-command.ts'

/** What the agent needs of the world. */
export interface PullDeps {
  readonly fetch: BoundedFetch
  readonly disk: Disk
  readonly run: CommandRunner
  readonly log: AgentLog
  readonly now: () => Date
  /** Of this program. */
  readonly version: string
}
