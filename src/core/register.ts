import { createHash } from 'node:crypto'
import { readDomainName } from './domain-name.ts'
import { Fault } from './fault.ts'
import { readIpValue } from './ip-value.ts'
import { nearest } from './nearest.ts'

/** What must not be blocked by a slip, by what it is for; `docs/spec/guards.md` §3. */
export const REGISTER_PURPOSES = [
  'authority',
  'cdn',
  'certificate',
  'dynamic-dns',
  'hosting',
  'payment',
  'resolver',
  'root',
  'time',
  'tld',
  'update',
] as const
export type RegisterPurpose = (typeof REGISTER_PURPOSES)[number]

/** Strangers share what has such a purpose: one of them is met by an entry below it, all of them by one at it. */
export function isSharedPurpose(purpose: RegisterPurpose): boolean {
  return purpose === 'cdn' || purpose === 'dynamic-dns' || purpose === 'hosting'
}

/** `name`: the name alone, and whatever takes it down. `below`: every name below it too. Of a network: all its addresses. */
export const REGISTER_SCOPES = ['below', 'name'] as const
export type RegisterScope = (typeof REGISTER_SCOPES)[number]

/** One row of the register: a canonical name, address or network, each once. */
export interface RegisterRow {
  readonly value: string
  readonly purpose: RegisterPurpose
  readonly scope: RegisterScope
  /** Why it is there, in one line: whoever is stopped by it reads this. */
  readonly reason: string
  /** Where that can be read, or empty. */
  readonly source: string
}

/** `docs/spec/guards.md` §3. */
export const MAX_REGISTER_ROWS = 10_000
export const MAX_REGISTER_TEXT = 500

/** A row as somebody wrote it. */
export type WrittenRow = Readonly<Record<keyof RegisterRow, string>>

/** The row with its value in canonical form. Throws `register/invalid`. */
export function parseRegisterRow({
  value,
  purpose,
  scope,
  reason,
  source,
}: WrittenRow): RegisterRow {
  return {
    value: parseRegisterValue(value),
    purpose: parseWord('purpose', purpose, REGISTER_PURPOSES),
    scope: parseWord('scope', scope, REGISTER_SCOPES),
    reason: parseLine('reason', reason, 1),
    source: parseLine('source', source, 0),
  }
}

/** A name, address or network in canonical form. Throws `register/invalid`. */
export function parseRegisterValue(text: string): string {
  const address = readIpValue(text)
  if ('value' in address) return address.value
  const name = readDomainName(text)
  if ('name' in name) return name.name
  throw invalid('value', 'a name, an address or a network', text)
}

/** Whether the value of a row is an address or network. No name has a colon, or ends in a number. */
export function isRegisterNetwork(value: string): boolean {
  return 'value' in readIpValue(value)
}

/**
 * The identity of a register: SHA-256 in lower-case hex over `bailiwick-register/1` and the rows, each a line of value, purpose, scope, reason
 * and source with tabs between them, sorted bytewise.
 */
export function registerState(rows: Iterable<RegisterRow>): string {
  const hash = createHash('sha256').update('bailiwick-register/1\n')
  for (const line of sortByBytes([...rows].map(printRow))) hash.update(line).update('\n')
  return hash.digest('hex')
}

/** In the order of their values. */
export function sortRegister(rows: Iterable<RegisterRow>): RegisterRow[] {
  return [...rows].sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0))
}

/** Whether two rows say the same. */
export function isSameRow(one: RegisterRow, other: RegisterRow): boolean {
  return printRow(one) === printRow(other)
}

function printRow({ value, purpose, scope, reason, source }: RegisterRow): string {
  return [value, purpose, scope, reason, source].join('\t')
}

function sortByBytes(lines: readonly string[]): Buffer[] {
  return lines.map((line) => Buffer.from(line)).sort((a, b) => a.compare(b))
}

function parseWord<T extends string>(what: string, text: string, words: readonly T[]): T {
  const found = words.find((word) => word === text)
  if (found !== undefined) return found
  const meant = nearest(text, words)
  const hint = meant === null ? '' : `: did you mean ${JSON.stringify(meant)}?`
  throw invalid(what, `one of ${words.join(', ')}`, text, hint)
}

function parseLine(what: string, text: string, least: number): string {
  const line = text.trim()
  const isLine = !/[\p{Cc}\p{Surrogate}\u2028\u2029]/u.test(line)
  if (isLine && line.length >= least && line.length <= MAX_REGISTER_TEXT) return line
  throw invalid(what, `one line of ${least} to ${MAX_REGISTER_TEXT} characters`, text.slice(0, 100))
}

function invalid(what: string, expected: string, got: string, hint = ''): Fault {
  return new Fault(
    'register/invalid',
    `${what}: expected ${expected}, got ${JSON.stringify(got)}${hint}`,
  )
}
