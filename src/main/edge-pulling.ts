import type { Copy, CopyPull } from '../agent/source-copy.ts'
import { Fault } from '../core/fault.ts'

export interface EdgePullingDeps {
  readonly pull: () => Promise<CopyPull>
  readonly expose: () => Promise<void>
  /** Serves the lists of a pull, before the tree of files is complete. */
  readonly onCopy: (copy: Copy) => void
  readonly onExposed: () => void
  readonly onFailure: (failure: PullFailure) => void
  readonly now: () => Date
}

/** Why the last pull has not brought everything. */
export interface PullFailure {
  readonly code: string
  readonly message: string
  /** In a row. */
  readonly failures: number
  readonly nextTryAt: Date
}

/** What the pulls so far came to. */
export interface PullingState {
  /** When the source was last asked with success; null before. */
  readonly checkedAt: Date | null
  readonly failure: PullFailure | null
}

export interface EdgePulling {
  readonly state: () => PullingState
  /** One pull, unless one is under way or it is too early after a failure. Never rejects. */
  readonly tick: () => Promise<void>
  /** When the pull under way has ended. */
  readonly idle: () => Promise<void>
}

/** After a failure an edge waits at least this long, doubled for each further one: it is one of few, and others wait for it. */
export const FIRST_WAIT_MS = 5_000
export const LONGEST_WAIT_MS = 300_000

export function openPulling(deps: EdgePullingDeps): EdgePulling {
  let state: PullingState = { checkedAt: null, failure: null }
  let notBefore = new Date(0)
  let underWay: Promise<void> | null = null

  async function once(): Promise<void> {
    try {
      const { copy, isNew, fault, retryAt } = await deps.pull()
      deps.onCopy(copy)
      if (fault) {
        fail(fault, retryAt)
        return
      }
      if (isNew) {
        await deps.expose()
        deps.onExposed()
      }
      state = { checkedAt: deps.now(), failure: null }
      notBefore = new Date(retryAt ?? 0)
    } catch (error) {
      fail(asFailure(error), null)
    }
  }

  function fail(
    { code, message }: { readonly code: string; readonly message: string },
    retryAt: string | null,
  ): void {
    const failures = (state.failure?.failures ?? 0) + 1
    const waitMs = Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS)
    const asked = retryAt === null ? 0 : Date.parse(retryAt)
    notBefore = new Date(Math.max(deps.now().getTime() + waitMs, asked))
    const failure = { code, message, failures, nextTryAt: notBefore }
    state = { ...state, failure }
    deps.onFailure(failure)
  }

  return {
    state: () => state,
    async tick() {
      if (underWay || deps.now() < notBefore) return
      underWay = once()
      await underWay
      underWay = null
    },
    idle: async () => {
      await underWay
    },
  }
}

/** A daemon outlives its own bugs: they are told, and what was copied stays. */
function asFailure(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof Fault) return { code: error.code, message: error.message }
  return { code: 'bug', message: error instanceof Error ? (error.stack ?? error.message) : 'a bug' }
}
