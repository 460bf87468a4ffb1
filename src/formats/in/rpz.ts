import type { EntryAction } from '../../core/entry.ts'
import type { EntryAttributes } from '../../core/entry-arena.ts'
import { readIpValue } from '../../core/ip-value.ts'
import { isReference } from '../../core/parse-entry.ts'
import { decodeLine, type Intake } from './intake.ts'
import type { RedirectTargets } from './redirect-targets.ts'
import { parseRpzIp } from './rpz-ip.ts'
import type { LineReader } from './scan-lines.ts'
import { parseZoneRecord, ZoneLines, type ZoneRecord } from './zone-line.ts'
import { ZoneOrigin } from './zone-origin.ts'

const SPACE = 0x20
const DOT = 0x2e
const STAR = 0x2a
const CNAME = Uint8Array.from('CNAME', (letter) => letter.charCodeAt(0))

/** docs/spec/rpz.md §3. */
const CNAME_ACTIONS: Readonly<Record<string, EntryAction>> = {
  '.': 'nxdomain',
  '*.': 'nodata',
  'rpz-drop.': 'drop',
  'rpz-passthru.': 'passthru',
  'rpz-tcp-only.': 'tcp-only',
}

/** Records that are about the zone itself or its signatures. */
const ZONE_TYPES = new Set([
  'SOA',
  'NS',
  'ZONEMD',
  'DNSKEY',
  'RRSIG',
  'NSEC',
  'NSEC3',
  'NSEC3PARAM',
])

/** Data of one owner, gathered over its records. */
interface OpenData {
  readonly owner: string
  readonly targets: string[]
  reference: string
}

/**
 * Reads a response policy zone in master file form: relative and absolute owners, `$ORIGIN`, records over several lines. A name and its
 * wildcard become one `domain` when they agree.
 */
export class RpzReader implements LineReader {
  readonly #intake: Intake
  readonly #targets: RedirectTargets
  readonly #origin: ZoneOrigin
  readonly #lines = new ZoneLines()
  readonly #nxdomain: EntryAttributes
  readonly #nameTag: number
  readonly #wildcardTag: number
  #owner = ''
  #open: OpenData | undefined

  constructor(intake: Intake, targets: RedirectTargets, zone: string | undefined) {
    this.#intake = intake
    this.#targets = targets
    this.#origin = new ZoneOrigin(zone)
    this.#nxdomain = intake.withAction('nxdomain')
    this.#nameTag = intake.markTag('name', this.#nxdomain)
    this.#wildcardTag = intake.markTag('wildcard', this.#nxdomain)
  }

  readLine(bytes: Uint8Array, start: number, end: number): void {
    if (this.#readPlain(bytes, start, end)) return
    const text = decodeLine(bytes, start, end)
    const record = this.#lines.push(text)
    if (record === null) {
      this.#intake.beginLine(bytes, start, end)
      return
    }
    const parsed = record.startsWith('$') ? null : parseZoneRecord(record)
    if (parsed === null || !this.#isOpen(parsed)) this.#close()
    this.#intake.beginLine(bytes, start, end)
    if (record.startsWith('$')) this.#readDirective(record)
    else if (parsed === null) this.#intake.refuse('no-record')
    else this.#readRecord(parsed)
  }

  readLongLine(bytes: Uint8Array, start: number, end: number): void {
    this.#close()
    this.#intake.beginLine(bytes, start, end)
    this.#intake.refuse('long-line')
  }

  finish(): void {
    if (this.#lines.isOpen) this.#intake.refuse('open-parenthesis')
    else this.#close()
  }

  /** `name CNAME .` right below the origin, nearly all there are, without a string. */
  #readPlain(bytes: Uint8Array, start: number, end: number): boolean {
    if (!this.#origin.isApex || this.#open !== undefined || this.#lines.isOpen) return false
    let to = end
    while (to > start && (bytes[to - 1] ?? 0) <= SPACE) to--
    if (bytes[to - 1] !== DOT || (bytes[to - 2] ?? 0) > SPACE) return false
    let owner = start
    while (owner < to && (bytes[owner] ?? 0) > SPACE) owner++
    let at = owner
    while (at < to && (bytes[at] ?? 0) <= SPACE) at++
    if (!isWordAt(bytes, at, CNAME) || owner === start || bytes[owner - 1] === DOT) return false
    const isWildcard = bytes[start] === STAR && bytes[start + 1] === DOT
    this.#intake.beginLine(bytes, start, end)
    const refusal = isWildcard
      ? this.#intake.takeName(bytes, start + 2, owner, this.#wildcardTag)
      : this.#intake.takeName(bytes, start, owner, this.#nameTag)
    if (refusal !== null) this.#intake.line--
    return refusal === null
  }

  #readDirective(text: string): void {
    const [directive = '', argument = ''] = text.split(/\s+/)
    if (/^\$origin$/i.test(directive)) this.#origin.set(argument)
    else if (!/^\$ttl$/i.test(directive)) this.#intake.unsupported('directive')
  }

  #readRecord({ owner, type, data }: ZoneRecord): void {
    if (owner !== '') this.#owner = owner
    if (type === 'SOA') this.#origin.setApex(this.#owner)
    const trigger = this.#origin.below(this.#owner)
    if (ZONE_TYPES.has(type) || trigger === '@') return
    if (trigger === null) this.#intake.refuse('out-of-zone')
    else if (type === 'CNAME') this.#readCname(trigger, data[0] ?? '')
    else if (type === 'A' || type === 'AAAA' || type === 'TXT') this.#readData(trigger, type, data)
    else this.#intake.unsupported('record-type')
  }

  #readCname(trigger: string, target: string): void {
    const action = CNAME_ACTIONS[target.toLowerCase()]
    if (action !== undefined) this.#take(trigger, this.#intake.withAction(action))
    else if (isItself(trigger, target)) this.#take(trigger, this.#intake.withAction('passthru'))
    else if (target.startsWith('*')) this.#intake.unsupported('wildcard-target')
    else this.#takeRedirect(trigger, [this.#origin.absolute(target)], '')
  }

  #isOpen({ owner, type }: ZoneRecord): boolean {
    if (this.#open === undefined || type === 'CNAME') return false
    return owner === '' || this.#origin.below(owner) === this.#open.owner
  }

  #readData(trigger: string, type: string, data: readonly string[]): void {
    const open = (this.#open ??= { owner: trigger, targets: [], reference: '' })
    const [first = ''] = data
    if (type === 'TXT') {
      open.reference = isReference(first) ? first : ''
      return
    }
    const reading = readIpValue(first)
    if ('value' in reading) open.targets.push(reading.value)
    else this.#intake.refuse('address')
  }

  /** Data is taken when the last record of its owner is known. */
  #close(): void {
    const open = this.#open
    this.#open = undefined
    if (open === undefined) return
    // An owner with data of other types only: an address is what it does not have.
    if (open.targets.length > 0) this.#takeRedirect(open.owner, open.targets, open.reference)
    else this.#take(open.owner, this.#intake.withAction('nodata'))
  }

  #takeRedirect(trigger: string, targets: readonly (string | null)[], reference: string): void {
    const owner = trigger
    if (!targets.every((target) => target !== null && this.#targets.add(owner, target))) {
      this.#intake.unsupported('other-redirect-target')
      return
    }
    const attributes = this.#intake.withAction('redirect')
    this.#take(trigger, reference === '' ? attributes : { ...attributes, reference })
  }

  #take(trigger: string, attributes: EntryAttributes): void {
    const intake = this.#intake
    const special = /\.(rpz-(?:client-ip|nsip|nsdname))$/i.exec(trigger)?.[1]
    if (special !== undefined) intake.unsupported(special.toLowerCase())
    else if (/\.rpz-ip$/i.test(trigger)) this.#finish(this.#takeIp(trigger, attributes))
    else if (trigger === '*') intake.unsupported('everything')
    else if (trigger.startsWith('*.')) {
      this.#finish(intake.takeNameText(trigger.slice(2), intake.markTag('wildcard', attributes)))
    } else this.#finish(intake.takeNameText(trigger, intake.markTag('name', attributes)))
  }

  #takeIp(trigger: string, attributes: EntryAttributes): string | null {
    const text = parseRpzIp(trigger)
    return text === null ? 'rpz-ip' : this.#intake.takeIp(text, attributes)
  }

  #finish(refusal: string | null): void {
    if (refusal !== null) this.#intake.refuse(refusal)
  }
}

/** The way of the first drafts to say passthru: a name that is itself. */
function isItself(trigger: string, target: string): boolean {
  return target.toLowerCase() === `${trigger.toLowerCase()}.`
}

function isWordAt(bytes: Uint8Array, at: number, word: Uint8Array): boolean {
  for (let i = 0; i < word.length; i++)
    if (((bytes[at + i] ?? 0) & ~SPACE) !== word[i]) return false
  return (bytes[at + word.length] ?? 0) <= SPACE
}
