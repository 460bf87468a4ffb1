/** Other work waits no longer than this, but for the longest step. */
const SLICE_MS = 10

/** Runs work that stops now and then, and lets the loop do other things in between. */
export async function runInSlices<T>(
  steps: Generator<undefined, T>,
  { now = () => performance.now(), pause = nextTurn } = {},
): Promise<T> {
  for (;;) {
    const until = now() + SLICE_MS
    while (now() < until) {
      const step = steps.next()
      if (step.done === true) return step.value
    }
    await pause()
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
