import { createHash } from 'node:crypto'
import { Fault } from './fault.ts'
import { printSortedJson, type Json } from './sorted-json.ts'

/** Everything that an authority does and that its chain of decisions tells (`docs/spec/events.md` §3). */
export const EVENT_ACTS = [
  'api-key-made',
  'api-key-revoked',
  'appeal-accepted',
  'appeal-answered',
  'appeal-kept',
  'appeal-message',
  'appeal-noted',
  'appeal-opened',
  'appeal-partly-accepted',
  'appeal-refused',
  'appeal-retired',
  'approval',
  'approval-withdrawn',
  'chain-began',
  'decision',
  'decision-refused',
  'definition',
  'entry-lapsed',
  'export',
  'identity-linked',
  'identity-unlinked',
  'key-added',
  'key-made',
  'key-rotated',
  'key-used',
  'log-policy',
  'organisation-added',
  'override',
  'override-asked',
  'override-confirmed',
  'passkey-added',
  'passkey-refused',
  'passkey-removed',
  'proposal',
  'proposal-assigned',
  'proposal-changed',
  'proposal-checked',
  'proposal-commented',
  'proposal-overtaken',
  'proposal-rejected',
  'proposal-withdrawn',
  'publication',
  'publication-refused',
  'register-changed',
  'reports-proposed',
  'reports-received',
  'reports-rejected',
  'reports-withdrawn',
  'restored',
  'review-done',
  'review-opened',
  'role-given',
  'role-taken',
  'signed-in',
  'subscriber-added',
  'subscriber-changed',
  'subscriber-old-revoked',
  'subscriber-revoked',
  'subscriber-rotated',
  'user-added',
  'user-changed',
  'user-disabled',
] as const
export type EventAct = (typeof EVENT_ACTS)[number]

/** What was done, in the act's own words: integers, texts, and lists and objects of them. */
export type EventSubject = Readonly<Record<string, Json | undefined>>

/** An act, before it has its place in the chain. */
export interface NewEvent {
  readonly act: EventAct
  readonly actor: string
  readonly subject: EventSubject
}

/** One link of the chain. */
export interface ChainEvent extends NewEvent {
  /** 1, 2, 3 …, without a gap. */
  readonly number: number
  /** What the clock of the host said: ISO 8601 in UTC with milliseconds. The order is that of the numbers alone. */
  readonly at: string
  /** The hash of the event before; `NO_HASH` for the first. */
  readonly previous: string
  readonly hash: string
}

/** A place in the chain: whoever knows its hash knows everything before. */
export interface ChainHead {
  /** 0 before the first event. */
  readonly number: number
  readonly hash: string
}

/** What stands for the hash before the first event. */
export const NO_HASH = '0'.repeat(64)

/** An event's line at its longest, in bytes without the line feed. */
export const MAX_EVENT_BYTES = 1 << 22

/** How deep lists and objects of a subject may lie in each other, the subject itself included. */
export const MAX_SUBJECT_DEPTH = 4

/** The event that follows `head`. Throws `event/too-large`. */
export function nextEvent(head: ChainHead, event: NewEvent & { readonly at: Date }): ChainEvent {
  const { act, actor, subject } = event
  const at = event.at.toISOString()
  const open = { act, actor, at, number: head.number + 1, previous: head.hash, subject }
  const made = { ...open, hash: hashEvent(open) }
  const length = Buffer.byteLength(printEvent(made))
  if (length <= MAX_EVENT_BYTES) return made
  throw new Fault(
    'event/too-large',
    `expected an event of at most ${MAX_EVENT_BYTES} bytes, got ${length} for ${JSON.stringify(act)}: shorten the reason, or do it in several steps`,
  )
}

/** SHA-256 in lower-case hex over everything but the hash (`docs/spec/events.md` §2). */
export function hashEvent(event: Omit<ChainEvent, 'hash'>): string {
  const { act, actor, at, number, previous, subject } = event
  const canonical = printSortedJson({ act, actor, at, number, previous, subject })
  return createHash('sha256').update('bailiwick-event/1\n').update(canonical).digest('hex')
}

/** The event's one line, without its line feed. */
export function printEvent(event: ChainEvent): string {
  const { act, actor, at, hash, number, previous, subject } = event
  return printSortedJson({ act, actor, at, hash, number, previous, subject })
}

const MEMBERS = 'act,actor,at,hash,number,previous,subject'
const AT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const HASH = /^[0-9a-f]{64}$/

/** The event of a line without its line feed, or null when the line is not the one that `printEvent` gives. Whether it is true is not looked at. */
export function readEvent(line: string): ChainEvent | null {
  // From outside, not yet verified: the length first, then the depth, before anything walks down.
  if (line.length > MAX_EVENT_BYTES || Buffer.byteLength(line) > MAX_EVENT_BYTES) return null
  const value = readJson(line)
  if (!isObject(value) || Object.keys(value).join() !== MEMBERS) return null
  const { act, actor, at, hash, number, previous, subject } = value
  const isEvent =
    isAct(act) &&
    typeof actor === 'string' &&
    isTime(at) &&
    isHash(hash) &&
    isHash(previous) &&
    typeof number === 'number' &&
    Number.isSafeInteger(number) &&
    number > 0 &&
    isObject(subject) &&
    isPlain(value, MAX_SUBJECT_DEPTH + 1)
  if (!isEvent) return null
  const event = { act, actor, at, hash, number, previous, subject: subject as EventSubject }
  return printEvent(event) === line ? event : null
}

/** The value of a JSON text, or undefined. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isHash(value: unknown): value is string {
  return typeof value === 'string' && HASH.test(value)
}

function isAct(value: unknown): value is EventAct {
  return (EVENT_ACTS as readonly unknown[]).includes(value)
}

function isTime(value: unknown): value is string {
  if (typeof value !== 'string' || !AT.test(value)) return false
  const ms = Date.parse(value)
  return !Number.isNaN(ms) && new Date(ms).toISOString() === value
}

/** No name that some library would sort, or treat, as something else than a text. */
const NAME = /^[a-z][A-Za-z0-9]*$/

/** Whether every JSON library reads and sorts it alike: simple names, whole numbers, well-formed texts, no deeper than `depth`. */
function isPlain(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return !/\p{Surrogate}/u.test(value)
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0)
  if (typeof value !== 'object' || value === null) return true
  if (depth === 0) return false
  if (Array.isArray(value)) return value.every((member) => isPlain(member, depth - 1))
  return Object.entries(value).every(
    ([key, member]) => NAME.test(key) && isPlain(member, depth - 1),
  )
}
