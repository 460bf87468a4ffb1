import type { Command } from 'commander'
import type { PublishingView } from '../console/ports/publishing.ts'
import type { Fault } from '../core/fault.ts'
import { withWay, type Ways } from './with-way.ts'

/**
 * Publishing by hand: from a data folder as a named actor (`local-publishing.ts`), or by a server as whoever the API key is of (`server-publishing.ts`).
 * Without ids it is all lists that one may publish; who may not is told so before anything is published.
 */
export interface PublishDeeds {
  /** What would be published; writes nothing. */
  readonly plan: (ids: readonly string[]) => Promise<readonly PublishingView[]>
  /** A list that is refused doesn't stop the others. */
  readonly publish: (
    ids: readonly string[],
    override: string | null,
  ) => Promise<readonly PublishReport[]>
}

/** What became of one list: an outcome, or the fault that stopped it. */
export type PublishReport =
  PublishingView | { readonly outcome: 'refused'; readonly list: string; readonly fault: Fault }

const WAYS: Ways<PublishDeeds> = {
  local: async () => (await import('./local-publishing.ts')).localPublishing,
  server: async () => (await import('./server-publishing.ts')).serverPublishing,
}

/** Runs `work` with publishing by hand, on the way that the options name. Throws `usage/invalid`. */
export async function withPublishing<T>(
  command: Command,
  work: (publishing: PublishDeeds) => Promise<T>,
): Promise<T> {
  return withWay(command, WAYS, work)
}
