import { workerData } from 'node:worker_threads'
import { realDisk } from '../agent/disk.ts'
import type { AgentLog } from '../agent/log.ts'
import { SourceCopy, type Copy, type CopyPull } from '../agent/source-copy.ts'
import type { EdgeConfig } from './edge-config.ts'
import type { CopyQuestion, CopyReply, ToldLine } from './edge-copy.ts'
import { giveBackHeap } from './serve-heap.ts'
import { answerQuestions } from './serve-thread.ts'

/** The thread behind `openCopy`: copies what the source has published, while another thread serves. */
const { config, version } = workerData as { readonly config: EdgeConfig; readonly version: string }
let told: ToldLine[] = []
const source = new SourceCopy(
  {
    disk: realDisk,
    log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    now: () => new Date(),
    userAgent: `bailiwick-edge/${version}`,
  },
  config,
)

answerQuestions(async (asked): Promise<CopyReply> => {
  const { ask } = asked as CopyQuestion
  const answer = await act(ask)
  const lines = told
  told = []
  return { ...answer, lines }
})

async function act(
  ask: CopyQuestion['ask'],
): Promise<{ readonly copy: Copy | null; readonly pulled: CopyPull | null }> {
  switch (ask) {
    case 'start': {
      const copy = await source.start()
      giveBackHeap()
      return { copy, pulled: null }
    }
    case 'pull': {
      const pulled = await source.pull()
      return { copy: pulled.copy, pulled }
    }
    case 'expose':
      await source.expose()
      // A list went through this thread; until the next serial it has little to do.
      giveBackHeap()
      return { copy: null, pulled: null }
  }
}

/** The other thread has the log: lines go there with the next answer. */
function line(level: keyof AgentLog): AgentLog['info'] {
  return (fields, message) => void told.push({ level, fields, message })
}
