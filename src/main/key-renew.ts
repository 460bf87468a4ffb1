import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import type { TrustChanged } from '../publish/drafts/change-trust.ts'
import type { Authority } from './open-authority.ts'
import { globalOptions } from './global-options.ts'
import { draftFacts, printDrafted } from './key-draft-text.ts'
import { printJson } from './print-table.ts'

/** `key renew`. */
export async function renew(
  role: string,
  options: { readonly json?: boolean },
  command: Command,
): Promise<void> {
  if (role !== 'root' && role !== 'targets') {
    throw new Fault(
      'usage/invalid',
      `expected root or targets, got ${JSON.stringify(role)}: all else is signed again by «bailiwick serve»`,
    )
  }
  const { withAuthority } = await import('./open-authority.ts')
  const { assertMay } = await import('./assert-may.ts')
  const { renewRole } = await import('../publish/renew-role.ts')
  const { projectPublished } = await import('../publish/project-published.ts')
  const { data, actor } = globalOptions(command)
  const work = async (authority: Authority): Promise<TrustChanged> => {
    assertMay(authority.store, { actor, acts: ['manage-keys'] })
    const done = await renewRole(authority, role)
    await projectPublished(authority, { isThorough: false })
    return done
  }
  const { signed, drafted } = await withAuthority(data, work, { actor })
  const text = drafted === null ? `signed: ${signed.join(', ')}\n` : printDrafted(drafted)
  const facts = { role, signed, ...draftFacts(drafted) }
  process.stdout.write(options.json === true ? printJson(facts) : text)
}
