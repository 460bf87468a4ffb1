import { type DomainName, readDomainName } from '../../core/domain-name.ts'
import { ENTRY_KINDS, type EntryAction, type EntryKind, type EntryValue } from '../../core/entry.ts'
import {
  type EntryArena,
  type EntryAttributes,
  KIND_BITS,
  KIND_MASK,
  MARK,
} from '../../core/entry-arena.ts'
import { Fault } from '../../core/fault.ts'
import { readIpValue } from '../../core/ip-value.ts'
import { isCanonicalIpv4 } from '../../core/scan-ipv4.ts'
import { NAME_NOT_ASCII, nameRefusal, scanAsciiName } from '../../core/scan-name.ts'
import { readUrlValue } from '../../core/url-value.ts'
import type { FindingCounter, LineFinding } from './import-report.ts'

/** What entries get that their line does not say. */
export interface IntakeDefaults extends EntryAttributes {
  /** Instead of the kind that the syntax means. */
  readonly kind: EntryKind | undefined
}

export interface IntakeDeps {
  readonly arena: EntryArena
  readonly findings: FindingCounter
  /** Whether the public suffix list knows the end of the name (`core/public-suffix.ts`). */
  readonly hasKnownSuffix: (name: DomainName) => boolean
  readonly maxEntries: number
  /** Why a good entry may not be taken all the same, or null. Left out: all may. */
  readonly refuseEntry?: RefuseEntry | undefined
}

/** The rule of whoever asked for the list. Marks of records come as the kind that they begin. */
export type RefuseEntry = (
  value: EntryValue,
  kind: EntryKind,
  attributes: EntryAttributes,
) => string | null

/**
 * Where the readers of all syntaxes put what they find. `take…` makes an entry and returns null, or returns
 * why not; nothing is thrown for a bad value, because lists have thousands of them.
 */
export class Intake {
  /** The number of the line that is being read. */
  line = 0
  readonly arena: EntryArena
  readonly defaults: IntakeDefaults
  readonly #deps: IntakeDeps
  #bytes: Uint8Array = new Uint8Array(0)
  #start = 0
  #end = 0

  constructor(deps: IntakeDeps, defaults: IntakeDefaults) {
    this.arena = deps.arena
    this.defaults = defaults
    this.#deps = deps
  }

  /** To be called first for each line: findings are about the line last begun. */
  beginLine(bytes: Uint8Array, start: number, end: number): void {
    this.line++
    this.#bytes = bytes
    this.#start = start
    this.#end = end
  }

  /** The text of the line, without the carriage return at its end. */
  lineText(): string {
    return showText(this.#bytes, this.#start, this.#end)
  }

  /** The tag for entries of this kind, or of the kind that was asked for instead. IP and URL values keep theirs. */
  tag(kind: EntryKind, attributes: EntryAttributes = this.defaults): number {
    const asked = this.defaults.kind
    const isName = kind !== 'ip' && kind !== 'url'
    return this.arena.tag(isName && asked !== undefined ? asked : kind, attributes)
  }

  /** The tag for one record of a zone, or one line of dnsmasq, that says only a part. */
  markTag(mark: keyof typeof MARK, attributes: EntryAttributes): number {
    const asked = this.defaults.kind
    if (asked !== undefined) return this.arena.tag(asked, attributes)
    return (this.arena.attributesNumber(attributes) << KIND_BITS) | MARK[mark]
  }

  /** The attributes of this input with another action. */
  withAction(action: EntryAction): EntryAttributes {
    return { action, category: this.defaults.category, reference: this.defaults.reference }
  }

  /** Takes the name `bytes[start, end)`, with no white space around it. The bytes are not changed. */
  takeName(bytes: Uint8Array, start: number, end: number, tag: number): string | null {
    const { arena } = this
    arena.reserve(end - start)
    const target = arena.bytes
    const at = arena.end
    let to = at
    for (let i = start; i < end; i++) target[to++] = bytes[i] ?? 0
    const stop = scanAsciiName(target, at, to)
    if (stop > at) {
      if (this.#deps.refuseEntry !== undefined) {
        const name = Buffer.from(target.buffer, target.byteOffset + at, stop - at)
        const refusal = this.#askRefusal(name.toString('latin1'), tag)
        if (refusal !== null) return refusal
      }
      if (arena.count >= this.#deps.maxEntries) this.#refuseMore()
      arena.push(stop - at, tag)
      return null
    }
    if (stop !== NAME_NOT_ASCII) return nameRefusal(stop)
    const text = decodeUtf8(bytes, start, end)
    return text === null ? 'encoding' : this.takeNameText(text, tag)
  }

  /** As `takeIp`, for bytes; quick for an IPv4 address in its canonical form, as nearly all are. */
  takeAddress(bytes: Uint8Array, start: number, end: number): string | null {
    const text = decodeLine(bytes, start, end)
    return isCanonicalIpv4(bytes, start, end) ? this.#put(text, this.tag('ip')) : this.takeIp(text)
  }

  takeNameText(text: string, tag: number): string | null {
    const reading = readDomainName(text)
    if ('refusal' in reading) return reading.refusal
    return this.#put(reading.name, tag)
  }

  takeUrl(text: string, attributes: EntryAttributes = this.defaults): string | null {
    const reading = readUrlValue(text)
    if ('refusal' in reading) return reading.refusal
    return this.#put(reading.value, this.tag('url', attributes))
  }

  takeIp(text: string, attributes: EntryAttributes = this.defaults): string | null {
    const reading = readIpValue(text)
    if ('refusal' in reading) return reading.refusal
    return this.#put(reading.value, this.tag('ip', attributes))
  }

  /** Takes an entry that is known to be canonical. */
  takeEntry(value: EntryValue, kind: EntryKind, attributes: EntryAttributes): string | null {
    return this.#put(value, this.tag(kind, attributes))
  }

  hasKnownSuffix(name: string): boolean {
    return this.#deps.hasKnownSuffix(name as DomainName)
  }

  /** Counts the line as one that nobody can read. */
  refuse(reason: string, text = this.lineText()): void {
    this.#add('refused', reason, text)
  }

  /** Counts the line as one that no entry can say. */
  unsupported(reason: string, text = this.lineText()): void {
    this.#add('unsupported', reason, text)
  }

  #add(verdict: LineFinding['verdict'], reason: string, text: string): void {
    this.#deps.findings.add({ line: this.line, verdict, reason, text })
  }

  #put(value: string, tag: number): string | null {
    const refusal = this.#askRefusal(value, tag)
    if (refusal !== null) return refusal
    if (this.arena.count >= this.#deps.maxEntries) this.#refuseMore()
    this.arena.addTagged(value, tag)
    return null
  }

  #askRefusal(value: string, tag: number): string | null {
    const { refuseEntry } = this.#deps
    if (refuseEntry === undefined) return null
    const attributes = this.arena.attributes[tag >>> KIND_BITS] ?? this.defaults
    return refuseEntry(value as EntryValue, kindOfTag(tag), attributes)
  }

  #refuseMore(): never {
    throw new Fault(
      'import/too-large',
      `expected at most ${this.#deps.maxEntries} entries, got more at line ${this.line}`,
    )
  }
}

/** The kind of a tag; of a mark the kind that it is when it stays alone. */
function kindOfTag(tag: number): EntryKind {
  const code = tag & KIND_MASK
  if (code === MARK.name) return 'host'
  return ENTRY_KINDS[code] ?? 'subdomains'
}

const strict = new TextDecoder('utf-8', { fatal: true })
const lenient = new TextDecoder('utf-8')

/** The text of the bytes, or null when they are no UTF-8. */
function decodeUtf8(bytes: Uint8Array, start: number, end: number): string | null {
  try {
    return strict.decode(bytes.subarray(start, end))
  } catch {
    // Not UTF-8: the caller says which line.
    return null
  }
}

/** The text of the bytes for a slow path or for people; what is no UTF-8 becomes U+FFFD, which no value has. */
export function decodeLine(bytes: Uint8Array, start: number, end: number): string {
  return lenient.decode(bytes.subarray(start, end))
}

function showText(bytes: Uint8Array, start: number, end: number): string {
  return decodeLine(bytes, start, end > start && bytes[end - 1] === 0x0d ? end - 1 : end)
}
