import { Fault } from '../core/fault.ts'
import type { FindingLog } from './finding-log.ts'
import { stopsAudit } from './limit-published.ts'
import type { Published } from './published.ts'

/** What every check works with. */
export interface AuditDeps {
  readonly source: Published
  readonly findings: FindingLog
}

/** The bytes at a path, or null; what keeps them from being had is a finding. Throws only what stops the audit. */
export async function readFile(
  { source, findings }: AuditDeps,
  path: string,
  maxBytes: number,
): Promise<Buffer | null> {
  try {
    return await source.read(path, maxBytes)
  } catch (error) {
    if (!(error instanceof Fault) || stopsAudit(error)) throw error
    findings.add('source/failed', path, `the file within ${maxBytes} bytes`, error)
    return null
  }
}

/** What `act` gives; null where it throws a fault, which `tell` is told. Throws what stops the audit. */
export function orTell<T>(act: () => T, tell: (fault: Fault) => void): T | null {
  try {
    return act()
  } catch (error) {
    if (!(error instanceof Fault) || stopsAudit(error)) throw error
    tell(error)
    return null
  }
}
