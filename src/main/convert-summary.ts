import type { EntrySet } from '../core/entry-set.ts'
import type { FindingCount, ImportReport, LineFinding } from '../formats/in/import-report.ts'
import type { ExportFormat, ExportSummary } from '../formats/render-export.ts'
import { printJson } from './print-table.ts'

/** What is to be written where; without a path to standard output. */
export interface Target {
  readonly format: ExportFormat
  readonly path: string | undefined
}

/** What became of the inputs and the outputs, for the summary. */
export interface Converted {
  readonly inputs: readonly (ImportReport & { readonly file: string })[]
  readonly set: EntrySet
  readonly outputs: readonly (Target & ExportSummary)[]
}

/** Findings that are shown with their text; `--report` has all. */
const SHOWN = 3

/** What a conversion did, for people on a few lines or as JSON. */
export function printConvertSummary(converted: Converted, isJson: boolean): string {
  return isJson ? printJson(summaryOf(converted)) : linesOf(converted)
}

function summaryOf({ inputs, set, outputs }: Converted): object {
  return {
    inputs,
    entries: set.size,
    duplicates: set.duplicates,
    kinds: set.kinds,
    outputs: outputs.map(({ path, ...output }) => ({ ...output, path: path ?? null })),
  }
}

function linesOf({ inputs, set, outputs }: Converted): string {
  const lines = inputs.flatMap(
    ({ file, format, lines, accepted, refused, unsupported, samples }) => [
      `${file}: ${format}, ${lines} lines, ${accepted} accepted${told('refused', refused)}${told('unsupported', unsupported)}`,
      ...samples
        .filter(({ verdict }) => verdict === 'refused')
        .slice(0, SHOWN)
        .map(printFinding),
    ],
  )
  lines.push(`${set.size} entries, ${set.duplicates} duplicates`)
  for (const { format, path, written, omitted, changed } of outputs) {
    const losses = [...Object.entries(omitted).map(([why, n]) => `${n} omitted (${why})`)]
    losses.push(...Object.entries(changed).map(([why, n]) => `${n} changed (${why})`))
    lines.push(
      [`${path ?? 'standard output'}: ${format}, ${written} written`, ...losses].join(', '),
    )
  }
  return lines.map((line) => `${line}\n`).join('')
}

function told(what: string, { count, byReason }: FindingCount): string {
  if (count === 0) return ''
  const reasons = Object.entries(byReason).map(([reason, n]) => `${n} ${reason}`)
  return `, ${count} ${what} (${reasons.join(', ')})`
}

function printFinding({ line, reason, text }: LineFinding): string {
  return `  line ${line}, ${reason}: ${JSON.stringify(text)}`
}
