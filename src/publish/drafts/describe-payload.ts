import type { RoleKeys, RootSigned, TargetFile, TargetsSigned } from '../tuf-metadata.ts'
import type { PayloadFile } from './payload-file.ts'

/**
 * What a file asks its holders to sign, in plain words, line by line: everything that holds afterwards, and how it differs from what holds
 * now. Below the first two lines it is made of what is to be signed, and of nothing that is only told.
 */
export function describePayload(file: PayloadFile): string[] {
  const { root, targets, before, policy } = file
  const lines = [
    `draft      ${file.draft}: ${file.title}`,
    `authority  ${printFingerprint(file.authority)}`,
    ...(root === null ? [] : ['', ...describeRoot(before.root, root)]),
    ...(targets === null ? [] : ['', ...describeTargets(before.targets, targets)]),
    ...(policy === null ? [] : ['', 'the policy of the log', ...indented(policy)]),
  ]
  // From a host that may be somebody else's: nothing in it may steer the terminal, nor turn a line round.
  return lines.map((line) => line.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '?'))
}

/** Hex in groups of four digits, as people compare it. */
export function printFingerprint(hex: string): string {
  return hex.match(/.{1,4}/g)?.join(' ') ?? ''
}

function describeRoot(before: PayloadFile['before']['root'], root: RootSigned): string[] {
  const lines = headOf('root', before, root)
  for (const [name, keys] of Object.entries(root.roles)) {
    lines.push(...describeKeys(name, before.signed.roles[name as 'root'], keys))
  }
  return lines
}

function describeTargets(
  before: PayloadFile['before']['targets'],
  targets: TargetsSigned,
): string[] {
  const lines = headOf('targets', before, targets)
  const old = before.signed.delegations?.roles ?? []
  const roles = targets.delegations?.roles ?? []
  for (const role of roles) {
    const same = old.find(({ name }) => name === role.name) ?? null
    lines.push(...describeKeys(role.name, same, role))
  }
  for (const { name } of old) {
    if (!roles.some((role) => role.name === name)) lines.push(`  ${name}: GONE, its list ends`)
  }
  return [...lines, ...describeFiles(before.signed.targets, targets.targets)]
}

function headOf(
  role: string,
  { signed, sha256 }: PayloadFile['before']['root' | 'targets'],
  next: RootSigned | TargetsSigned,
): string[] {
  return [
    `${role} version ${next.version}, valid until ${next.expires}`,
    `  follows version ${signed.version}, valid until ${signed.expires}, SHA-256 ${printFingerprint(sha256)}`,
  ]
}

/** All keys that a role has then, and those that it loses. */
function describeKeys(name: string, before: RoleKeys | null, after: RoleKeys): string[] {
  const rule = ({ keyids, threshold }: RoleKeys): string => `${threshold} of ${keyids.length}`
  const old = before?.keyids ?? []
  const isSame =
    before !== null && before.threshold === after.threshold && isSameSet(old, after.keyids)
  const told = isSame ? 'as before' : before === null ? 'NEW' : `CHANGED, before ${rule(before)}`
  const gone = old.filter((keyid) => !after.keyids.includes(keyid))
  return [
    `  ${name}: ${rule(after)} must sign (${told})`,
    ...after.keyids.map(
      (keyid) => `    ${old.includes(keyid) ? '=' : '+'} ${printFingerprint(keyid)}`,
    ),
    ...gone.map((keyid) => `    - ${printFingerprint(keyid)}`),
  ]
}

function describeFiles(
  before: TargetsSigned['targets'],
  after: TargetsSigned['targets'],
): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
  return names.map((name) => {
    const [old, now] = [before[name], after[name]]
    if (now === undefined) return `  ${JSON.stringify(name)}: GONE`
    const isSame = old !== undefined && printFile(old) === printFile(now)
    const told = isSame ? 'as before' : old === undefined ? 'NEW' : 'CHANGED'
    return `  ${JSON.stringify(name)} (${told}): ${printFile(now)}`
  })
}

function printFile({ hashes, length, custom }: TargetFile): string {
  const more = Object.keys(custom).length === 0 ? '' : ` ${JSON.stringify(custom)}`
  return `${length} bytes, SHA-256 ${hashes.sha256}${more}`
}

function indented(text: string): string[] {
  // A last line without its line feed is signed as well: it is shown.
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => `  ${line}`)
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one))
}
