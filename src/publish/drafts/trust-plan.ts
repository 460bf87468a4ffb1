import type { AuthorityRoles } from '../authority-roles.ts'
import type { Act } from '../ports.ts'
import type { RoleKeys, RootSigned, TargetsSigned } from '../tuf-metadata.ts'

/** Of a title: holders see it above what they sign, and it must not imitate that. */
export const MAX_TITLE_LENGTH = 200

/** A change of root, of targets, or of both, before anybody has signed it. */
export interface TrustPlan {
  /** In words, for whoever is asked to sign: one line of `MAX_TITLE_LENGTH` characters at most. */
  readonly title: string
  /** The next version of root. */
  readonly root: RootSigned | null
  /** The next version of targets. */
  readonly targets: TargetsSigned | null
  /** List roles that this host signs with it: again with what they say then, or for the first time. */
  readonly lists: readonly string[]
  /** Whether readers are told by a snapshot and a timestamp. A root that changes neither's keys is found without. */
  readonly isSealed: boolean
  /** What the chain of decisions tells when it is committed. */
  readonly acts: readonly Act[]
  /** The text of the policy that `targets` names, where that is new. */
  readonly policy: string | null
  /** Whether the witnesses of the policy before are given up. */
  readonly isForced: boolean
  /** Whether it may be put on top of what waits for its witnesses. */
  readonly joins: boolean
}

/** A title that names `names`: as many of them as it has room for. */
export function printTitle(head: string, names: readonly string[]): string {
  for (let shown = Math.min(names.length, MAX_TITLE_LENGTH); shown > 0; shown--) {
    const rest = names.length - shown
    const more = rest === 0 ? '' : ` and ${rest} more`
    const title = `${head} ${names.slice(0, shown).join(', ')}${more}`
    if (title.length <= MAX_TITLE_LENGTH) return title
  }
  return `${head}: ${names.length} of them`
}

/** One part of a plan that keys have to sign. */
export interface PlannedPart {
  readonly role: 'root' | 'targets'
  readonly signed: RootSigned | TargetsSigned
  /** Whose signatures it needs: all of these thresholds must be met. */
  readonly needs: readonly NeededKeys[]
}

export interface NeededKeys extends RoleKeys {
  /** Which metadata names them: `root 4`. */
  readonly namedBy: string
}

/** The parts of a plan on top of `roles`, root first. */
export function partsOf({ root }: Pick<AuthorityRoles, 'root'>, plan: TrustPlan): PlannedPart[] {
  const after = plan.root ?? root
  const parts: PlannedPart[] = []
  if (plan.root !== null) {
    // TUF 1.0 §6.1: the next root is signed by a threshold of the old root keys and of the new.
    const needs = [root, plan.root].map((by) => neededBy(by, 'root'))
    parts.push({ role: 'root', signed: plan.root, needs })
  }
  if (plan.targets !== null) {
    parts.push({ role: 'targets', signed: plan.targets, needs: [neededBy(after, 'targets')] })
  }
  return parts
}

function neededBy(root: RootSigned, role: 'root' | 'targets'): NeededKeys {
  return { ...root.roles[role], namedBy: `root ${root.version}` }
}

/** What one threshold of a part still lacks. */
export interface MissingSignatures {
  readonly role: 'root' | 'targets'
  readonly version: number
  readonly namedBy: string
  readonly threshold: number
  /** Keys that have signed, or are on this host and will. */
  readonly there: readonly string[]
  /** Keys any of which can still sign. */
  readonly missing: readonly string[]
}

/** The thresholds that are not met; empty where all are. `signedBy` has the keys that signed a part, or will. */
export function missingSignatures(
  parts: readonly PlannedPart[],
  signedBy: (part: PlannedPart) => ReadonlySet<string>,
): MissingSignatures[] {
  return parts.flatMap((part) => {
    const by = signedBy(part)
    return part.needs.flatMap(({ keyids, threshold, namedBy }) => {
      const there = keyids.filter((keyid) => by.has(keyid))
      if (there.length >= threshold) return []
      const missing = keyids.filter((keyid) => !by.has(keyid))
      const { role, signed } = part
      return [{ role, version: signed.version, namedBy, threshold, there, missing }]
    })
  })
}
