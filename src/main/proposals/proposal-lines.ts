import type { LinePlace, ProposalLine } from '../../console/ports/proposals.ts'
import { splitEntryLine } from '../../core/entry.ts'
import type { Store } from '../../store/open-store.ts'
import type { StoredProposal } from '../../store/read-proposals.ts'

/** Up to `limit` lines of a proposal behind a place: what it adds, and then what it retires, each in order. */
export function proposalLines(
  store: Store,
  proposal: StoredProposal,
  { behind, limit }: { readonly behind: LinePlace | null; readonly limit: number },
): readonly ProposalLine[] {
  const page = (change: 'add' | 'retire', place: { value: string; kind: string }, count: number) =>
    store.proposals
      .page(proposal, change, place, count)
      .map((line) => ({ ...splitEntryLine(line), change }))
  const start = { value: '', kind: '' }
  const added = behind?.change === 'retire' ? [] : page('add', behind ?? start, limit)
  if (added.length >= limit) return added
  const retired = page('retire', behind?.change === 'retire' ? behind : start, limit - added.length)
  return [...added, ...retired]
}
