import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { diffLines } from '../../src/core/diff-lines.ts'
import type { PublicDefinition } from '../../src/core/list-definition.ts'
import { condenseZone, type ZoneDifference } from '../../src/formats/zone/condense-zone.ts'
import { makeZone, type MadeZone, type ZoneWanted } from '../../src/formats/zone/make-zone.ts'
import type { ZoneFolder } from '../../src/formats/zone/zone-folder.ts'
import { openZoneImage, type ZoneKey } from '../../src/formats/zone/zone-image.ts'
import { openZoneFolder } from '../../src/platform/zone-folder.ts'
import { DEFINITION } from './export-builders.ts'
import { blocksOf, sortLines } from './lines.ts'

/** A record as a reader of the zone sees it: in the words of a zone file, the owner relative to the zone. */
export interface ReadRecord {
  readonly owner: string
  readonly type: string
  readonly ttl: number
  readonly data: string
}

const TYPES: Readonly<Record<number, string>> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  16: 'TXT',
  28: 'AAAA',
  63: 'ZONEMD',
}

/** The records of one message's answer section: a reader of its own, by RFC 1035 alone. */
export function readRecords(bytes: Uint8Array): ReadRecord[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const records: ReadRecord[] = []
  for (let at = 0; at < view.length;) {
    const owner = readName(view, at)
    at = owner.end
    const type = TYPES[view.readUInt16BE(at)]
    if (type === undefined || view.readUInt16BE(at + 2) !== 1) {
      throw new Error(`expected a known type and class at ${at}`)
    }
    const ttl = view.readUInt32BE(at + 4)
    const end = at + 10 + view.readUInt16BE(at + 8)
    if (end > view.length) throw new Error(`expected data to end in the message, got ${end}`)
    records.push({ owner: owner.text, type, ttl, data: readData(type, view, at + 10, end) })
    at = end
  }
  return records
}

function readName(view: Buffer, start: number): { text: string; end: number } {
  const labels: string[] = []
  let at = start
  for (;;) {
    const length = view[at]!
    if (length === 0xc0) {
      if (view[at + 1] !== 0x0c) throw new Error(`expected a pointer to the question at ${at}`)
      return { text: labels.join('.') || '@', end: at + 2 }
    }
    if (length > 63) throw new Error(`expected a label at ${at}, got ${length}`)
    if (length === 0) return { text: `${labels.join('.')}.`, end: at + 1 }
    labels.push(view.toString('latin1', at + 1, at + 1 + length))
    at += length + 1
  }
}

function readData(type: string, view: Buffer, start: number, end: number): string {
  const data = view.subarray(start, end)
  switch (type) {
    case 'A':
      return data.join('.')
    case 'AAAA':
      return new URL(
        `http://[${data.toString('hex').replace(/(.{4})(?=.)/g, '$1:')}]`,
      ).hostname.slice(1, -1)
    case 'TXT':
      if (data[0] !== data.length - 1) throw new Error('expected one character string')
      return `"${data.toString('latin1', 1)}"`
    case 'ZONEMD':
      return `${data.readUInt32BE(0)} ${data[4]} ${data[5]} ${data.toString('hex', 6)}`
    case 'SOA': {
      const primary = readName(view, start)
      const mailbox = readName(view, primary.end)
      const numbers = [0, 4, 8, 12, 16].map((offset) => view.readUInt32BE(mailbox.end + offset))
      return [primary.text, mailbox.text, ...numbers].join(' ')
    }
    default: {
      const name = readName(view, start)
      if (name.end !== end) throw new Error('expected nothing behind a name')
      return name.text
    }
  }
}

export function printRecord({ owner, type, data }: ReadRecord): string {
  return `${owner} ${type} ${data}`
}

/** A whole transfer, as the bytes of each message's answer section. */
export function readMessages(folder: ZoneFolder, key: ZoneKey): Uint8Array[] {
  const image = openZoneImage(folder, key)
  if (image === null) throw new Error(`expected a zone ${key.serial}`)
  try {
    const messages = [...image.ends].map((end, i) => {
      const start = i === 0 ? 0 : image.ends[i - 1]!
      const body = new Uint8Array(end - start)
      image.read(start, body)
      return body
    })
    const counts = messages.map((body) => readRecords(body).length)
    if (counts.join() !== [...image.counts].join()) {
      throw new Error(`expected ${counts.join()} records a message, got ${image.counts.join()}`)
    }
    return messages
  } finally {
    image.close()
  }
}

/** All records of a whole transfer, both SOA records with them. */
export function readImage(folder: ZoneFolder, key: ZoneKey): ReadRecord[] {
  return readMessages(folder, key).flatMap(readRecords)
}

/** The messages of a difference. */
export function readDifference({ parts }: ZoneDifference): Uint8Array[] {
  return parts.flatMap(({ records, ends, counts }) =>
    ends.map((end, i) => {
      const body = records.slice(i === 0 ? 0 : ends[i - 1]!, end)
      if (readRecords(body).length !== counts[i]) throw new Error('expected counts to be right')
      return body
    }),
  )
}

/**
 * A zone brought along as the strictest of secondaries does it (RFC 1995 §4): throws when a record is deleted that is not there, or added that
 * is. Takes and gives the records of a zone without the closing SOA, sorted.
 */
export function applyDifference(
  records: readonly string[],
  difference: readonly ReadRecord[],
): string[] {
  const zone = new Set(records)
  const [newest, ...rest] = difference.map(printRecord)
  if (newest === undefined || rest.at(-1) !== newest) throw new Error('expected the new SOA around')
  let isAdding = true
  for (const record of rest.slice(0, -1)) {
    if (record.startsWith('@ SOA ')) isAdding = !isAdding
    if (isAdding) {
      if (zone.has(record)) throw new Error(`expected to add what is not there, got ${record}`)
      zone.add(record)
    } else if (!zone.delete(record)) {
      throw new Error(`expected to delete what is there, got ${record}`)
    }
  }
  return sortLines(zone)
}

/** What `applyDifference` works on. */
export function zoneSet(records: readonly ReadRecord[]): string[] {
  return sortLines(records.slice(0, -1).map(printRecord))
}

/** A list that changes, and a folder in which its zones are made. */
export class ZoneHistory implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), 'zones-'))
  readonly folder = openZoneFolder(this.root)
  readonly place: string
  serial = 0
  readonly #serials: { readonly lines: readonly string[]; readonly state: string }[] = []
  definition: PublicDefinition = DEFINITION
  keepSerials = 100

  constructor(place = 'phishing') {
    this.place = place
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true })
  }

  /** Publishes the next serial, without making its zone. */
  publish(lines: readonly string[], definition: Partial<PublicDefinition> = {}): ZoneKey {
    this.definition = { ...this.definition, ...definition }
    const sorted = sortLines(lines)
    const state = createHash('sha256')
    for (const line of sorted) state.update(`${line}\n`)
    this.#serials[++this.serial] = { lines: sorted, state: state.digest('hex') }
    return this.key(this.serial)
  }

  key(serial: number): ZoneKey {
    return { place: this.place, serial, state: this.#serials[serial]!.state }
  }

  wanted(more: Partial<ZoneWanted> = {}): ZoneWanted {
    const { lines, state } = this.#serials[this.serial]!
    return {
      ...this.key(this.serial),
      entries: lines.length,
      definition: this.definition,
      keepSerials: this.keepSerials,
      state,
      lines: () => blocksOf(lines, [3, 7]),
      changesSince: (serial, stateThen) => {
        const before = this.#serials[serial]
        return before?.state === stateThen
          ? diffLines(blocksOf(before.lines), blocksOf(lines))
          : null
      },
      ...more,
    }
  }

  /** As `bailiwick restore` does: what was made of serials that were lost is gone with them. */
  forgetZones(): void {
    rmSync(join(this.root, this.place), { recursive: true, force: true })
  }

  /** Makes the zone of the newest serial. */
  make(more: Partial<ZoneWanted> = {}): MadeZone {
    return makeZone(this.folder, this.wanted(more))
  }

  /** Publishes and makes. */
  next(lines: readonly string[], definition: Partial<PublicDefinition> = {}): MadeZone {
    this.publish(lines, definition)
    return this.make()
  }

  records(serial = this.serial): ReadRecord[] {
    return readImage(this.folder, this.key(serial))
  }

  difference(from: number, maxBytes = Infinity): ReadRecord[] | null {
    const difference = condenseZone(this.folder, this.key(this.serial), from, maxBytes)
    return difference === null ? null : readDifference(difference).flatMap(readRecords)
  }
}
