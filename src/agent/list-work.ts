import { isFault, type Fault } from '../core/fault.ts'
import { hashLines } from '../core/hash-lines.ts'
import type { AgentConfig, ListConfig } from './config.ts'
import type { Disk } from './disk.ts'
import { readLineBlocks } from './line-file.ts'
import {
  hasLines,
  linesPath,
  listFolder,
  newListState,
  readListState,
  removeOtherLines,
  writeListState,
  type ListState,
} from './list-state.ts'
import type { AgentLog } from './log.ts'

/** One list during one pull: its state as it changes, and what went wrong. */
export interface ListWork {
  readonly list: ListConfig
  readonly folder: string
  readonly state: ListState
  readonly by: 'nothing' | 'delta' | 'snapshot' | null
  readonly written: string[]
  readonly faults: Fault[]
  /**
   * Whether the lines of the applied serial can be used. When they are about to be read without being verified by what
   * comes of them (`isSettled` false: outputs are to be made again), they are hashed first.
   */
  isIntact: (isSettled: boolean) => boolean
  /** Takes the state that following the list has committed. */
  followed: (state: ListState, by: 'nothing' | 'delta' | 'snapshot') => void
  /** Reads the state again: after a fault nobody knows whether the commit has landed, and the disk is right. */
  resync: () => void
  update: (change: Partial<ListState>) => void
  /** Writes the state if it differs from what is on the disk, and removes the files it does not name. */
  save: () => void
}

export function openListWork(
  deps: { readonly disk: Disk; readonly log: AgentLog },
  config: AgentConfig,
  list: ListConfig,
): ListWork {
  const folder = listFolder(config.state, list.id)
  const kept = readListState(folder)
  if (!kept) deps.disk.makeFolder(folder, 0o755)
  let state = kept ?? newListState(list.id)
  let saved = JSON.stringify(kept)
  let by: ListWork['by'] = null
  let intact: boolean | null = null

  return {
    list,
    folder,
    written: [],
    faults: [],
    get state() {
      return state
    },
    get by() {
      return by
    },
    isIntact(isSettled) {
      if (isSettled) return state.applied !== null && hasLines(folder, state.applied)
      intact ??= verifyLines(deps.log, folder, state)
      return intact
    },
    followed(next, how) {
      state = next
      by = how
      if (how === 'nothing') return
      intact = true
      saved = JSON.stringify(next)
    },
    resync() {
      const kept = readListState(folder)
      state = kept ?? newListState(list.id)
      saved = JSON.stringify(kept)
      intact = null
    },
    update(change) {
      state = { ...state, ...change }
    },
    save() {
      const now = JSON.stringify(state)
      if (now !== saved) writeListState(deps.disk, folder, state)
      saved = now
      if (state.applied) removeOtherLines(deps.disk, folder, state.applied.serial)
    },
  }
}

/** Whether the lines of the applied serial have the state they should have. */
function verifyLines(log: AgentLog, folder: string, { list, applied }: ListState): boolean {
  if (!applied || !hasLines(folder, applied)) return false
  try {
    if (hashLines(readLineBlocks(linesPath(folder, applied.serial))) === applied.state) return true
  } catch (error) {
    if (!isFault(error, 'agent/damaged')) throw error
  }
  log.warn({ list, serial: applied.serial }, 'the kept lines were damaged')
  return false
}
