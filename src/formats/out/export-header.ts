import { EXPORT_REASONS, type ExportReason } from './export-reason.ts'
import type { ExportSource, ExportSummary, ReasonCounts } from './export-source.ts'

/** dnsmasq reads lines of at most 1024 octets and takes the rest of a longer one for the next line. */
const MAX_HEADER_VALUE = 200

/**
 * The head of an export, every line behind `sign` (a comment in the format): which list this is, at which serial, and what of it
 * the format could not say. ASCII only, whatever a definition's title is made of. `docs/spec/exports.md` §2.
 */
export function printExportHeader(
  sign: string,
  source: ExportSource,
  summary: ExportSummary,
): string {
  const { definition, serial, state, entries } = source
  const lines = [
    `Title: ${headerText(definition.title)}`,
    `Authority: ${headerText(definition.authority)}`,
    `List: ${headerText(definition.id)}`,
    `Serial: ${serial}`,
    `State: ${headerText(state)}`,
    `Entries: ${entries}`,
    `Written: ${summary.written}`,
    ...countLines('Omitted', summary.omitted),
    ...countLines('Changed', summary.changed),
  ]
  return lines.map((line) => `${sign} ${line}\n`).join('')
}

function countLines(word: string, counts: ReasonCounts): string[] {
  return Object.entries(counts).map(
    ([reason, count]) => `${word}: ${count} ${reason} (${EXPORT_REASONS[reason as ExportReason]})`,
  )
}

/** `text` in printable ASCII on one line: everything else, and the backslash, as `\uXXXX`; cut where it would be too long. */
export function headerText(text: string): string {
  const escaped = text.replace(/[^\x20-\x5b\x5d-\x7e]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
  return escaped.length > MAX_HEADER_VALUE ? `${escaped.slice(0, MAX_HEADER_VALUE)}...` : escaped
}
