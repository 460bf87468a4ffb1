import type { Entry } from '../core/entry.ts'
import { Fault } from '../core/fault.ts'
import { HISTORY_TIMEOUT_MS, MAX_HISTORY_WAITING } from '../distribute/limits.ts'
import type { Changes, ChangesQuestion, EntriesQuestion, History } from '../distribute/ports.ts'
import { openThread, type Thread } from './serve-thread.ts'

/** What the thread is asked. */
export type HistoryQuestion =
  | { readonly ask: 'entries'; readonly question: EntriesQuestion }
  | { readonly ask: 'changes'; readonly question: ChangesQuestion }

export interface HistoryThread extends History {
  readonly close: () => Promise<void>
}

/**
 * Answers questions to the past in a thread of its own, for one of them may read millions of rows. Whoever has
 * waited too long is told so.
 */
export function openHistory(database: string): HistoryThread {
  const thread = openThread(new URL('./serve-history-thread.js', import.meta.url), {
    workerData: { database },
  })
  return {
    entries: (question) =>
      askInTime(thread, { ask: 'entries', question }) as Promise<readonly Entry[]>,
    changes: (question) => askInTime(thread, { ask: 'changes', question }) as Promise<Changes>,
    close: () => thread.close(0),
  }
}

async function askInTime(thread: Thread, question: HistoryQuestion): Promise<unknown> {
  // A question that nobody waits for any more still counts until the thread is done with it.
  if (thread.waiting() >= MAX_HISTORY_WAITING) throw busy()
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(busy()), HISTORY_TIMEOUT_MS)
  })
  try {
    return await Promise.race([thread.ask(question), timeout])
  } finally {
    clearTimeout(timer)
  }
}

function busy(): Fault {
  return new Fault('serve/busy', 'expected an answer from the history by now, got a long queue')
}
