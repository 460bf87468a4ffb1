import { isFault } from '../core/fault.ts'
import { readKeptLog, type KeptCheckpoint } from './kept-log.ts'

/** What `agent status` and the metrics tell of the log: the checkpoint that this host verified last. */
export type LogStatus = Omit<KeptCheckpoint, 'note'>

/** Null where no log was ever seen, and where what is kept of it is spoilt: then the next pull tells of it. */
export function readLogStatus(stateFolder: string): LogStatus | null {
  try {
    const last = readKeptLog(stateFolder)?.checkpoints.at(-1)
    if (last === undefined) return null
    const { origin, size, root, witnesses, checkedAt } = last
    return { origin, size, root, witnesses, checkedAt }
  } catch (error) {
    if (isFault(error, 'agent/damaged')) return null
    throw error
  }
}
