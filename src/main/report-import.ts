import { closeSync, openSync } from 'node:fs'
import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import { readReports } from '../curation/reports/read-reports.ts'
import { readAtMost } from '../platform/read-at-most.ts'
import { printJson } from './print-table.ts'
import { STDIN } from './read-chunks.ts'
import type { HandedInTold } from './reports/report-deeds.ts'
import { withReports } from './reports/with-reports.ts'
import { EXIT } from './run-program.ts'
import { naming } from './system-fault.ts'

/** Bytes of a file of reports. */
const MAX_FILE_BYTES = 1 << 26

/** Refused lines that are shown; JSON has all. */
const SHOWN = 10

/** `report import`: in parts, each durable for itself; to run it again changes nothing of what was taken. */
export async function importReports(
  file: string,
  { json }: { readonly json?: boolean },
  command: Command,
): Promise<void> {
  const written = readReports(readText(file))
  const handed = await withReports(command, (reports) => reports.handIn(written))
  process.stdout.write(json === true ? printJson(handed.map(toJson)) : told(handed))
  if (handed.some(({ outcome }) => outcome === 'refused')) process.exitCode = EXIT.findings
}

function readText(file: string): string {
  const bytes = naming(file, () => {
    const fd = file === STDIN ? 0 : openSync(file, 'r')
    try {
      return readAtMost(fd, MAX_FILE_BYTES)
    } finally {
      if (fd !== 0) closeSync(fd)
    }
  })
  if (bytes.length <= MAX_FILE_BYTES) return bytes.toString('utf8')
  throw new Fault(
    'report/too-many',
    `expected a file of at most ${MAX_FILE_BYTES} bytes, got more in ${JSON.stringify(file)}: split it`,
  )
}

function toJson(handed: HandedInTold): object {
  if (handed.outcome !== 'refused') return handed
  const { externalId, outcome, fault } = handed
  return { externalId, outcome, error: { code: fault.code, message: fault.message } }
}

function told(handed: readonly HandedInTold[]): string {
  const count = (outcome: HandedInTold['outcome']): number =>
    handed.filter((one) => one.outcome === outcome).length
  const taken = handed.flatMap((one) => (one.outcome === 'received' ? [one] : []))
  const duplicates = taken.filter(({ state }) => state === 'duplicate').length
  const refused = handed.flatMap((one, i) =>
    one.outcome === 'refused'
      ? [`  report ${i + 1}: ${one.fault.message} (${one.fault.code})`]
      : [],
  )
  return [
    `received ${taken.length}, of them duplicates ${duplicates}; known ${count('known')}; refused ${refused.length}`,
    ...refused.slice(0, SHOWN),
    ...(refused.length > SHOWN
      ? [`  and ${refused.length - SHOWN} more: --json has them all`]
      : []),
    '',
  ].join('\n')
}
