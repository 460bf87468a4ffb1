import { parentPort, workerData } from 'node:worker_threads'
import { Fault } from '../core/fault.ts'
import { lowerThreadPriority } from '../platform/thread-priority.ts'
import type { Store } from '../store/open-store.ts'
import {
  keepIfPossible,
  makeNextTree,
  type TreeAnswer,
  type TreeJob,
  type TreeOrder,
} from './proof-trees.ts'

/** The thread behind `openProofTrees`: it makes one tree, tells its root, and keeps the tree when the serial has been committed. */
const { path, database, next } = workerData as TreeJob
const opened: { store?: Store } = {}

/** The list is read once, from its beginning to its end. */
const CACHE_KIB = 4096

/** Loaded and opened only for a tree that is made of the whole list: most are brought along before it would be. */
async function openPublications(): Promise<Store['publications']> {
  const { openStore } = await import('../store/open-store.ts')
  return (opened.store ??= openStore(database, { readonly: true, cacheKiB: CACHE_KIB }))
    .publications
}

try {
  const { root, vrfKey, keep, close } = await makeNextTree(path, openPublications, next)
  parentPort?.once('message', (order: TreeOrder) => {
    // Whoever waits for the new serial comes first.
    lowerThreadPriority()
    if (order === 'keep') keepIfPossible(keep)
    close()
  })
  parentPort?.postMessage({ root, vrfKey } satisfies TreeAnswer)
} catch (error) {
  if (!(error instanceof Fault)) throw error
  const { code, message } = error
  parentPort?.postMessage({ fault: { code, message } } satisfies TreeAnswer)
} finally {
  opened.store?.close()
}
