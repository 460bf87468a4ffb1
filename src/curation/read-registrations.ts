import { isDay } from '../core/day.ts'
import type { DomainName } from '../core/domain-name.ts'
import { readDomainName } from '../core/domain-name.ts'
import { Fault } from '../core/fault.ts'
import { registrableDomain } from '../core/public-suffix.ts'

/** When domains were registered, as somebody has found out from their registries. */
export interface Registrations {
  /** The newest day of each registrable domain. */
  readonly days: ReadonlyMap<string, string>
  readonly lines: number
  /** Lines that were not taken, and the first of them. */
  readonly refused: number
  readonly examples: readonly RefusedLine[]
}

export interface RefusedLine {
  readonly line: number
  readonly reason: 'line-length' | 'fields' | 'name' | 'not-registrable' | 'day' | 'future'
}

/** Domains in one file. */
export const MAX_REGISTRATIONS = 2_000_000
/** Characters of a line. */
export const MAX_REGISTRATION_LINE = 1024
const MAX_EXAMPLES = 10

/**
 * Reads `domain,YYYY-MM-DD` lines in UTF-8 from chunks of a file. A first line without a day is a heading; empty lines are passed over. From outside, not
 * yet verified: a line that is wrong is counted and not taken. Throws `import/too-large`.
 */
export function readRegistrations(chunks: Iterable<Uint8Array>, today: string): Registrations {
  const reader = new RegistrationReader(today)
  for (const line of linesOf(chunks)) reader.add(line)
  return reader.finish()
}

class RegistrationReader {
  readonly #today: string
  readonly #days = new Map<string, string>()
  readonly #examples: RefusedLine[] = []
  #lines = 0
  #refused = 0

  constructor(today: string) {
    this.#today = today
  }

  add(text: string): void {
    const line = ++this.#lines
    const read = this.#read(text)
    if (read === null || (line === 1 && read === 'day')) return
    if (typeof read !== 'string') {
      this.#keep(read)
      return
    }
    this.#refused++
    if (this.#examples.length < MAX_EXAMPLES) this.#examples.push({ line, reason: read })
  }

  finish(): Registrations {
    return {
      ...{ days: this.#days, lines: this.#lines },
      ...{ refused: this.#refused, examples: this.#examples },
    }
  }

  /** Null for nothing. */
  #read(line: string): Registration | RefusedLine['reason'] | null {
    if (line.length > MAX_REGISTRATION_LINE) return 'line-length'
    const text = line.trim()
    if (text === '') return null
    const comma = text.indexOf(',')
    if (comma < 0 || text.includes(',', comma + 1)) return 'fields'
    const day = text.slice(comma + 1).trim()
    if (!isDay(day)) return 'day'
    if (day > this.#today) return 'future'
    const reading = readDomainName(text.slice(0, comma))
    if (!('name' in reading)) return 'name'
    return registrableDomain(reading.name) === reading.name
      ? { domain: reading.name, day }
      : 'not-registrable'
  }

  #keep({ domain, day }: Registration): void {
    const known = this.#days.get(domain)
    if (known === undefined || known < day) this.#days.set(domain, day)
    if (this.#days.size <= MAX_REGISTRATIONS) return
    throw new Fault(
      'import/too-large',
      `expected at most ${MAX_REGISTRATIONS} domains in one file, got more: cut it in parts`,
    )
  }
}

interface Registration {
  readonly domain: DomainName
  readonly day: string
}

/** Lines without their ends. What follows the limit of a line is dropped as it comes, so that none fills the memory. */
function* linesOf(chunks: Iterable<Uint8Array>): Generator<string> {
  const decoder = new TextDecoder('utf-8')
  let rest = ''
  for (const chunk of chunks) {
    const text = rest + decoder.decode(chunk, { stream: true })
    let start = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      yield text.slice(start, end)
      start = end + 1
    }
    rest = text.slice(start, start + MAX_REGISTRATION_LINE + 1)
  }
  rest += decoder.decode()
  if (rest !== '') yield rest
}

/** The day on which the domain of a value was registered, when that is after the day on which the value was listed; else null. */
export function registeredSince(
  days: Registrations['days'],
  { value, decidedOn }: { readonly value: string; readonly decidedOn: string },
): { readonly domain: string; readonly day: string } | null {
  // Of a URL the host (`docs/spec/entry.md` §3).
  const end = value.search(/[/:?]/)
  const domain = registrableDomain((end < 0 ? value : value.slice(0, end)) as DomainName)
  const day = domain === null ? undefined : days.get(domain)
  return domain === null || day === undefined || day <= decidedOn ? null : { domain, day }
}
