import { ByteWriter } from './byte-writer.ts'
import { eachEntry, EntryCursor } from './entry-cursor.ts'
import { RuleTemplates, type ExportRules } from './export-rules.ts'
import type { ExportSource, ExportSummary } from './export-source.ts'
import { RuleTally } from './rule-tally.ts'

/** A text format, as far as it differs from the others. */
export interface LineFormat {
  readonly rules: ExportRules
  readonly header: (summary: ExportSummary) => string
  /** Called before each pass over the lines. */
  readonly restart?: () => void
  /** May change the verdicts of the entry by what only its bytes tell, or put another text in the value's place. */
  readonly refine?: (entry: EntryCursor) => void
  /** Lines that only this entry makes necessary, in ASCII; mostly none. */
  readonly before?: (entry: EntryCursor) => string
}

/** The export's bytes: a survey of the lines, the header that tells its outcome, then the lines. */
export function* renderLines(
  source: ExportSource,
  format: LineFormat,
): Generator<Uint8Array, ExportSummary> {
  const summary = survey(source, format)
  const out = new ByteWriter()
  out.text(format.header(summary))
  format.restart?.()
  const templates = new RuleTemplates(format.rules)
  const entries = new EntryCursor(source.lines())
  try {
    while (fill(out, entries, templates, format)) yield out.take()
    if (!out.isEmpty()) yield out.take()
  } finally {
    entries.close()
  }
  return summary
}

function survey(source: ExportSource, format: LineFormat): ExportSummary {
  format.restart?.()
  const tally = new RuleTally()
  const { refine } = format
  eachEntry(source.lines(), (entry) => {
    refine?.(entry)
    tally.add(entry)
  })
  return tally.summary(format.rules)
}

/** Writes lines until the block is full: true; or until there are no more: false. */
function fill(
  out: ByteWriter,
  entries: EntryCursor,
  templates: RuleTemplates,
  { refine, before }: LineFormat,
): boolean {
  while (!out.isFull()) {
    if (!entries.next()) return false
    refine?.(entries)
    if (before !== undefined) out.text(before(entries))
    out.lines(templates.of(entries), entries)
  }
  return true
}
