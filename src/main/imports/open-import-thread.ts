import type { ImportRequest, ImportView } from '../../console/ports/imports.ts'
import type { OutcomeView } from '../../console/ports/proposals.ts'
import { openThread } from '../serve-thread.ts'
import type { Previewing, Proposing } from './import-upload.ts'
import type { ImportWork } from './import-work.ts'

/** What `import-thread.ts` is asked. */
export type ImportQuestion =
  | { readonly ask: 'preview'; readonly asked: Previewing; readonly request: ImportRequest }
  | { readonly ask: 'propose'; readonly asked: Proposing }

export interface ImportThread extends ImportWork {
  readonly close: () => Promise<void>
}

/**
 * Does what takes long of imports in a thread of its own, one after the other, so that nobody else waits for it. The thread is started by the
 * first and ends when nobody imports for a while.
 */
export function openImportThread(data: string): ImportThread {
  const thread = openThread(new URL('../import-thread.js', import.meta.url), {
    workerData: { data },
  })
  const ask = (question: ImportQuestion): Promise<unknown> => thread.ask(question)
  return {
    preview: (asked, request) => ask({ ask: 'preview', asked, request }) as Promise<ImportView>,
    propose: (asked) => ask({ ask: 'propose', asked }) as Promise<OutcomeView>,
    // What it does is a transaction or nothing.
    close: () => thread.close(0),
  }
}
