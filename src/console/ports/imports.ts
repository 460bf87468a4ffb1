import type { GuardSummary } from '../../core/guard-summary.ts'
import type { Person } from '../../core/person.ts'
import type { ImpactView, OutcomeView } from './proposals.ts'

/** How a file is to be read, and what is to be said of its entries. */
export interface ImportRequest {
  readonly list: string
  /** `auto`, or one of the formats. */
  readonly format: string
  readonly kind?: string
  readonly category?: string
  readonly reason: string
  readonly basis?: string
  readonly evidence?: string
  readonly evidenceSha256?: string
  /** `add`, where left out; `mirror` also retires what the file lacks, and amends what it says otherwise. */
  readonly mode?: 'add' | 'mirror'
  /** Why a mirror may lose as much of the list as its guard doesn't let it. */
  readonly acceptShrink?: string
  /** Leaves out what a guard stops, instead of stopping all of it. */
  readonly leaveOut?: boolean
}

/** Lines of which nothing came. */
export interface LineCounts {
  readonly count: number
  readonly byReason: readonly { readonly reason: string; readonly count: number }[]
}

/** What a file would do to its list; times in ISO 8601, UTC. */
export interface ImportView {
  readonly import: string
  readonly list: string
  /** Of the file, as it was uploaded. */
  readonly name: string
  readonly bytes: number
  readonly sha256: string
  /** Until when it is kept. */
  readonly until: string
  /** As recognised, or as asked for. */
  readonly format: string
  readonly lines: number
  readonly reason: string
  readonly category: string
  /** Entries, each once. */
  readonly accepted: number
  readonly duplicates: { readonly inFile: number; readonly listed: number }
  readonly covered: { readonly inFile: number; readonly byList: number }
  /** Entries that the list would get. */
  readonly added: number
  readonly mode: 'add' | 'mirror'
  /** Entries that it would lose, and those that would change. */
  readonly retired: number
  readonly amended: number
  /** The first of those that it would lose. */
  readonly retiredSamples: readonly string[]
  /** Entries that are left out because a guard stops them. */
  readonly leftOut: number
  readonly refused: LineCounts
  readonly unsupported: LineCounts
  /** The first of these. */
  readonly samples: readonly RefusedLine[]
  readonly findings: readonly GuardSummary[]
  readonly impact: ImpactView
  /** What must be named to propose it: that this was seen. */
  readonly digest: string
}

export interface RefusedLine {
  readonly line: number
  readonly verdict: 'refused' | 'unsupported'
  readonly reason: string
  readonly text: string
}

/**
 * Importing files. An upload is its uploader's alone, and of a list for which he may propose additions: else it is not found (`import/not-found`). A mirror also asks
 * that he may propose retirements and amendments.
 */
export interface ImportDesk {
  /** Takes a file for a list and gives its id; nothing is read of it yet. Throws `user/refused`, `import/too-large`. */
  readonly receive: (
    person: Person,
    file: {
      readonly list: string
      readonly name: string
      readonly chunks: AsyncIterable<Uint8Array>
    },
    at: Date,
  ) => Promise<{ readonly import: string; readonly bytes: number }>
  /** Reads a file that was received, and keeps what it would do. Throws `user/refused`, and an `import/…` fault for what is no list. */
  readonly preview: (
    person: Person,
    request: ImportRequest & { readonly import: string },
    at: Date,
  ) => Promise<ImportView>
  readonly find: (person: Person, id: string, at: Date) => ImportView
  /** All lines of which nothing came, as text with tabs between line, verdict, reason and text; in chunks. */
  readonly refusedText: (person: Person, id: string, at: Date) => Iterable<Uint8Array>
  /**
   * Proposes what was seen, and takes the upload away. Throws `import/changed` where it would do something else now, `import/repeated` where the
   * same file waits already.
   */
  readonly propose: (
    person: Person,
    request: {
      readonly import: string
      readonly digest: string
      readonly acknowledge: readonly string[]
    },
    at: Date,
  ) => Promise<OutcomeView>
  readonly discard: (person: Person, id: string, at: Date) => void
}
