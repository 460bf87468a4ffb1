export interface PaceDeps {
  readonly nowMs: () => number
  readonly sleep: (ms: number) => Promise<void>
}

/** Lets through at most `perSecond` in a second, evenly: no burst after a pause. Whoever asks first goes first. */
export function openPace(perSecond: number, { nowMs, sleep }: PaceDeps): () => Promise<void> {
  const stepMs = 1000 / perSecond
  let nextMs = 0
  return async () => {
    const at = Math.max(nowMs(), nextMs)
    nextMs = at + stepMs
    await sleep(at - nowMs())
  }
}
