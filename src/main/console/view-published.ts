import type { PublishingView } from '../../console/ports/publishing.ts'
import type { PublishOutcome } from '../../publish/publish-list.ts'

/** What became of a list, or would, as the API tells it. */
export function viewPublished(told: PublishOutcome): PublishingView {
  const { list, outcome, serial, entries, added, removed, isRedefined, isTreeRekeyed } = told
  return {
    ...{ list, outcome, serial, entries, added, removed, isRedefined, isTreeRekeyed },
    findings: told.findings.map(({ text }) => text),
  }
}
