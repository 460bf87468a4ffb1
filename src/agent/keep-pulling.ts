import { isFault } from '../core/fault.ts'
import type { AgentLog } from './log.ts'
import { nextTryAt } from './pace.ts'
import type { PullOutcome } from './run-pull.ts'

export interface KeepPullingDeps {
  readonly pull: () => Promise<PullOutcome>
  /** Ends early, and without an error, when the agent is stopped. */
  readonly sleep: (ms: number) => Promise<void>
  readonly log: AgentLog
  readonly now: () => Date
  readonly jitterMs: number
  readonly isStopped: () => boolean
}

/** The agent as a daemon: call `tick` whenever the schedule says so. */
export interface Puller {
  /** One pull, unless one is under way or it is too early after a failure. Never rejects. */
  readonly tick: (options?: { readonly atOnce?: boolean }) => Promise<void>
  /** When the pull under way has ended. */
  readonly idle: () => Promise<void>
}

export function keepPulling(deps: KeepPullingDeps): Puller {
  let failures = 0
  let notBefore = new Date(0)
  let underWay: Promise<void> | null = null

  async function once(waitMs: number): Promise<void> {
    await deps.sleep(waitMs)
    if (deps.isStopped()) return
    try {
      const { sourceFault, retryAt, lists } = await deps.pull()
      failures = sourceFault ? failures + 1 : 0
      notBefore = nextTryAt(failures, retryAt, deps.now())
      const failing = lists.filter((list) => list.fault).map((list) => list.id)
      const serials = Object.fromEntries(
        lists.map(({ id, state }) => [id, state.applied?.serial ?? null]),
      )
      deps.log.info({ serials, failing }, failing.length > 0 ? 'pulled, with failures' : 'pulled')
    } catch (error) {
      if (isFault(error, 'fetch/stopped')) return
      failures += 1
      notBefore = nextTryAt(failures, null, deps.now())
      // A daemon outlives its own bugs: they are told, and the last good lists stay.
      const code = isFault(error) ? error.code : 'bug'
      deps.log.error({ code, err: error }, 'the pull failed')
    }
  }

  return {
    async tick({ atOnce = false } = {}) {
      if (underWay || deps.isStopped()) return
      if (deps.now() < notBefore) {
        deps.log.info({ notBefore: notBefore.toISOString() }, 'waiting before the next try')
        return
      }
      underWay = once(atOnce ? 0 : deps.jitterMs)
      await underWay
      underWay = null
    },
    idle: async () => {
      await underWay
    },
  }
}
