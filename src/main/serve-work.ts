import type { ExportFile, ExportFiles } from '../distribute/ports.ts'
import type { WitnessOutcome } from '../publish/collect-cosignatures.ts'
import type { PublishOutcome } from '../publish/publish-list.ts'
import type { RefreshReport } from '../publish/refresh-metadata.ts'
import { STOP_TIMEOUT_MS } from '../distribute/limits.ts'
import type { ReviewRun } from './run-reviews.ts'
import { openThread } from './serve-thread.ts'

/** What a thread that works on the data folder is asked. */
export type WorkQuestion =
  | { readonly ask: 'project'; readonly isThorough: boolean }
  | { readonly ask: 'publish'; readonly list: string; readonly actor: string }
  | { readonly ask: 'refresh' }
  /** What witnesses have answered since this was asked last. */
  | { readonly ask: 'witnesses' }
  | { readonly ask: 'review' }
  | WorkExport

interface WorkExport {
  readonly ask: 'export'
  readonly list: string
  readonly format: string
  readonly serial: number
}

/** The work of an authority, done beside the serving. Faults are those of the use cases. */
export interface Work {
  /** Makes seen what was committed. */
  readonly project: (isThorough: boolean) => Promise<void>
  /** Publishes a list if it has changes, and makes it seen. */
  readonly publish: (list: string) => Promise<PublishOutcome>
  /** Signs again what nears its end, and makes it seen. */
  readonly refresh: () => Promise<RefreshReport>
  /** Does what the day asks for, a part at a time: lapses entries, opens reviews. */
  readonly review: () => Promise<ReviewRun>
  /** The files of an export: paths in the folder of exports. */
  readonly makeExport: (list: string, format: string, serial: number) => Promise<ExportFiles>
  /** Lets what is running end first, within bounds. */
  readonly close: () => Promise<void>
}

export interface WorkOptions {
  readonly data: string
  readonly actor: string
  /** Told of each witness that was asked. */
  readonly onWitness: (answer: WitnessOutcome) => void
}

/** Two threads: whoever waits for an export need not wait for a publication. */
export function openWork({ data, actor, onWitness }: WorkOptions): Work {
  const url = new URL('./serve-work-thread.js', import.meta.url)
  const publishing = openThread(url, { workerData: { data } })
  const exporting = openThread(url, { workerData: { data } })
  const tellWitnesses = async (): Promise<void> => {
    // A thread that has died meanwhile takes what it knew with it.
    if (!publishing.isRunning()) return
    const question: WorkQuestion = { ask: 'witnesses' }
    for (const answer of (await publishing.ask(question)) as WitnessOutcome[]) onWitness(answer)
  }
  const publish = async (question: WorkQuestion): Promise<unknown> => {
    try {
      return await publishing.ask(question)
    } finally {
      await tellWitnesses()
    }
  }
  return {
    project: async (isThorough) => {
      await publish({ ask: 'project', isThorough })
    },
    publish: (list) => publish({ ask: 'publish', list, actor }) as Promise<PublishOutcome>,
    refresh: () => publish({ ask: 'refresh' }) as Promise<RefreshReport>,
    review: () => publish({ ask: 'review' }) as Promise<ReviewRun>,
    makeExport: (list, format, serial) =>
      exporting.ask({ ask: 'export', list, format, serial } satisfies WorkQuestion) as Promise<
        Record<keyof ExportFiles, ExportFile>
      >,
    close: async () => {
      await Promise.all([publishing.close(STOP_TIMEOUT_MS), exporting.close(0)])
    },
  }
}
