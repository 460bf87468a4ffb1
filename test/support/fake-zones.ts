import { createSecretKey } from 'node:crypto'
import type {
  Transfer,
  TransferPart,
  TsigKey,
  Zone,
  ZoneSource,
} from '../../src/dns/zone-source.ts'
import type { ClientKey } from './dns-signature.ts'

/** A zone of made-up records, and how its transfers ended. */
export interface FakeZone extends Zone {
  readonly outcomes: string[]
  /** Every record as the client prints it, opening SOA and NS included, closing SOA not. */
  readonly texts: readonly string[]
}

export interface FakeZoneOptions {
  readonly name?: string
  readonly serial?: number
  /** Names below the zone, each with a CNAME to the root. */
  readonly names?: number
  /** Records of a message. */
  readonly perMessage?: number
  /** Messages of a part. */
  readonly perPart?: number
  /** How long the names are made, to make messages large. */
  readonly labelBytes?: number
  readonly shared?: boolean
  /** Called before each part is given. */
  readonly beforePart?: (number: number) => Promise<void> | void
}

const APEX = Buffer.from([0xc0, 12])

/** A zone whose difference from any earlier serial adds the name `from-<serial>`. */
export function fakeZone(options: FakeZoneOptions = {}): FakeZone {
  const { name = 'rpz.test', serial = 7, names = 10 } = options
  const soa = soaRecord(serial)
  const outcomes: string[] = []
  const records = [soa, record(APEX, 2, dnsName('localhost'))]
  const texts = ['SOA', 'NS']
  for (let i = 0; i < names; i++) {
    const label = `n${i}`.padEnd(options.labelBytes ?? 0, '-x')
    records.push(record(Buffer.concat([dnsLabel(label), APEX]), 5, Buffer.from([0])))
    texts.push(`${label}.${name}.`)
  }
  const transfer = (style: Transfer['style'], of: readonly Buffer[]): Promise<Transfer> => {
    const parts = cutParts(of, options)
    return Promise.resolve({
      ...{ style, serial, bytes: of.reduce((sum, { length }) => sum + length, 0) },
      parts: async function* () {
        for (const [i, part] of parts.entries()) {
          await options.beforePart?.(i)
          yield part
        }
      },
      end: (outcome) => outcomes.push(`${style} ${outcome}`),
    })
  }
  return {
    ...{ name, serial, soa, outcomes, texts },
    whole: () => transfer('whole', [...records, soa]),
    since: (from) => {
      const added = record(Buffer.concat([dnsLabel(`from-${from}`), APEX]), 5, Buffer.from([0]))
      return transfer('difference', [soa, soaRecord(from), soa, added, soa])
    },
  }
}

/** Zones for everybody, or for those who show a key. */
export function fakeSource(
  zones: readonly Zone[],
  keys: readonly TsigKey[] = [],
  mayHave: (name: string, key: string | null) => boolean = () => true,
): ZoneSource {
  return {
    key: (name) => keys.find((key) => key.name === name) ?? null,
    zone: (name, asker) =>
      zones.find((zone) => zone.name === name && mayHave(name, asker.key)) ?? null,
  }
}

/** A key, as the server and as the client have it. */
export function fakeKey(
  name = 'key.test',
  algorithm: TsigKey['algorithm'] = 'hmac-sha256',
): TsigKey & { readonly client: ClientKey } {
  const secret = Buffer.from(`the secret of ${name}`)
  const client = { name, algorithm, secret: secret.toString('base64') }
  return { name, algorithm, secret: createSecretKey(secret), client }
}

function cutParts(records: readonly Buffer[], options: FakeZoneOptions): TransferPart[] {
  const { perMessage = 100, perPart = 4, shared = true } = options
  const parts: TransferPart[] = []
  for (let from = 0; from < records.length; from += perMessage * perPart) {
    const mine = records.slice(from, from + perMessage * perPart)
    const bytes = Buffer.concat(mine)
    const into = new Uint8Array(room(bytes.length, shared))
    into.set(bytes)
    const ends: number[] = []
    const counts: number[] = []
    for (let i = 0, end = 0; i < mine.length; i += perMessage) {
      const message = mine.slice(i, i + perMessage)
      end += message.reduce((sum, { length }) => sum + length, 0)
      ends.push(end)
      counts.push(message.length)
    }
    parts.push({ records: into, ends, counts })
  }
  return parts
}

/** Memory as threads share it, or as they do not. */
export function room(bytes: number, shared: boolean): ArrayBuffer | SharedArrayBuffer {
  return shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes)
}

function soaRecord(serial: number): Buffer {
  const numbers = Buffer.alloc(20)
  for (const [i, value] of [serial, 60, 60, 1_814_400, 30].entries()) {
    numbers.writeUInt32BE(value, i * 4)
  }
  const [primary, mailbox] = [dnsName('localhost'), dnsName('hostmaster.localhost')]
  return record(APEX, 6, Buffer.concat([primary, mailbox, numbers]))
}

function record(owner: Buffer, type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(10)
  head.writeUInt16BE(type, 0)
  head.writeUInt16BE(1, 2)
  head.writeUInt32BE(300, 4)
  head.writeUInt16BE(data.length, 8)
  return Buffer.concat([owner, head, data])
}

function dnsName(name: string): Buffer {
  return Buffer.concat([...name.split('.').map(dnsLabel), Buffer.from([0])])
}

function dnsLabel(label: string): Buffer {
  return Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])
}
