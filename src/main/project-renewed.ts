import { isFault } from '../core/fault.ts'
import { projectPublished } from '../publish/project-published.ts'
import { renewTargets } from '../publish/renew-targets.ts'
import type { Authority } from './open-authority.ts'

/**
 * Makes all published files again that are lost: as they were signed, and where that can't be, signed anew. Only then keys and
 * passphrase are needed. For restoring and repairing; a server doesn't sign because a file is gone.
 */
export async function projectRenewed(authority: Authority): Promise<void> {
  try {
    await projectPublished(authority, { isThorough: true })
  } catch (error) {
    if (!isFault(error, 'publish/unrepeatable')) throw error
    await renewTargets(authority)
    await projectPublished(authority, { isThorough: true })
  }
}
