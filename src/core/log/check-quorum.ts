import type { NoteKey } from './note-key.ts'
import type { LogPolicy, PolicyMember, PolicyWitness } from './policy.ts'

/** Whether enough have witnessed, and in words who had to and who did. */
export interface QuorumFinding {
  readonly isMet: boolean
  /** The witnesses of the policy that signed, in its order. */
  readonly witnesses: readonly PolicyWitness[]
  /** `quorum "x" needs 2 of a, b, c; got a`, and so on for each group in it that isn't there. */
  readonly sentence: string
}

/** Weighs the keys whose cosignatures on one checkpoint have been verified. */
export function checkQuorum(policy: LogPolicy, signed: readonly NoteKey[]): QuorumFinding {
  const witnesses = policy.witnesses.filter(({ key }) => signed.some((by) => isSameKey(by, key)))
  const { quorum } = policy
  if (quorum === null) return { isMet: true, witnesses, sentence: 'quorum none needs no witness' }
  return {
    isMet: hasWitnessed(quorum, witnesses),
    witnesses,
    sentence: `quorum ${tell(quorum, witnesses).join('; ')}`,
  }
}

function hasWitnessed(member: PolicyMember, witnesses: readonly PolicyWitness[]): boolean {
  if (member.kind === 'witness') return witnesses.includes(member)
  // tlog-policy: «if and only if at least k of its n members have witnessed».
  return present(member.members, witnesses).length >= member.threshold
}

function present(
  members: readonly PolicyMember[],
  witnesses: readonly PolicyWitness[],
): readonly PolicyMember[] {
  return members.filter((member) => hasWitnessed(member, witnesses))
}

function tell(member: PolicyMember, witnesses: readonly PolicyWitness[]): readonly string[] {
  const members = member.kind === 'group' ? member.members : [member]
  const threshold = member.kind === 'group' ? member.threshold : 1
  const there = present(members, witnesses)
  const sentence =
    `${JSON.stringify(member.name)} needs ${threshold} of ${namesOf(members)}; ` +
    `got ${namesOf(there) || 'none'}`
  const absent = members.filter((other) => other.kind === 'group' && !there.includes(other))
  return [sentence, ...absent.flatMap((group) => tell(group, witnesses))]
}

function namesOf(members: readonly PolicyMember[]): string {
  return members.map(({ name }) => name).join(', ')
}

function isSameKey(a: NoteKey, b: NoteKey): boolean {
  return a.id === b.id && a.name === b.name && Buffer.compare(a.publicKey, b.publicKey) === 0
}
