import type { AuditReport } from '../audit/check-published.ts'
import { checkPublished } from '../audit/check-published.ts'
import { printFinding } from '../audit/finding.ts'
import { defaultLimits } from '../audit/limit-published.ts'
import { Fault, isFault } from '../core/fault.ts'
import { parsePolicy } from '../core/log/parse-policy.ts'
import type { LogPolicy } from '../core/log/policy.ts'
import { openAuditSource, readOwnFile, type SourceFlags } from './audit-source.ts'
import { EXIT } from './run-program.ts'

export interface VerifyFlags extends SourceFlags {
  readonly policy?: string
  readonly root?: string
  readonly checkpoint?: string
  readonly at?: string
  readonly json?: boolean
}

/** `audit verify`: prints what was checked and what was found. */
export async function verifySource(name: string, flags: VerifyFlags): Promise<void> {
  const options = {
    at: flags.at === undefined ? new Date() : parseTime(flags.at),
    policy: flags.policy === undefined ? null : readPolicy(flags.policy),
    root: flags.root === undefined ? null : readOwnFile(flags.root),
    checkpoint: flags.checkpoint === undefined ? null : readOwnFile(flags.checkpoint),
    limits: defaultLimits(() => new Date()),
  }
  const source = await openAuditSource(name, flags)
  try {
    const report = await checkPublished(source, options)
    const isOwn = { root: options.root !== null, policy: options.policy !== null }
    process.stdout.write(
      flags.json === true ? `${JSON.stringify(report, null, 2)}\n` : printReport(report, isOwn),
    )
    if (report.findingCount > 0) process.exitCode = EXIT.findings
  } finally {
    await source.close()
  }
}

/** A policy file of the auditor's. Throws `usage/invalid`. */
export function readPolicy(path: string): LogPolicy {
  try {
    return parsePolicy(readOwnFile(path))
  } catch (error) {
    if (!isFault(error, 'log/policy')) throw error
    throw new Fault('usage/invalid', `${path}: ${error.message}`, { cause: error })
  }
}

/** A day or a time in UTC, as `2030-01-31` or `2030-01-31T12:00:00Z`; a day stands for its end. Throws `usage/invalid`. */
export function parseTime(text: string): Date {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text)
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z$/.test(text)
  const at = isDay || isTime ? new Date(isDay ? `${text}T23:59:59.999Z` : text) : new Date(NaN)
  if (!Number.isNaN(at.getTime())) return at
  throw new Fault(
    'usage/invalid',
    `expected a time as 2030-01-31T12:00:00Z or a day, got ${JSON.stringify(text)}`,
  )
}

function printReport(
  report: AuditReport,
  isOwn: { readonly root: boolean; readonly policy: boolean },
): string {
  const { counts, log, hidden, findings, findingCount, isWhole } = report
  const lines = [
    log === null
      ? 'log: none that can be believed'
      : `log ${log.origin}: ${log.size} leaves, witnessed by ${log.witnesses.map(({ name }) => name).join(', ') || 'nobody'}`,
    `${counts.metadata} metadata files, ${counts.manifests} manifests of ${counts.lists} lists, ${counts.exports} exports, ${counts.trees} roots of proof trees`,
    ...(isOwn.root ? [] : ['the root of trust is the one that is published: give --root']),
    ...(isOwn.policy ? [] : ["the log's policy is the authority's own: give --policy"]),
    ...(hidden.length === 0 ? [] : [`not shown to this auditor: ${hidden.join(', ')}`]),
    ...(isWhole ? [] : ['the audit had to stop before the end']),
    ...findings.map(printFinding),
    ...(findingCount > findings.length ? [`and ${findingCount - findings.length} more`] : []),
    findingCount === 0 ? 'nothing found' : `${findingCount} findings`,
  ]
  return lines.map((line) => `${line}\n`).join('')
}
