import { defaultLimits, limitPublished } from '../audit/limit-published.ts'
import { SpoolFolder } from '../audit/line-spool.ts'
import { readHistory, type PublishedHistory } from '../audit/list-history.ts'
import type { Published } from '../audit/published.ts'
import { openAuditSource, type SourceFlags } from './audit-source.ts'

/** A source within its limits, and where lines of it may wait; both for as long as the work takes. */
export interface OpenHistory {
  readonly source: Published
  readonly spools: SpoolFolder
}

/** Runs `work` on what the lists of a source were. Throws what opening and reading it throw, beside what `work` does. */
export async function withHistory(
  from: string,
  flags: SourceFlags,
  work: (open: OpenHistory, history: PublishedHistory) => Promise<void>,
): Promise<void> {
  const opened = await openAuditSource(from, flags)
  const limits = defaultLimits(() => new Date())
  const spools = new SpoolFolder()
  try {
    const source = limitPublished(opened, limits)
    await work({ source, spools }, await readHistory(source))
  } finally {
    spools.close()
    await opened.close()
  }
}
