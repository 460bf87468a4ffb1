import type { DomainName } from '../../core/domain-name.ts'
import type { EntryAction, EntryKind } from '../../core/entry.ts'
import { EntryArena } from '../../core/entry-arena.ts'
import { type EntrySet, sealEntries } from '../../core/entry-set.ts'
import { Fault } from '../../core/fault.ts'
import { CsvReader } from './csv.ts'
import { decodeInput } from './decode-input.ts'
import { DnsmasqReader } from './dnsmasq.ts'
import type { ImportFormat } from './import-format.ts'
import { FindingCounter, type ImportReport, type LineFinding } from './import-report.ts'
import { Intake, type RefuseEntry } from './intake.ts'
import { JsonReader } from './json.ts'
import { recogniseFormat } from './recognise-format.ts'
import { RedirectTargets } from './redirect-targets.ts'
import { HEAD_BYTES, MANY_ENTRIES, refuseByHead, refuseByReport } from './refuse-non-list.ts'
import { RpzReader } from './rpz.ts'
import { countBytes, type LineReader, type ScannedLines, scanLines } from './scan-lines.ts'
import { SnapshotReader } from './snapshot.ts'
import { TextReader } from './text-reader.ts'
import { TEXT_SYNTAX } from './text-syntax.ts'
import { UnboundReader } from './unbound.ts'

/** The largest input and the most entries, over all inputs of one arena, unless asked otherwise. */
export const MAX_INPUT_BYTES = 2 ** 31
export const MAX_INPUT_ENTRIES = 10_000_000

export interface ReadOptions {
  /** Instead of recognising it. */
  readonly format?: ImportFormat | undefined
  /** For names, instead of what their lines mean. IP addresses and URLs stay what they are. */
  readonly kind?: EntryKind | undefined
  /** For entries whose line does not say. */
  readonly action?: EntryAction | undefined
  readonly category?: string | undefined
  readonly reference?: string | undefined
  /** The origin of an RPZ zone that does not tell its own. */
  readonly zone?: string | undefined
  readonly maxBytes?: number | undefined
  readonly maxEntries?: number | undefined
  /** Why a good entry may not be taken all the same, or null; its line is refused with that reason. */
  readonly refuseEntry?: RefuseEntry | undefined
  /** Gets every refused and unsupported line, in order. */
  readonly onFinding?: ((finding: LineFinding) => void) | undefined
  /** `hasKnownSuffix` of `core/public-suffix.ts`; asked for rare lines only, so it may be loaded late. */
  readonly hasKnownSuffix: (name: DomainName) => boolean
}

export interface ReadList {
  readonly set: EntrySet
  readonly report: ImportReport
}

/**
 * The entries of one list, sorted and unique, and what became of its lines. Throws an `import/…` fault when the input is no
 * list, or not the whole of one; a bad line is only counted. Nothing is asynchronous: chunks of about a megabyte are best, and each
 * may be overwritten when the next is asked for.
 */
export function readList(chunks: Iterable<Uint8Array>, options: ReadOptions): ReadList {
  const arena = new EntryArena()
  const report = readInto(arena, chunks, options)
  return { set: sealEntries(arena), report }
}

/** Reads one of several lists into an arena that the caller seals when all are read. Throws as `readList` does. */
export function readInto(
  arena: EntryArena,
  chunks: Iterable<Uint8Array>,
  options: ReadOptions,
): ImportReport {
  const { head, isWhole, all } = peek(decodeInput(chunks))
  refuseByHead(head, isWhole)
  const reading = new Reading(arena, options, options.format ?? recogniseFormat(head))
  return reading.run(all)
}

interface Peeked {
  readonly head: Uint8Array
  /** Whether the head is all there is. */
  readonly isWhole: boolean
  /** The whole input again, the head included. */
  readonly all: Iterable<Uint8Array>
}

function peek(chunks: Iterable<Uint8Array>): Peeked {
  const iterator = chunks[Symbol.iterator]()
  const seen: Uint8Array[] = []
  let bytes = 0
  let isWhole = false
  while (bytes < HEAD_BYTES && !isWhole) {
    const next = iterator.next()
    if (next.done === true) isWhole = true
    else {
      bytes += next.value.length
      // A chunk is only good until the next is asked for.
      seen.push(bytes < HEAD_BYTES ? next.value.slice() : next.value)
    }
  }
  const head = new Uint8Array(Math.min(bytes, HEAD_BYTES))
  let at = 0
  for (const chunk of seen) {
    head.set(chunk.subarray(0, head.length - at), at)
    at = Math.min(head.length, at + chunk.length)
  }
  return { head, isWhole: isWhole && bytes <= HEAD_BYTES, all: chain(seen, iterator) }
}

function* chain(seen: readonly Uint8Array[], rest: Iterator<Uint8Array>): Generator<Uint8Array> {
  yield* seen
  for (let next = rest.next(); next.done !== true; next = rest.next()) yield next.value
}

type LineFormat = Exclude<ImportFormat, 'json'>

/** One input on its way through the reader of its format. */
class Reading {
  readonly #arena: EntryArena
  readonly #format: ImportFormat
  readonly #isAsked: boolean
  readonly #findings: FindingCounter
  readonly #intake: Intake
  readonly #targets = new RedirectTargets()
  readonly #zone: string | undefined
  readonly #maxBytes: number
  /** Entries of the arena before this input, and before its unended last line. */
  readonly #first: number
  #beforeLastLine = -1

  constructor(arena: EntryArena, options: ReadOptions, format: ImportFormat) {
    this.#arena = arena
    this.#first = arena.count
    this.#format = format
    this.#isAsked = options.format !== undefined
    this.#zone = options.zone
    this.#maxBytes = options.maxBytes ?? MAX_INPUT_BYTES
    this.#findings = new FindingCounter(options.onFinding)
    this.#intake = new Intake(
      {
        arena,
        findings: this.#findings,
        hasKnownSuffix: options.hasKnownSuffix,
        maxEntries: options.maxEntries ?? MAX_INPUT_ENTRIES,
        refuseEntry: options.refuseEntry,
      },
      {
        kind: options.kind,
        action: options.action ?? 'nxdomain',
        category: options.category ?? '',
        reference: options.reference ?? '',
      },
    )
  }

  run(chunks: Iterable<Uint8Array>): ImportReport {
    const format = this.#format
    const scanned = format === 'json' ? this.#readJson(chunks) : this.#readLines(chunks, format)
    const report = {
      format,
      ...scanned,
      accepted: this.#arena.count - this.#first,
      refused: this.#findings.count('refused'),
      unsupported: this.#findings.count('unsupported'),
      samples: this.#findings.samples,
      redirectTo: this.#targets.all,
    }
    refuseByReport(report, {
      lastFinding: this.#findings.last,
      endsOddly: () => this.#endsOddly(),
    })
    return report
  }

  #readLines(chunks: Iterable<Uint8Array>, format: LineFormat): ScannedLines {
    return scanLines(chunks, this.#lineReader(format), {
      maxBytes: this.#maxBytes,
      beforeUnendedLine: () => (this.#beforeLastLine = this.#arena.count),
    })
  }

  #readJson(chunks: Iterable<Uint8Array>): ScannedLines {
    const reader = new JsonReader(this.#intake)
    const bytes = countBytes(chunks, this.#maxBytes, (chunk) => reader.push(chunk))
    if (!reader.isWhole) {
      throw new Fault('import/cut', 'expected a whole JSON text, got one that is never closed')
    }
    return { bytes, lines: reader.lines, hasFinalNewline: true }
  }

  #lineReader(format: LineFormat): LineReader {
    const intake = this.#intake
    switch (format) {
      case 'csv':
        return new CsvReader(intake)
      case 'dnsmasq':
        return new DnsmasqReader(intake, this.#targets)
      case 'rpz':
        return new RpzReader(intake, this.#targets, this.#zone)
      case 'snapshot':
        return new SnapshotReader(intake)
      case 'unbound':
        return new UnboundReader(intake, this.#targets)
      case 'domains':
      case 'hosts':
        // What a sample shows holds for most lines: unless asked for, one of another sort is taken for what it is.
        return new TextReader(intake, TEXT_SYNTAX[this.#isAsked ? format : 'mixed'])
      case 'adblock':
      case 'mixed':
      case 'squid':
      case 'urls':
        return new TextReader(intake, TEXT_SYNTAX[format])
    }
  }

  /** Whether the unended last line made an entry whose last label is no whole one, as far as the others tell. */
  #endsOddly(): boolean {
    const count = this.#arena.count
    if (this.#beforeLastLine < 0 || count === this.#beforeLastLine) return false
    const label = lastLabel(this.#arena.value(count - 1))
    if (label === null) return false
    // No top-level domain has one letter; which others there are, only a long list can tell.
    if (label.length === 1) return true
    if (count - this.#first < MANY_ENTRIES) return false
    for (let i = this.#first; i < this.#beforeLastLine; i++) {
      if (lastLabel(this.#arena.value(i)) === label) return false
    }
    return true
  }
}

/** The last label of a name or a URL's host; null for an address. */
function lastLabel(value: string): string | null {
  return /([a-z0-9-]*[a-z][a-z0-9-]*)(?::\d+)?(?:\/.*)?$/.exec(value)?.[1] ?? null
}
