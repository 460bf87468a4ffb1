import { readCatalog, type Catalog } from '../../src/distribute/catalog.ts'
import type { Restoration, StoredList, Subscriber } from '../../src/distribute/ports.ts'
import type { Transfer, TransferPart } from '../../src/dns/zone-source.ts'
import type { ZoneImage, ZoneKey } from '../../src/formats/zone/zone-image.ts'
import { definition, NO_TRANSFER, publication } from './edge-builder.ts'

export const SECRET = Buffer.alloc(32, 7).toString('base64')

/** A list whose zone is `<id>.rpz.test`. */
export function zoneList(rowId: number, id: string): StoredList {
  const zone = { origin: `${id}.rpz.test`, ttl: 300, refresh: 300, retry: 60 }
  return {
    ...{ rowId, id, place: id },
    definition: {
      ...definition(id, 'public'),
      zone: { ...zone, expire: 2_419_200, zonemd: false },
    },
  }
}

export function zoneSubscriber(name: string, more: Partial<Subscriber>): Subscriber {
  return {
    ...{ name, tokenHash: name, oldTokenHash: null, oldTokenUntil: null, revokedAt: null },
    ...{ ...NO_TRANSFER, lists: [] },
    ...more,
  }
}

export function subscriberKey(name: string, more: { until?: Date; createdAt?: Date } = {}) {
  const { until = null, createdAt = new Date(0) } = more
  return { name, algorithm: 'hmac-sha256' as const, secret: SECRET, createdAt, until }
}

export function zoneCatalog(
  lists: readonly StoredList[],
  subscribers: readonly Subscriber[],
  restorations: readonly Restoration[] = [],
): Catalog {
  return readCatalog({
    read: (work) => work(),
    changeCounter: () => 1,
    lists: { all: () => lists },
    publications: { latest: () => publication(1) },
    subscribers: { all: () => subscribers },
    restorations: { all: () => restorations },
  })
}

/** An image of messages of these lengths, all bytes of which say which serial it is. */
export class FakeImage implements ZoneImage {
  readonly summary
  readonly soa
  readonly ends: Uint32Array
  readonly counts: Uint16Array
  isClosed = false
  reads = 0

  constructor(key: ZoneKey, lengths: readonly number[], origin = `${key.place}.rpz.test`) {
    let end = 0
    this.ends = Uint32Array.from(lengths, (length) => (end += length))
    this.counts = Uint16Array.from(lengths, () => 2)
    this.soa = Uint8Array.of(key.serial)
    this.summary = {
      ...{ ...key, list: key.place, origin, zonemd: null },
      ...{ records: 2 * lengths.length, bytes: end, messages: lengths.length },
    }
  }

  read(at: number, into: Uint8Array): void {
    if (this.isClosed) throw new Error('this image is closed')
    if (at + into.length > this.summary.bytes) throw new Error('this is behind the end')
    this.reads++
    for (let i = 0; i < into.length; i++) into[i] = byteAt(this.summary.serial, at + i)
  }

  close(): void {
    if (this.isClosed) throw new Error('this image is closed already')
    this.isClosed = true
  }
}

/** What stands at an offset of a fake image. */
export function byteAt(serial: number, at: number): number {
  return (serial * 31 + at * 7 + (at >> 8)) & 0xff
}

/** What a transfer gives, in copies, for its parts hold only until the next. */
export async function partsOf(transfer: Transfer): Promise<TransferPart[]> {
  const parts: TransferPart[] = []
  for await (const part of transfer.parts()) {
    parts.push({ ...part, records: Uint8Array.from(part.records) })
  }
  return parts
}

export function bytesOf(parts: readonly TransferPart[]): Buffer {
  return Buffer.concat(parts.map(({ records }) => records))
}
