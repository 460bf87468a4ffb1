import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Keeps the part of the heap for what is short-lived at the size that it has at the start. V8 would let it grow to tens of megabytes under
 * load and seldom give them back; what a server makes for a request dies young, and requests are answered as fast either way. To be
 * called early.
 */
export function keepYoungHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}

/**
 * Collects what starting has left behind, and gives its memory back: V8 would do that only when much more had come. Takes some tens of
 * milliseconds, so it is for before anybody can ask.
 */
export function giveBackHeap(): void {
  collector()()
}

/** How much the heap may grow before it is collected, and how often that is looked at. */
const GROWTH_BYTES = 10 * 1024 * 1024
const LOOK_MS = 200

/**
 * Collects the heap whenever it has grown by some megabytes. V8 would wait until it had doubled and more, and what many transfers at once leave
 * behind is all garbage: thirty-two of a million names made the process half as large again. Takes some 10 ms each time. For as long as
 * the process runs; it doesn't keep it from ending.
 */
export function keepOldHeapSmall(): void {
  const collect = collector()
  let floor = getHeapStatistics().used_heap_size
  setInterval(() => {
    const used = getHeapStatistics().used_heap_size
    floor = Math.min(floor, used)
    if (used - floor < GROWTH_BYTES) return
    collect()
    floor = getHeapStatistics().used_heap_size
  }, LOOK_MS).unref()
}

function collector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}
