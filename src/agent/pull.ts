import { Fault } from '../core/fault.ts'
import { raiseAlarm } from './alarm.ts'
import type { AgentConfig } from './config.ts'
import { followList, type Acceptance, type FollowDeps } from './follow-list.ts'
import { openListWork, type ListWork } from './list-work.ts'
import type { ListState } from './list-state.ts'
import type { TrustedSource } from './open-source.ts'
import { areInPlace, reloadOutputs, writeOutputs } from './outputs.ts'
import { openProvenSource } from './proven-source.ts'
import type { PullDeps } from './pull-deps.ts'

/** What one pull came to. */
export interface PullReport {
  readonly lists: readonly ListReport[]
  /** Why the source as a whole could not be read or trusted. */
  readonly sourceFault: Fault | null
}

interface ListReport {
  readonly id: string
  readonly state: ListState
  /** How the serial was reached in this pull; `nothing` when it was there already, null when it was not reached. */
  readonly by: 'nothing' | 'delta' | 'snapshot' | null
  /** The outputs that were put in place, by path. */
  readonly written: readonly string[]
  /** The first thing that went wrong. */
  readonly fault: Fault | null
}

/**
 * One pull: refreshes the source's metadata, brings every list to its newest serial, writes the outputs and tells their readers. What
 * fails stops its own list only, and is in the report. To be called under the state folder's lock. Throws only what stops
 * everything: `fetch/stopped`, a configuration that cannot work, a bug.
 */
export async function pull(
  deps: PullDeps,
  config: AgentConfig,
  acceptances: ReadonlyMap<string, Acceptance> = new Map(),
): Promise<PullReport> {
  const works = config.lists.map((list) => openListWork(deps, config, list))
  const trusted = await trySource(deps, config)
  try {
    for (const work of works) {
      const acceptance = acceptances.get(work.list.id)
      await attempt(deps, work, () => follow(followDeps(deps, config), trusted, work, acceptance))
    }
  } finally {
    if (!(trusted instanceof Fault)) keepMetadata(deps, trusted, works)
  }
  for (const work of works) {
    await attempt(deps, work, () =>
      writeOutputs(deps, config, work, (act) => attempt(deps, work, act)),
    )
  }
  await reloadOutputs(deps, config, works, (work, act) => attempt(deps, work, act))
  for (const work of works) await attempt(deps, work, () => settle(deps, config, work))
  return {
    lists: works.map(({ list, state, by, written, faults }) => {
      return { id: list.id, state, by, written, fault: faults[0] ?? null }
    }),
    sourceFault: trusted instanceof Fault ? trusted : null,
  }
}

/** The source, or why it is not to be trusted now: every list is told so. */
async function trySource(deps: PullDeps, config: AgentConfig): Promise<TrustedSource | Fault> {
  try {
    return await openProvenSource(deps, {
      source: config.source,
      rootFile: config.root,
      state: config.state,
      metadataTimeoutMs: config.timeouts.metadata * 1000,
      logPolicy: config.logPolicy,
    })
  } catch (error) {
    if (error instanceof Fault && !stopsEverything(error)) return error
    throw error
  }
}

async function follow(
  deps: FollowDeps & PullDeps,
  trusted: TrustedSource | Fault,
  work: ListWork,
  acceptance: Acceptance | undefined,
): Promise<void> {
  if (trusted instanceof Fault) throw trusted
  const { list, folder, state: before } = work
  const hasLines = work.isIntact(areInPlace(deps, work))
  const kept = { state: before, folder, hasLines, acceptance }
  const { state, by } = await followList(deps, trusted, list, kept).catch((error: unknown) => {
    work.resync()
    throw error
  })
  work.followed(state, by)
  if (by !== 'nothing') {
    const { serial, entries } = state.applied ?? {}
    deps.log.info({ list: list.id, serial, entries, by }, 'applied a new serial')
  }
}

function followDeps(deps: PullDeps, config: AgentConfig): FollowDeps & PullDeps {
  return {
    ...deps,
    source: config.source,
    timeoutMs: config.timeouts.list * 1000,
    metadataTimeoutMs: config.timeouts.metadata * 1000,
    maxBytes: config.maxBytes,
  }
}

/**
 * On any fault the last good list stays, the fault is told, and the next pull tries again. This is the one place that says so:
 * what is applied and what is in place was left as it was by whoever threw.
 */
async function attempt(deps: PullDeps, work: ListWork, act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (error) {
    if (!(error instanceof Fault) || stopsEverything(error)) throw error
    fail(deps, work, error)
  }
}

function fail(deps: PullDeps, work: ListWork, fault: Fault): void {
  work.faults.push(fault)
  const serial = work.state.applied?.serial ?? null
  const kept = serial === null ? 'nothing applied yet' : `kept serial ${serial}`
  deps.log.error({ list: work.list.id, code: fault.code, serial }, `${kept}: ${fault.message}`)
}

/** What cannot be kept (a full disk) is verified again the next time; until then it weakens what every list is told. */
function keepMetadata(deps: PullDeps, trusted: TrustedSource, works: readonly ListWork[]): void {
  try {
    trusted.keep()
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    for (const work of works) fail(deps, work, error)
  }
}

function stopsEverything(fault: Fault): boolean {
  return fault.code === 'fetch/stopped' || fault.code === 'agent/config'
}

/** Writes down how it went, and calls the operator where that is news. */
async function settle(deps: PullDeps, config: AgentConfig, work: ListWork): Promise<void> {
  const [fault] = work.faults
  const now = deps.now().toISOString()
  const before = work.state.lastError
  const since = before && before.code === fault?.code ? before.since : now
  work.update({
    lastError: fault ? { code: fault.code, message: fault.message, at: now, since } : null,
  })
  await raiseAlarm(deps, config, work)
  work.save()
}
