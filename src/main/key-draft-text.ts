import type { Drafted } from '../publish/drafts/change-trust.ts'
import type { MissingSignatures } from '../publish/drafts/trust-plan.ts'

/** What a command says when its change became a draft. */
export function printDrafted({ draft, missing }: Drafted): string {
  return `nothing is signed yet: this is draft ${draft.id}, which waits for signatures
${printMissing(missing)}
Next:
  bailiwick key payload ${draft.id}                  the file for the holders
  bailiwick key sign ${draft.id}.payload.json --keys FOLDER    each of them, on his own machine
  bailiwick key accept FILE...                      here, what they bring back
`
}

/** Whose signatures are missing, a threshold a paragraph. */
export function printMissing(missing: readonly MissingSignatures[]): string {
  return missing
    .map(({ role, version, namedBy, threshold, there, missing: keyids }) => {
      const needed = threshold - there.length
      const head = `  ${role} ${version} needs ${needed} more of the keys that ${namedBy} names (${there.length} of ${threshold} are there):\n`
      return head + keyids.map((keyid) => `    ${keyid}\n`).join('')
    })
    .join('')
}

/** A draft in JSON, for scripts: nothing where there is none. */
export function draftFacts(drafted: Drafted | null): object {
  return drafted === null ? {} : { draft: drafted.draft.id, missing: drafted.missing }
}
