import { changeTrust, type TrustChanged } from './drafts/change-trust.ts'
import type { PublishDeps } from './ports.ts'
import { nextRoot, nextTargets } from './seal-metadata.ts'

/** Signs root or targets again with the same content before they expire. As for every change of them, it may become a draft. */
export function renewRole(deps: PublishDeps, role: 'root' | 'targets'): Promise<TrustChanged> {
  return changeTrust(deps, (roles, at) => ({
    title: `${role} as it is, for longer`,
    root: role === 'root' ? nextRoot(roles.root, {}, at) : null,
    targets: role === 'targets' ? nextTargets(roles.targets, {}, at) : null,
    lists: [],
    isSealed: role === 'targets',
    ...{ acts: [], policy: null, isForced: false, joins: false },
  }))
}
