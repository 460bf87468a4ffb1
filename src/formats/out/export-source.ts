import type { LineBlocks } from '../../core/line-cursor.ts'
import type { PublicDefinition } from '../../core/list-definition.ts'
import type { ExportReason } from './export-reason.ts'

/** A list at one serial, as whoever holds it (authority, agent, `convert`) hands it to an export. */
export interface ExportSource {
  readonly definition: PublicDefinition
  /** The SOA serial of the RPZ zone, too. */
  readonly serial: number
  /** SHA-256 of the entry lines, lower-case hex. */
  readonly state: string
  readonly entries: number
  /** The RPZ zone's origin instead of `definition.zone.origin`: the reader's name for the zone. */
  readonly zone?: string
  /** The entry lines from the beginning. Called several times: a header counts, and names above others are found, before a line is written. */
  readonly lines: () => LineBlocks
}

/** Every entry is counted once, in `written` or in `omitted`; one in `changed` is also in `written`. */
export interface ExportSummary {
  readonly written: number
  /** Entries that left no line, by reason. */
  readonly omitted: ReasonCounts
  /** Entries that are there, but say less or something else than the list does, by reason. */
  readonly changed: ReasonCounts
}

export type ReasonCounts = Readonly<Partial<Record<ExportReason, number>>>
