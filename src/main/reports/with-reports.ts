import type { Command } from 'commander'
import { withWay, type Ways } from '../with-way.ts'
import type { ReportDeeds } from './report-deeds.ts'

const WAYS: Ways<ReportDeeds> = {
  local: async () => (await import('./local-reports.ts')).localReports,
  server: async () => (await import('./server-reports.ts')).serverReports,
}

/** Runs `work` with what commands do with reports, on the way that the options name. Throws `usage/invalid`. */
export async function withReports<T>(
  command: Command,
  work: (reports: ReportDeeds) => Promise<T>,
): Promise<T> {
  return withWay(command, WAYS, work)
}
