/**
 * Everything that shows when a name was on a list, in one JSON file (`docs/audit.md` §4): whoever reads it needs a policy and nothing
 * else. Bytes are base64. What a reader may believe of it is what `verifyExplanation` says.
 */
export interface Explanation {
  readonly format: 'bailiwick-explanation/1'
  readonly value: string
  /** The texts of the policies that these targets have signed. */
  readonly policies: readonly string[]
  /** The roots, from the first on: the keys of everything below. */
  readonly roots: readonly ProvenFile[]
  /** The versions of targets that say whose keys sign the lists. */
  readonly targets: readonly ProvenFile[]
  readonly lists: readonly ExplainedList[]
}

export interface ExplainedList {
  readonly list: string
  readonly place: string
  /** Each serial at which a line with this value came or went, in order. */
  readonly steps: readonly ExplainedStep[]
}

export interface ExplainedStep {
  readonly serial: number
  /** UTC, from the manifest; null where a restricted list's is not public. */
  readonly at: string | null
  readonly added: readonly string[]
  readonly removed: readonly string[]
  /** The delta, or the snapshot of a first serial, as it is published. */
  readonly file: { readonly name: string; readonly bytes: string }
  /** The signed metadata that has its hash. */
  readonly metadata: ProvenFile
  readonly manifest: ProvenLeaf | null
}

/** A metadata file, and that it is in the log. */
export interface ProvenFile {
  readonly role: string
  readonly version: number
  readonly bytes: string
  /** The text of a proof (c2sp.org/tlog-proof). */
  readonly proof: string
}

export interface ProvenLeaf {
  readonly bytes: string
  readonly proof: string
}

export const EXPLANATION_FORMAT = 'bailiwick-explanation/1'

/** No explanation is longer, in bytes: it has whole deltas in it. */
export const MAX_EXPLANATION_BYTES = 2 ** 29
