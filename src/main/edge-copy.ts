import type { AgentLog } from '../agent/log.ts'
import type { Copy, CopyPull } from '../agent/source-copy.ts'
import type { EdgeConfig } from './edge-config.ts'
import { openThread } from './serve-thread.ts'

/** What the thread is asked. */
export interface CopyQuestion {
  readonly ask: 'start' | 'pull' | 'expose'
}

export interface CopyReply {
  readonly copy: Copy | null
  readonly pulled: CopyPull | null
  /** What it had to say since the answer before. */
  readonly lines: readonly ToldLine[]
}

export interface ToldLine {
  readonly level: keyof AgentLog
  readonly fields: Readonly<Record<string, unknown>>
  readonly message: string
}

/** The verified copy, kept by a thread of its own. Calls must not overlap. Faults are those of `SourceCopy`. */
export interface CopyThread {
  readonly start: () => Promise<Copy>
  readonly pull: () => Promise<CopyPull>
  readonly expose: () => Promise<void>
  /** At once: the copy is whole at any instant. */
  readonly close: () => Promise<void>
}

export interface CopyThreadDeps {
  readonly config: EdgeConfig
  readonly version: string
  readonly log: AgentLog
}

/** The thread knows what it has copied: it stays, however long nobody asks. */
const NEVER_IDLE_MS = 2 ** 31 - 1

export function openCopy({ config, version, log }: CopyThreadDeps): CopyThread {
  const url = new URL('./edge-copy-thread.js', import.meta.url)
  const thread = openThread(url, { workerData: { config, version }, idleMs: NEVER_IDLE_MS })
  async function ask(question: CopyQuestion): Promise<CopyReply> {
    const reply = (await thread.ask(question)) as CopyReply
    for (const { level, fields, message } of reply.lines) log[level](fields, message)
    return reply
  }
  return {
    start: async () => some((await ask({ ask: 'start' })).copy),
    pull: async () => some((await ask({ ask: 'pull' })).pulled),
    expose: async () => {
      await ask({ ask: 'expose' })
    },
    close: () => thread.close(0),
  }
}

function some<T>(answer: T | null): T {
  if (answer === null) throw new Error('the thread has answered something else')
  return answer
}
