import type { ServerLog } from '../platform/server-log.ts'
import type { NameRound } from './check-names.ts'
import { tellFault } from './serve-faults.ts'
import { openThread } from './serve-thread.ts'

/** A list, as far as it says whom to ask. */
interface AskedList {
  readonly id: string
  readonly definition: { readonly liveness: { readonly resolver: string } | null }
}

export interface Liveness {
  /** Asks for the names of these lists, as far as it is their turn; does nothing while it still does so. Never throws. */
  readonly run: (lists: readonly AskedList[]) => Promise<void>
  /** Ends a round wherever it is: the next goes on. */
  readonly close: () => void
}

/** The search for names that are gone, in a thread of its own that runs while there is a list which wants it. */
export function openLiveness(data: string, serverLog: ServerLog): Liveness {
  const url = new URL('./serve-liveness-thread.js', import.meta.url)
  const thread = openThread(url, { workerData: { data } })
  let isRunning = false
  let isClosed = false

  async function ask({ id, definition }: AskedList): Promise<void> {
    try {
      const round = (await thread.ask(id)) as NameRound | null
      if (round !== null) tellRound(serverLog, round, definition.liveness?.resolver ?? '')
    } catch (error) {
      // What was asked is kept, and the next round goes on.
      if (!isClosed) tellFault(serverLog, error)
    }
  }

  return {
    run: async (lists) => {
      if (isRunning) return
      isRunning = true
      for (const list of lists) {
        if (list.definition.liveness !== null && !isClosed) await ask(list)
      }
      isRunning = false
    },
    close: () => {
      isClosed = true
      void thread.close(0)
    },
  }
}

function tellRound({ log }: ServerLog, round: NameRound, resolver: string): void {
  const { list, stopped } = round
  if (round.asked > 0) log.info(round, 'asked for names')
  if (stopped === null) return
  const why =
    stopped === 'blocks'
      ? 'which itself blocks the list: name one that does not'
      : 'which gives no clear answers: is it there, and does it recurse?'
  log.warn({ list }, `expected to learn from ${resolver} which names are gone, ${why}`)
}
