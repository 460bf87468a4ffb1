import {
  checkPublished,
  type AuditOptions,
  type AuditReport,
} from '../../src/audit/check-published.ts'
import { defaultLimits } from '../../src/audit/limit-published.ts'
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

export function codesOf({ findings }: AuditReport): string[] {
  return [...new Set(findings.map(({ code }) => code))].sort()
}
