import { listRole, LOG_POLICY_TARGET } from '../core/layout.ts'
import type { LogCheck, ProofShelf } from './check-log.ts'
import { readKeptLog, type KeptCheckpoint, type KeptLog } from './kept-log.ts'
import type { AgentLog } from './log.ts'
import {
  openSource,
  type SourceDeps,
  type SourceOptions,
  type TrustedSource,
} from './open-source.ts'
import type { Target } from './target.ts'

export interface ProvenDeps extends SourceDeps {
  readonly log: AgentLog
  readonly now: () => Date
  readonly shelf?: ProofShelf
}

export interface ProvenOptions extends Omit<SourceOptions, 'keepsPart'> {
  /** The file of a policy; left out: the source's own. */
  readonly logPolicy?: string | undefined
}

/** A source whose log, where it has one, has shown whatever comes out of it. */
export interface ProvenSource extends TrustedSource {
  /** The largest tree of the log that was verified; null for a source that never had one. */
  readonly checkpoint: () => KeptCheckpoint | null
}

/**
 * Refreshes the metadata of the source and demands that the log has all of it: root, targets and snapshot here, a list's role with its
 * `targets` or `files`. What isn't proven is neither given nor kept, so that nothing of a forked log is in the way of the right one later.
 * Throws what `openSource` throws, and `log/…`.
 */
export async function openProvenSource(
  deps: ProvenDeps,
  options: ProvenOptions,
): Promise<ProvenSource> {
  const kept = readKeptLog(options.state)
  const isLogged = kept !== null || options.logPolicy !== undefined
  const source = await openSource(deps, { ...options, keepsPart: !isLogged })
  const hasLog = isLogged || source.topTarget(LOG_POLICY_TARGET) !== null
  const check = hasLog ? await checkSource(deps, options, source, kept) : null
  if (check === null) return { ...source, checkpoint: () => null }
  const prove = async (
    place: string,
    targets: ReadonlyMap<string, Target>,
  ): Promise<ReadonlyMap<string, Target>> => {
    await check.assertProven(source.signed(listRole(place)))
    return targets
  }
  return {
    ...source,
    files: async (place) => prove(place, await source.files(place)),
    targets: async (place) => prove(place, await source.targets(place)),
    keep: () => {
      // First: metadata that is kept without its proof would have to be proven again.
      check.save()
      source.keep((role, bytes) => check.isProven(role, bytes))
    },
    checkpoint: () => check.checkpoint,
  }
}

/** Checks what stands above the lists, and keeps what was found of the log. Null where there is none. */
async function checkSource(
  { shelf, ...deps }: ProvenDeps,
  options: ProvenOptions,
  source: TrustedSource,
  kept: KeptLog | null,
): Promise<LogCheck | null> {
  // Loaded late: most sources and most pulls have nothing to prove.
  const { choosePolicy, fetchPolicy } = await import('./log-policy.ts')
  const { LogCheck } = await import('./check-log.ts')
  const world = { ...deps, ...options, ...(shelf && { shelf }) }
  const chosen = await choosePolicy(world, source, kept, options.logPolicy)
  if (chosen === null) return null
  const roles = ['root', 'targets', 'snapshot', ...source.places.map(listRole)]
  const check = new LogCheck(world, chosen, kept, roles)
  // A root that was trusted before there was a log may stand outside of it.
  await check.assertProven(source.signed('root'), !source.isRootNew)
  await check.assertProven(source.signed('targets'))
  await check.assertProven(source.signed('snapshot'))
  check.remember(chosen.next === null ? chosen.seen : await fetchPolicy(world, chosen.next))
  // The commit point of the log, before that of any list.
  check.save()
  return check
}
