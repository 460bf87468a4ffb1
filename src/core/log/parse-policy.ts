import { Fault, isFault } from '../fault.ts'
import { parseNoteKey, type NoteKey, type NoteKeyType } from './note-key.ts'
import type { LogPolicy, PolicyGroup, PolicyLog, PolicyMember, PolicyWitness } from './policy.ts'

/** No policy file is longer. */
export const MAX_POLICY_BYTES = 65_536

/**
 * No policy has more logs, witnesses or groups, of each. tlog-policy asks for 32 at least; 64 witnesses with the log fit into the
 * signatures of one note.
 */
export const MAX_POLICY_ITEMS = 64

/** What has been read so far. Names are octets, written as Latin-1 (tlog-policy, «Character set»). */
interface Draft {
  readonly logs: PolicyLog[]
  readonly witnesses: PolicyWitness[]
  readonly groups: PolicyGroup[]
  readonly names: Map<string, PolicyMember>
  /** What is a member of a group: nothing is of two. */
  readonly taken: Set<string>
  quorum: PolicyMember | null | undefined
}

/** The name that no witness and no group has. */
const NONE = 'none'

/** A policy file. Throws `log/policy` with the number of the line. */
export function parsePolicy(bytes: Uint8Array): LogPolicy {
  if (bytes.length > MAX_POLICY_BYTES) {
    throw refused(`expected a policy of ${MAX_POLICY_BYTES} bytes at most, got ${bytes.length}`)
  }
  const lines = Buffer.from(bytes).toString('latin1').split('\n')
  // tlog-policy: «each line is terminated by ASCII newline». A file that was cut could name another quorum.
  if (lines.pop() !== '') throw refused('expected a line feed at the end of the policy, got none')
  const draft: Draft = {
    logs: [],
    witnesses: [],
    groups: [],
    names: new Map(),
    taken: new Set(),
    quorum: undefined,
  }
  lines.forEach((line, i) => {
    readLine(draft, line, i + 1)
  })
  const { logs, witnesses, quorum } = draft
  if (quorum === undefined) throw refused('expected a line with the quorum, got none')
  return { logs, witnesses, quorum }
}

function readLine(draft: Draft, line: string, number: number): void {
  try {
    // tlog-policy: «The only allowed control characters are tab and newline».
    if (/[\x00-\x08\x0a-\x1f\x7f]/.test(line)) {
      throw refused('expected no control characters but tabs, got one')
    }
    const [keyword = '', ...items] = line.split(/[ \t]+/).filter((item) => item !== '')
    if (keyword !== '' && !keyword.startsWith('#')) readItems(draft, keyword, items)
  } catch (error) {
    if (!isFault(error, 'log/policy', 'log/key')) throw error
    throw new Fault('log/policy', `line ${number} of the policy: ${error.message}`, {
      cause: error,
    })
  }
}

function readItems(draft: Draft, keyword: string, items: readonly string[]): void {
  const read = READERS.get(keyword)
  if (read === undefined) {
    throw refused(`expected log, witness, group or quorum, got ${shown(keyword)}`)
  }
  read(draft, items)
}

function readLog({ logs }: Draft, items: readonly string[]): void {
  const [vkey = '', url = null] = itemsOf(items, 1, 2)
  logs.push({ key: newKey(logs, vkey, 'ed25519'), url: url === null ? null : decode(url) })
  assertCount(logs, 'logs')
}

function readWitness(draft: Draft, items: readonly string[]): void {
  const [name = '', vkey = '', url = null] = itemsOf(items, 2, 3)
  const witness: PolicyWitness = {
    kind: 'witness',
    name: decode(name),
    key: newKey(draft.witnesses, vkey, 'cosignature'),
    url: url === null ? null : decode(url),
  }
  define(draft, name, witness)
  draft.witnesses.push(witness)
  assertCount(draft.witnesses, 'witnesses')
}

function readGroup(draft: Draft, items: readonly string[]): void {
  const [name = '', count = '', ...names] = itemsOf(items, 3, Infinity)
  const members = names.map((member) => {
    // tlog-policy: «Each defined name can be listed as a group member at most once.»
    if (draft.taken.has(member)) {
      throw refused(`expected each name in one group, got ${shown(member)} again`)
    }
    draft.taken.add(member)
    return find(draft, member)
  })
  const group: PolicyGroup = {
    kind: 'group',
    name: decode(name),
    threshold: thresholdOf(count, members.length),
    members,
  }
  define(draft, name, group)
  draft.groups.push(group)
  assertCount(draft.groups, 'groups')
}

function readQuorum(draft: Draft, items: readonly string[]): void {
  const [name = ''] = itemsOf(items, 1, 1)
  if (draft.quorum !== undefined) throw refused('expected one line with the quorum, got another')
  draft.quorum = name === NONE ? null : find(draft, name)
}

const READERS = new Map([
  ['log', readLog],
  ['witness', readWitness],
  ['group', readGroup],
  ['quorum', readQuorum],
])

function thresholdOf(text: string, members: number): number {
  if (text === 'any') return 1
  if (text === 'all') return members
  const threshold = /^[1-9][0-9]{0,3}$/.test(text) ? Number(text) : NaN
  if (threshold <= members) return threshold
  throw refused(`expected any, all or a number from 1 to ${members}, got ${shown(text)}`)
}

/** tlog-policy: «duplicate if they wrap the same underlying public key, even if they differ by key name and key id». */
function newKey(others: readonly { key: NoteKey }[], vkey: string, type: NoteKeyType): NoteKey {
  const key = parseNoteKey(decode(vkey))
  if (key.type !== type) throw refused(`expected a key of type ${type}, got one of ${key.type}`)
  const twin = others.find((other) => Buffer.compare(other.key.publicKey, key.publicKey) === 0)
  if (twin === undefined) return key
  throw refused(
    `expected every public key once, got that of ${JSON.stringify(twin.key.name)} again`,
  )
}

function define({ names }: Draft, name: string, member: PolicyMember): void {
  if (name === NONE || names.has(name)) {
    throw refused(`expected a name that isn't taken, got ${shown(name)}`)
  }
  names.set(name, member)
}

function find({ names }: Draft, name: string): PolicyMember {
  const member = names.get(name)
  if (member !== undefined) return member
  throw refused(`expected a witness or group of a line before, got ${shown(name)}`)
}

function itemsOf(items: readonly string[], least: number, most: number): readonly string[] {
  if (items.length >= least && items.length <= most) return items
  const range = least === most ? String(least) : `${least} to ${most === Infinity ? 'more' : most}`
  throw refused(`expected ${range} items behind the keyword, got ${items.length}`)
}

function assertCount(items: readonly unknown[], what: string): void {
  if (items.length <= MAX_POLICY_ITEMS) return
  throw refused(`expected ${MAX_POLICY_ITEMS} ${what} at most, got more`)
}

/** What people read, and key names: both are UTF-8 in practice. */
function decode(octets: string): string {
  return Buffer.from(octets, 'latin1').toString('utf8')
}

function shown(octets: string): string {
  return JSON.stringify(decode(octets).slice(0, 100))
}

function refused(message: string): Fault {
  return new Fault('log/policy', message)
}
