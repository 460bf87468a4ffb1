import type { PublishingView } from '../console/ports/publishing.ts'
import type { Fault } from '../core/fault.ts'

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
