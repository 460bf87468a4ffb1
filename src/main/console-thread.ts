import { workerData } from 'node:worker_threads'
import { BUSY_WAIT_MS } from '../console/limits.ts'
import { dataPaths } from '../platform/data-folder.ts'
import { openStore } from '../store/open-store.ts'
import { answerRequests } from './answer-requests.ts'
import { openConsoleApp } from './console/open-console-app.ts'
import { openImportThread } from './imports/open-import-thread.ts'
import type { ConsoleThreadData } from './serve-console.ts'

/** Of the database, in the memory of this thread: pages look at little of it. */
const CACHE_KIB = 32 * 1024

/**
 * A thread behind `openConsoleSide`: everything that people do. It works on the data folder as a command beside the server would, and may wait
 * for others' transactions, as nobody else does meanwhile.
 */
const told = workerData as ConsoleThreadData

answerRequests((onFault) => {
  const path = dataPaths(told.data).database
  const store = openStore(path, { busyTimeoutMs: BUSY_WAIT_MS, cacheKiB: CACHE_KIB })
  try {
    const importing = openImportThread(told.data)
    const app = openConsoleApp({ ...told, store, onFault, importWork: importing })
    return {
      answer: (request, asker) => app.fetch(request, asker),
      close: () => {
        void importing.close()
        store.close()
      },
    }
  } catch (error) {
    store.close()
    throw error
  }
})
