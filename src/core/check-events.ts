import {
  type ChainEvent,
  type ChainHead,
  hashEvent,
  isHash,
  isObject,
  NO_HASH,
  readEvent,
  readJson,
} from './event.ts'
import { printSortedJson } from './sorted-json.ts'

/** What can be wrong with a chain; `docs/spec/events.md` §6 says what each means. */
export const EVENT_FINDINGS = [
  'event/appeal',
  'event/began',
  'event/decision',
  'event/definition',
  'event/entries',
  'event/format',
  'event/hash',
  'event/head',
  'event/header',
  'event/number',
  'event/previous',
  'event/proposal',
  'event/publication',
  'event/register',
  'event/report',
] as const

/** One thing that is wrong. */
export interface EventFinding {
  readonly code: (typeof EVENT_FINDINGS)[number]
  /** `event 17`, `line 3`, `decision 41`, … */
  readonly place: string
  readonly expected: string
  readonly got: string
}

/** So many findings are told; who has that many needs no more. */
export const MAX_EVENT_FINDINGS = 100

/** The format of an exported chain, in its first line. */
export const EVENTS_FORMAT = 'bailiwick-events/1'

/** What the first line of an exported chain says. */
export interface EventsHeader {
  /** SHA-256 of the authority's first `root.json`; empty where there was none. */
  readonly authority: string
  /** The last event of the file. */
  readonly head: ChainHead
}

/** The first line of an exported chain, without its line feed. */
export function printEventsHeader({ authority, head }: EventsHeader): string {
  const { number, hash } = head
  return printSortedJson({ authority, format: EVENTS_FORMAT, head: { hash, number } })
}

/**
 * What is wrong with an exported chain: its lines without line feeds, null for one that could not be read (`readEventLines`). Each of `known`
 * is a head that was seen elsewhere, such as in the manifest of a publication, and must be in the chain. Empty when every event is as it was
 * written, in its place, and the last is the one that the header names. At most `MAX_EVENT_FINDINGS`.
 */
export function checkEvents(
  lines: Iterable<string | null>,
  known: readonly ChainHead[] = [],
): EventFinding[] {
  const check = new ChainCheck(known)
  let head: ChainHead | null = null
  let at = 0
  for (const line of lines) {
    if (check.isFull) break
    at++
    if (at === 1) {
      head = readHeader(line)
      if (head === null) check.tell('event/header', 'line 1', `a header of ${EVENTS_FORMAT}`, line)
      continue
    }
    const event = line === null ? null : readEvent(line)
    if (event === null) check.tell('event/format', `line ${at}`, 'an event on one line', line)
    else check.add(event)
  }
  if (at === 0) check.tell('event/header', 'line 1', `a header of ${EVENTS_FORMAT}`, null)
  return check.finish(head)
}

function readHeader(line: string | null): ChainHead | null {
  // From outside, not yet verified. No header is longer.
  if (line === null || line.length > 1000) return null
  const value = readJson(line)
  if (!isObject(value) || value['format'] !== EVENTS_FORMAT || !isObject(value['head'])) return null
  const { authority, head } = value
  if (authority !== '' && !isHash(authority)) return null
  const { hash, number } = head
  if (!isHash(hash) || typeof number !== 'number' || !Number.isSafeInteger(number)) return null
  return printEventsHeader({ authority, head: { number, hash } }) === line ? { number, hash } : null
}

/** Follows a chain from its first event on, and notes what does not hold. */
export class ChainCheck {
  readonly findings: EventFinding[] = []
  readonly #known: Map<number, string>
  #head: ChainHead = { number: 0, hash: NO_HASH }

  constructor(known: readonly ChainHead[] = []) {
    this.#known = new Map(known.map(({ number, hash }) => [number, hash]))
  }

  /** Whether nothing more will be noted. */
  get isFull(): boolean {
    return this.findings.length >= MAX_EVENT_FINDINGS
  }

  add(event: ChainEvent): void {
    const { number, previous, hash, act } = event
    const place = `event ${number}`
    const next = this.#head.number + 1
    if (number !== next) this.tell('event/number', place, `number ${next}`, `number ${number}`)
    if (previous !== this.#head.hash) this.tell('event/previous', place, this.#head.hash, previous)
    const own = hashEvent(event)
    if (hash !== own) this.tell('event/hash', place, own, hash)
    if ((act === 'chain-began') !== (number === 1)) {
      this.tell('event/began', place, 'chain-began as the first event and no other', act)
    }
    const known = this.#known.get(number)
    this.#known.delete(number)
    if (known !== undefined && known !== hash) this.tell('event/head', place, known, hash)
    // What the row says, not what it ought to say: one wrong row is one finding or two, not one for each row after it.
    this.#head = { number, hash }
  }

  /** Ends with `head`, if it is known which event is the last. */
  finish(head: ChainHead | null = null): EventFinding[] {
    for (const [number, hash] of this.#known) {
      if (number === 0 && hash === NO_HASH) continue
      this.tell('event/head', `event ${number}`, hash, null)
    }
    const { number, hash } = this.#head
    if (head !== null && (head.number !== number || head.hash !== hash)) {
      const [expected, got] = [head, this.#head].map((one) => `event ${one.number} ${one.hash}`)
      this.tell('event/head', 'the last event', expected ?? '', got ?? '')
    }
    if (number === 0) this.tell('event/began', 'event 1', 'chain-began', null)
    return this.findings
  }

  /** Notes a finding; `got` is cut short, and null for nothing. */
  tell(code: EventFinding['code'], place: string, expected: string, got: string | null): void {
    if (this.isFull) return
    this.findings.push({ code, place, expected, got: got === null ? 'none' : got.slice(0, 200) })
  }
}
