import { setFlagsFromString } from 'node:v8'
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
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
}
