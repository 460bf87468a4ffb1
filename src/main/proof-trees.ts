import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import {
  bringTreeAlong,
  makeTreeAnew,
  type MadeTree,
  type WantedTree,
} from '../core/kept-tree/next-tree.ts'
import { Fault, isFault, type FaultCode } from '../core/fault.ts'
import { publicLeafMaker, type LeafMaker, type ListedLine } from '../core/proof-tree/leaf-maker.ts'
import { makeFolder } from '../platform/durable-file.ts'
import type { NextTree, ProofTrees, TreeAhead } from '../publish/ports.ts'
import { listedSince } from '../publish/listed-since.ts'
import { openTreeFile, removeTreeFile, type OpenTreeFile } from '../store/proof-tree-file.ts'
import type { Store } from '../store/open-store.ts'

/** What `proof-tree-thread.ts` is given, and told at its end. It answers with the root, or the fault that it met. */
export interface TreeJob {
  readonly path: string
  readonly database: string
  readonly next: NextTree
}

export type TreeOrder = 'keep' | 'discard'

export type TreeAnswer =
  | { readonly root: Uint8Array; readonly vrfKey: Uint8Array | null }
  | { readonly fault: { readonly code: FaultCode; readonly message: string } }

/** A shorter list's tree is made faster than another thread starts. */
const MIN_ENTRIES_AHEAD = 50_000

/** What the thread makes on its heap is short-lived: without a limit it would keep tens of megabytes for it. */
const MAX_YOUNG_MIB = 8

export interface TreeFolder {
  /** `work/`: each tree lies beside the lines of its list. */
  readonly folder: string
  readonly database: string
  readonly store: Pick<Store, 'publications'>
}

/** The proof trees of an authority: those of long lists are made on a thread of their own, which runs the compiled file `url`. */
export function openProofTrees(
  { folder, database, store }: TreeFolder,
  url = new URL('./proof-tree-thread.js', import.meta.url),
): ProofTrees {
  const keeping = new Map<string, Promise<void>>()
  const pathOf = (place: string): string => join(folder, place, 'proof-tree.db')
  return {
    keptSerial: async (place) => {
      await keeping.get(place)
      makeFolder(join(folder, place), 0o700)
      return withTreeFile(pathOf(place), (file) => file.head()?.serial ?? null)
    },
    begin: (next) => {
      const path = pathOf(next.place)
      if (next.entries < MIN_ENTRIES_AHEAD) return makeHere(path, store, next)
      const { ahead, isOver } = makeBeside(url, { path, database, next })
      keeping.set(next.place, isOver)
      return ahead
    },
  }
}

/** The tree from what is kept, or from the history of the list where that doesn't go: then, and only then, the history is opened. */
export async function makeNextTree(
  path: string,
  openPublications: () => Promise<Store['publications']>,
  next: NextTree,
): Promise<MadeTree & { readonly close: () => void }> {
  const wanted = { ...next, maker: await makerOf(next) }
  const file = openTreeFile(path)
  try {
    const along = next.way && bringTreeAlong(file, wanted, next.way)
    if (along !== null) return { ...along, close: file.close }
    const made = anew(file, await openPublications(), wanted)
    return { ...made, close: file.close }
  } catch (error) {
    file.close()
    if (!isFault(error, 'proof/damaged')) throw error
    removeTreeFile(path)
    const fresh = openTreeFile(path)
    return { ...anew(fresh, await openPublications(), wanted), close: fresh.close }
  }
}

/** What restricted lists need takes longer to be loaded than many a tree to be made. */
async function makerOf({ place, secrets }: NextTree): Promise<LeafMaker> {
  if (secrets === null) return publicLeafMaker(place)
  const { restrictedLeafMaker } = await import('../core/proof-tree/restricted-leaf-maker.ts')
  return restrictedLeafMaker(place, secrets)
}

function anew(
  file: OpenTreeFile,
  publications: Store['publications'],
  wanted: NextTree & WantedTree,
): MadeTree {
  const { listRowId, decision, secrets } = wanted
  return makeTreeAnew(
    file,
    wanted,
    secrets === null
      ? publicLines(publications.lines(listRowId, decision))
      : listedSince({ publications }, wanted),
  )
}

/** Of a public list nothing hangs on the serial since which a line is there. */
function* publicLines(lines: Iterable<string>): Generator<ListedLine, void, undefined> {
  for (const line of lines) yield { line, since: 1 }
}

function withTreeFile<T>(path: string, work: (file: OpenTreeFile) => T): T | null {
  const file = openTreeFile(path)
  try {
    return work(file)
  } catch (error) {
    if (isFault(error, 'proof/damaged')) return null
    throw error
  } finally {
    file.close()
  }
}

function makeHere(path: string, store: Pick<Store, 'publications'>, next: NextTree): TreeAhead {
  const own: { made?: Awaited<ReturnType<typeof makeNextTree>> } = {}
  const openPublications = (): Promise<Store['publications']> => Promise.resolve(store.publications)
  const root = makeNextTree(path, openPublications, next).then((made) => (own.made = made))
  const close = (): void => void root.then((made) => made.close()).catch(() => undefined)
  return {
    root,
    keep: () => {
      if (own.made !== undefined) keepIfPossible(own.made.keep)
      close()
    },
    discard: close,
  }
}

/** Nothing that is signed depends on it: the next tree is made of an earlier one, or anew, and meets the reason then. */
export function keepIfPossible(keep: () => void): void {
  try {
    keep()
  } catch (error) {
    if (!(error instanceof Fault)) throw error
  }
}

function makeBeside(
  url: URL,
  job: TreeJob,
): { readonly ahead: TreeAhead; readonly isOver: Promise<void> } {
  const resourceLimits = { maxYoungGenerationSizeMb: MAX_YOUNG_MIB }
  const worker = new Worker(url, { workerData: job, resourceLimits })
  const isOver = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const root = new Promise<TreeAnswer>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('the thread of a proof tree ended early')))
  }).then((answer) => {
    if ('fault' in answer) throw new Fault(answer.fault.code, answer.fault.message)
    return answer
  })
  root.catch(() => undefined)
  let isTold = false
  const tell = (order: TreeOrder): void => {
    if (!isTold) worker.postMessage(order)
    isTold = true
  }
  return { ahead: { root, keep: () => tell('keep'), discard: () => tell('discard') }, isOver }
}
