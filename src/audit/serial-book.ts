import { publicationProofPath } from '../core/layout.ts'
import { NO_STATE, type CommittedLeaf, type PublicationLeaf } from '../core/log-leaf.ts'
import type { FindingLog } from './finding-log.ts'
import type { SerialFacts } from './list-facts.ts'

/** What a place's manifests and metadata have said so far. */
interface PlaceRecord {
  /** The last serial that has a manifest, or that was there before the log. */
  last: KnownSerial | null
  /** The first serial that has a manifest; 0 before it. */
  first: number
  /** A serial that metadata has and no manifest yet. */
  pending: { readonly facts: SerialFacts; readonly path: string } | null
  /** While the log begins: what the metadata of each serial said. */
  readonly begun: Map<number, SerialFacts>
  /** Whether its metadata can't be seen. */
  isHidden: boolean
  /** Whether the last manifest had the root of a proof tree. */
  hasTree: boolean
}

interface KnownSerial {
  readonly serial: number
  /** Null where only a commitment is known. */
  readonly state: string | null
  readonly entries: number | null
  readonly at: string | null
}

/** How many lines a serial added and removed, by its delta. */
export interface LineCounts {
  readonly added: number
  readonly removed: number
}

/**
 * Keeps account of serials in the order of the log: each place's manifests follow each other, and each serial that metadata has gets
 * its manifest before the snapshot role names it (`docs/spec/log.md` §3). Only what a log begins with is not in this order: the metadata
 * that was still there, and then the manifests of all serials so far.
 */
export class SerialBook {
  readonly #findings: FindingLog
  readonly #places = new Map<string, PlaceRecord>()
  #isBeginning = true

  constructor(findings: FindingLog) {
    this.#findings = findings
  }

  /** A version of a list's role that stands in the log but can't be seen. */
  hide(place: string): void {
    this.#record(place).isHidden = true
  }

  /** A version of a list's role, at `path`. */
  metadata(place: string, path: string, facts: SerialFacts | null): void {
    const record = this.#record(place)
    const before = record.pending?.facts ?? record.last
    if (facts === null) {
      if (before !== null) this.#findings.add('serial/order', path, 'a snapshot', 'none any more')
      return
    }
    if (before?.serial === facts.serial) {
      if (before.state === null || before.state === facts.state) return
      const expected = `the state ${before.state} of serial ${facts.serial}`
      this.#findings.add('serial/differs', path, expected, facts.state)
      return
    }
    if (this.#isBeginning) record.begun.set(facts.serial, facts)
    else this.#settle(record)
    const next = this.#isBeginning ? facts.serial : (record.last?.serial ?? 0) + 1
    if (facts.serial !== next) {
      this.#findings.add('serial/order', path, `serial ${next}`, `serial ${facts.serial}`)
    }
    record.pending = { facts, path }
  }

  /** A manifest, with what the files of the same serial say. */
  manifest(leaf: PublicationLeaf | CommittedLeaf, counts: LineCounts | null): void {
    const path = publicationProofPath(leaf.place, leaf.serial)
    const record = this.#record(leaf.place)
    this.#checkOrder(path, record, leaf)
    if (record.hasTree && leaf.tree === undefined) {
      this.#findings.add('tree/missing', path, 'the root of a proof tree, as before', 'none')
    }
    record.hasTree = leaf.tree !== undefined
    if ('state' in leaf) this.#checkManifest(path, record, leaf, counts)
    const { pending } = record
    const facts =
      pending?.facts.serial === leaf.serial ? pending.facts : record.begun.get(leaf.serial)
    if (facts !== undefined) {
      if ('state' in leaf) this.#checkFacts(path, leaf, facts)
    } else if (!record.isHidden && !this.#isBeginning) {
      const has = pending === null ? 'none' : `serial ${pending.facts.serial}`
      this.#findings.add(
        'serial/unpublished',
        path,
        `metadata with serial ${leaf.serial} before its manifest`,
        has,
      )
    }
    if (record.first === 0) record.first = leaf.serial
    record.last = knownOf(leaf, facts ?? null)
    if (!this.#isBeginning || facts === pending?.facts) record.pending = null
  }

  /** Whether the log has a manifest of this serial. */
  hasManifest(place: string, serial: number): boolean {
    const { first = 0, last = null } = this.#places.get(place) ?? {}
    return first > 0 && serial >= first && serial <= (last?.serial ?? 0)
  }

  /** The snapshot role names what was signed: every manifest of it must be there. */
  close(): void {
    if (this.#isBeginning) return
    for (const record of this.#places.values()) this.#settle(record)
  }

  /** What the log began with is told: from here on everything has its order. */
  endBeginning(): void {
    this.#isBeginning = false
    this.close()
    for (const { begun } of this.#places.values()) begun.clear()
  }

  /** The end of the log. Gives the places whose metadata can't be seen. */
  end(): readonly string[] {
    this.endBeginning()
    return [...this.#places].flatMap(([place, { isHidden }]) => (isHidden ? [place] : []))
  }

  #record(place: string): PlaceRecord {
    const known = this.#places.get(place)
    if (known !== undefined) return known
    const record: PlaceRecord = {
      ...{ last: null, first: 0, pending: null },
      ...{ begun: new Map<number, SerialFacts>(), isHidden: false, hasTree: false },
    }
    this.#places.set(place, record)
    return record
  }

  #settle(record: PlaceRecord): void {
    const { pending } = record
    if (pending === null) return
    const { serial } = pending.facts
    this.#findings.add(
      'serial/unlogged',
      pending.path,
      `a manifest of serial ${serial} in the log`,
      'none',
    )
    record.last = knownOfFacts(pending.facts)
    record.pending = null
  }

  #checkOrder(path: string, record: PlaceRecord, { serial }: { readonly serial: number }): void {
    const { last } = record
    const next = (last?.serial ?? 0) + 1
    if (serial === next) return
    const got = last !== null && serial <= last.serial ? `serial ${serial} again` : `${serial}`
    this.#findings.add('serial/order', path, `serial ${next}`, got)
  }

  #checkManifest(
    path: string,
    { last }: PlaceRecord,
    leaf: PublicationLeaf,
    counts: LineCounts | null,
  ): void {
    const { serial, previous, added, removed } = leaf
    const before = serial === 1 ? NO_STATE : last?.serial === serial - 1 ? last.state : null
    if (before !== null && previous !== before) {
      this.#findings.add('serial/previous', path, `the state before, ${before}`, previous)
    }
    const entries = serial === 1 ? 0 : last?.serial === serial - 1 ? last.entries : null
    if (entries !== null && entries + added - removed !== leaf.entries) {
      this.#differs(path, `${entries} entries and ${added} more, ${removed} less`, leaf.entries)
    }
    if (counts !== null && (counts.added !== added || counts.removed !== removed)) {
      const expected = `${counts.added} added and ${counts.removed} removed as in the files`
      this.#differs(path, expected, `${added} and ${removed}`)
    }
    const after = last?.at ?? ''
    if (leaf.at < after) {
      this.#findings.add('serial/time', path, `a time not before ${after}`, leaf.at)
    }
  }

  #checkFacts(path: string, leaf: PublicationLeaf, facts: SerialFacts): void {
    for (const name of ['state', 'entries', 'list'] as const) {
      if (leaf[name] === facts[name]) continue
      this.#differs(path, `the ${name} ${facts[name]} that was signed`, leaf[name])
    }
  }

  #differs(path: string, expected: string, got: string | number): void {
    this.#findings.add('serial/differs', path, expected, String(got))
  }
}

function knownOf(leaf: PublicationLeaf | CommittedLeaf, facts: SerialFacts | null): KnownSerial {
  if ('state' in leaf) return leaf
  const { state = null, entries = null } = facts ?? {}
  return { serial: leaf.serial, state, entries, at: null }
}

function knownOfFacts({ serial, state, entries }: SerialFacts): KnownSerial {
  return { serial, state, entries, at: null }
}
