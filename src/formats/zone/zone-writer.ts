import { ZoneDigest } from '../../core/zone-digest.ts'
import { BlockWriter } from './block-writer.ts'
import { MessageCutter, type MessageTable } from './cut-messages.ts'
import { FileWindow } from './file-window.ts'
import { GroupRenderer } from './group-renderer.ts'
import { RecordWriter } from './record-writer.ts'
import { beginsBlock, TreeBlocks } from './tree-blocks.ts'
import { SPACE } from './tree-lines.ts'
import { concat, encodeName, encodeText, recordEnd } from './wire-record.ts'
import type { ZoneDraft } from './zone-folder.ts'
import { beaconName, DIGEST_BYTES, zoneFrame, zonemdRecord, type ZoneFrame } from './zone-frame.ts'
import type { ZoneRecipe } from './zone-recipe.ts'

/** What became of a zone that was written. */
export interface WrittenZone extends MessageTable {
  readonly frame: ZoneFrame
  /** The ZONEMD record and its digest; null when the zone has none. */
  readonly zonemd: { readonly record: Uint8Array; readonly digest: Uint8Array } | null
  /** How many bytes stand before the records that the lines make. */
  readonly headBytes: number
  readonly bytes: number
  readonly records: number
  /** How many bytes the tree's lines have. */
  readonly lineBytes: number
}

/**
 * Writes the tree and the image of one zone side by side, in canonical order: what is rendered, and what is copied from the zone before;
 * and takes the digest on the way.
 */
export class ZoneWriter {
  /** What was rendered since the last `flush`. */
  readonly out: RecordWriter
  readonly #recipe: ZoneRecipe
  readonly #serial: number
  readonly #frame: ZoneFrame
  readonly #tree: BlockWriter
  readonly #image: BlockWriter
  readonly #groups: GroupRenderer
  readonly #index = new TreeBlocks()
  readonly #digest: ZoneDigest | null
  readonly #beaconKey: Uint8Array
  /** How much of `out` the digest has. */
  #digested = 0
  #isBeaconPassed: boolean
  readonly #headBytes: number
  /** All since the last block began. */
  #lines = 0
  #bytes = 0
  #records = 0
  #allRecords = 0

  constructor(
    recipe: ZoneRecipe,
    serial: number,
    drafts: { readonly tree: ZoneDraft; readonly image: ZoneDraft },
  ) {
    this.#recipe = recipe
    this.#serial = serial
    this.#frame = zoneFrame(recipe, serial)
    this.#tree = new BlockWriter(drafts.tree)
    this.#image = new BlockWriter(drafts.image)
    this.out = new RecordWriter(recipe.zone.ttl)
    this.#groups = new GroupRenderer(recipe, this.out)
    this.#beaconKey = encodeText(beaconName(recipe.list, serial).split('.').reverse().join(' '))
    this.#digest = recipe.zone.zonemd ? new ZoneDigest(encodeName(recipe.origin)) : null
    this.#isBeaconPassed = this.#digest === null
    this.#image.put(this.#head(new Uint8Array(DIGEST_BYTES)))
    this.#headBytes = this.#image.length
    // Canonical order is by type: NS before SOA (RFC 8976 §3.3.2).
    this.#addToDigest(this.#frame.ns)
    this.#addToDigest(this.#frame.soa)
  }

  #head(digest: Uint8Array): Uint8Array {
    const { soa, ns } = this.#frame
    if (this.#digest === null) return concat(soa, ns)
    return concat(soa, ns, zonemdRecord(this.#recipe, this.#serial, digest))
  }

  /**
   * Renders the groups of `lines[start, end)`. Gives back where the last one begins, of which it does nothing because it might go on
   * behind `end`; or `end`, when the lines are known to end there.
   */
  render(lines: Uint8Array, start: number, end: number, isLast: boolean): number {
    const { out } = this
    let at = start
    while (at < end) {
      const { length, records } = out
      const next = this.#groups.render(lines, at, end, isLast)
      if (next < 0) break
      if (beginsBlock(lines, at)) this.#endBlock()
      if (!this.#isBeaconPassed && this.isBehindBeacon(lines, at)) this.#passBeacon(length)
      this.#lines += next - at
      this.#bytes += out.length - length
      this.#records += out.records - records
      at = next
    }
    this.#tree.put(lines, start, at)
    return at
  }

  /** Writes what was rendered; `out` is empty afterwards. */
  flush(): void {
    const { out } = this
    this.#digest?.add(out.bytes, this.#digested, out.length)
    this.#image.put(out.bytes, 0, out.length)
    out.length = this.#digested = 0
  }

  /** Whether block border and beacon let a block be copied whose lines are `[start, end)`. */
  canCopy(lines: Uint8Array, start: number, next: number | null): boolean {
    if (this.#isBeaconPassed || this.isBehindBeacon(lines, start)) return true
    return next !== null && !this.isBehindBeacon(lines, next)
  }

  /** Whether the copies before must be written before this block's, because the beacon comes between. */
  needsBeacon(lines: Uint8Array, start: number): boolean {
    return !this.#isBeaconPassed && this.isBehindBeacon(lines, start)
  }

  /** Counts a block that will be copied. */
  countBlock(lines: number, bytes: number, records: number): void {
    this.#endBlock()
    this.#lines = lines
    this.#bytes = bytes
    this.#records = records
  }

  copyLines(lines: Uint8Array, start: number, end: number): void {
    this.#tree.put(lines, start, end)
  }

  copyRecords(records: Uint8Array, start: number, end: number): void {
    this.#digest?.add(records, start, end)
    this.#image.put(records, start, end)
  }

  /** The digest has the beacon at its canonical place, though it stands last in the image. */
  passBeacon(): void {
    this.#passBeacon(this.out.length)
  }

  #passBeacon(length: number): void {
    this.#digest?.add(this.out.bytes, this.#digested, length)
    this.#digested = length
    this.#addToDigest(this.#frame.beacon)
    this.#isBeaconPassed = true
  }

  isBehindBeacon(lines: Uint8Array, start: number): boolean {
    const key = this.#beaconKey
    for (let i = 0; i < key.length; i++) {
      const difference = (lines[start + i] ?? SPACE) - (key[i] ?? 0)
      if (difference !== 0) return difference > 0
    }
    return true
  }

  /** The records of the lines, as far as they are written, to be read in the image's draft. */
  body(): { readonly start: number; readonly end: number } {
    this.#image.flush()
    return { start: this.#headBytes, end: this.#image.length }
  }

  /** Writes the rest. The drafts have all their bytes then, and are still to be kept. */
  finish(): WrittenZone {
    this.flush()
    this.#endBlock()
    if (!this.#isBeaconPassed) this.passBeacon()
    const { soa, beacon } = this.#frame
    const bodyEnd = this.#image.length
    this.#image.put(beacon)
    this.#image.put(soa)
    const bytes = this.#image.length
    const lineBytes = this.#tree.length
    this.#tree.put(this.#index.encode())
    this.#tree.flush()
    const zonemd = this.#patchDigest()
    const table = this.#cut(bytes - bodyEnd, bodyEnd)
    this.#image.put(littleEndian(table))
    this.#image.flush()
    const records = this.#allRecords + this.#headRecords + this.#frame.beaconRecords + 1
    const frame = this.#frame
    return { ...table, frame, zonemd, headBytes: this.#headBytes, bytes, records, lineBytes }
  }

  get #headRecords(): number {
    return this.#digest === null ? 2 : 3
  }

  #patchDigest(): WrittenZone['zonemd'] {
    this.#image.flush()
    if (this.#digest === null) return null
    const digest = this.#digest.digest()
    this.#image.draft.patch(this.#head(digest))
    return { record: zonemdRecord(this.#recipe, this.#serial, digest), digest }
  }

  /** Messages end between blocks; only large ones are cut within. */
  #cut(tailBytes: number, bodyEnd: number): MessageTable {
    const index = this.#index
    const cutter = new MessageCutter()
    cutter.add(this.#headBytes, this.#headRecords)
    const window = new FileWindow(this.#image.draft, bodyEnd)
    let at = this.#headBytes
    for (let block = 0; block < index.length; block++) {
      const bytes = index.bytes(block)
      if (bytes <= WHOLE_BLOCK_BYTES) cutter.add(bytes, index.records(block))
      else cutRecords(cutter, window, at, at + bytes)
      at += bytes
    }
    cutter.add(tailBytes, this.#frame.beaconRecords + 1)
    return cutter.table()
  }

  #endBlock(): void {
    if (this.#lines > 0) this.#index.push(this.#lines, this.#bytes, this.#records)
    this.#allRecords += this.#records
    this.#lines = this.#bytes = this.#records = 0
  }

  #addToDigest(records: Uint8Array): void {
    this.#digest?.add(records, 0, records.length)
  }
}

/** Blocks up to this are not parted, and need not be read again to find their records: so much of a message may stay empty. */
const WHOLE_BLOCK_BYTES = 1 << 12
/** The longest record: an owner, what stands before its data, and a text. */
const MAX_RECORD_BYTES = 255 + 10 + 256

function cutRecords(cutter: MessageCutter, window: FileWindow, from: number, to: number): void {
  for (let at = from; at < to;) {
    const start = window.locate(at, Math.min(to, at + MAX_RECORD_BYTES))
    const length = recordEnd(window.bytes, start) - start
    cutter.add(length, 1)
    at += length
  }
}

function littleEndian({ ends, counts }: MessageTable): Uint8Array {
  const view = new DataView(new ArrayBuffer(6 * ends.length))
  ends.forEach((end, i) => {
    view.setUint32(4 * i, end, true)
  })
  counts.forEach((count, i) => {
    view.setUint16(4 * ends.length + 2 * i, count, true)
  })
  return new Uint8Array(view.buffer)
}

/** The table at the end of an image, of so many messages. */
export function decodeMessageTable(bytes: Uint8Array, messages: number): MessageTable {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const ends = new Uint32Array(messages)
  const counts = new Uint16Array(messages)
  for (let i = 0; i < messages; i++) {
    ends[i] = view.getUint32(4 * i, true)
    counts[i] = view.getUint16(4 * messages + 2 * i, true)
  }
  return { ends, counts }
}

/** The bytes of a table for so many messages. */
export function messageTableBytes(messages: number): number {
  return 6 * messages
}
