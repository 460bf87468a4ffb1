import {
  checkPublished,
  type AuditOptions,
  type AuditReport,
} from '../../src/audit/check-published.ts'
import { defaultLimits } from '../../src/audit/limit-published.ts'
import { openFolder } from '../../src/audit/open-folder.ts'
import { publishedFrom, type MockPublished } from './mock-published.ts'

export interface AuditMockOptions extends Partial<AuditOptions> {
  /** Whether the source can tell which files it has. */
  readonly isListed?: boolean
  readonly hasFeeds?: boolean
}

/** Audits what a mock has published, or other files at the same time. */
export function auditMock(
  mock: Pick<MockPublished, 'files' | 'at'>,
  { isListed = true, hasFeeds = false, ...options }: AuditMockOptions = {},
): Promise<AuditReport> {
  const { at } = mock
  const defaults = { at, policy: null, root: null, checkpoint: null }
  const limits = defaultLimits(() => at)
  return checkPublished(publishedFrom(mock.files, { isListed, hasFeeds }), {
    ...defaults,
    limits,
    ...options,
  })
}

/** Audits a folder that an authority publishes, as `audit verify` does. */
export async function auditFolder(folder: string, at: Date): Promise<AuditReport> {
  const source = await openFolder(folder)
  const own = { at, policy: null, root: null, checkpoint: null }
  try {
    return await checkPublished(source, { ...own, limits: defaultLimits(() => at) })
  } finally {
    await source.close()
  }
}

export function codesOf({ findings }: AuditReport): string[] {
  return [...new Set(findings.map(({ code }) => code))].sort()
}
