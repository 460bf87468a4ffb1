import { workerData } from 'node:worker_threads'
import { BUSY_WAIT_MS } from '../console/limits.ts'
import { dataPaths } from '../platform/data-folder.ts'
import { openStore } from '../store/open-store.ts'
import { importHere } from './imports/import-work.ts'
import type { ImportQuestion } from './imports/open-import-thread.ts'
import { openUploads } from './imports/uploads.ts'
import { answerQuestions } from './serve-thread.ts'

/** Of the database, in the memory of this thread: a list is read from its beginning to its end. */
const CACHE_KIB = 32 * 1024

/** The thread behind `openImportThread`: works on the data folder as a command beside the server would. */
const { data } = workerData as { readonly data: string }
const paths = dataPaths(data)
const store = openStore(paths.database, { busyTimeoutMs: BUSY_WAIT_MS, cacheKiB: CACHE_KIB })
const work = importHere({ data, store, uploads: openUploads(paths.uploads) })

answerQuestions((question) => {
  const asked = question as ImportQuestion
  return asked.ask === 'preview'
    ? work.preview(asked.asked, asked.request)
    : work.propose(asked.asked)
})
