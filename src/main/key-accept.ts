import type { Command } from 'commander'
import type { Acceptance } from '../publish/drafts/accept-signatures.ts'
import type { Authority } from './open-authority.ts'
import { globalOptions } from './global-options.ts'
import { printMissing } from './key-draft-text.ts'
import { printJson } from './print-table.ts'
import { readCeremonyFile } from './read-ceremony-file.ts'

/** `key accept`. */
export async function acceptFiles(
  files: readonly string[],
  options: { readonly json?: boolean },
  command: Command,
): Promise<void> {
  const { withAuthority } = await import('./open-authority.ts')
  const { assertMay } = await import('./assert-may.ts')
  const { acceptSignatures } = await import('../publish/drafts/accept-signatures.ts')
  const { parseSignatureFile } = await import('../publish/drafts/signature-file.ts')
  const { projectPublished } = await import('../publish/project-published.ts')
  const signatures = files.flatMap((file) => parseSignatureFile(readCeremonyFile(file)))
  const { data, actor } = globalOptions(command)
  const work = async (authority: Authority): Promise<Acceptance[]> => {
    assertMay(authority.store, { actor, acts: ['manage-keys'] })
    const done = await acceptSignatures(authority, signatures)
    await projectPublished(authority, { isThorough: false })
    return done
  }
  const accepted = await withAuthority(data, work, { actor })
  process.stdout.write(
    options.json === true ? printJson(accepted.map(factsOf)) : accepted.map(told).join(''),
  )
}

function factsOf({ draft, taken, known, missing, signed }: Acceptance): object {
  return { draft: draft.id, taken, known, missing, signed }
}

function told({ draft, taken, known, missing, signed }: Acceptance): string {
  const lines = [
    ...taken.map((keyid) => `  ${keyid}  good, taken\n`),
    ...known.map((keyid) => `  ${keyid}  was there already, and counts once\n`),
  ]
  const ending =
    missing.length === 0
      ? `enough have signed; signed and published: ${signed.join(', ')}\n`
      : `still missing:\n${printMissing(missing)}`
  return `draft ${draft.id}: ${draft.plan.title}\n${lines.join('')}${ending}`
}
