/**
 * Messages of the DNS as tests read and write them. On purpose not with `src/dns/wire`: a mistake in there must not hide itself. It
 * throws at whatever it doesn't expect, and is not made for speed.
 */

export const TYPES: Readonly<Record<string, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  OPT: 41,
  ZONEMD: 63,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
}

const RCODES = [
  ...['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED', 'YXDOMAIN', 'YXRRSET'],
  ...['NXRRSET', 'NOTAUTH', 'NOTZONE'],
]

const TSIG_ERRORS: Readonly<Record<number, string>> = {
  0: 'NOERROR',
  16: 'BADSIG',
  17: 'BADKEY',
  18: 'BADTIME',
  22: 'BADTRUNC',
}

/** A record; `text` is what is compared: `owner. TTL TYPE data`, in small letters but for the texts of TXT. */
export interface DnsRecord {
  readonly owner: string
  readonly type: string
  readonly class: number
  readonly ttl: number
  readonly data: Buffer
  readonly text: string
  /** Of an SOA. */
  readonly serial: number | null
  /** Where it begins in the message. */
  readonly offset: number
}

export interface DnsTsig {
  readonly keyName: string
  readonly algorithm: string
  readonly timeSigned: number
  readonly fudge: number
  readonly mac: Buffer
  readonly originalId: number
  readonly error: string
  readonly other: Buffer
  readonly offset: number
}

export interface DnsMessage {
  readonly bytes: Buffer
  readonly id: number
  readonly isAnswer: boolean
  readonly opcode: number
  readonly isAuthoritative: boolean
  readonly isTruncated: boolean
  readonly recursionDesired: boolean
  readonly recursionAvailable: boolean
  readonly rcode: string
  readonly question: { readonly name: string; readonly type: string; readonly class: number } | null
  /** The octets of the question. */
  readonly questionWire: Buffer
  readonly answer: readonly DnsRecord[]
  readonly authority: readonly DnsRecord[]
  readonly additional: readonly DnsRecord[]
  readonly edns: { readonly udpBytes: number; readonly version: number } | null
  readonly tsig: DnsTsig | null
}

/** The whole message; throws an Error if anything of it is out of order. */
export function parseMessage(bytes: Buffer): DnsMessage {
  if (bytes.length < 12) throw new Error(`a message of ${bytes.length} octets`)
  const flags = bytes.readUInt16BE(2)
  const counts = [4, 6, 8, 10].map((at) => bytes.readUInt16BE(at))
  let at = 12
  let question: DnsMessage['question'] = null
  if (counts[0]! > 1) throw new Error(`${counts[0]!} questions`)
  if (counts[0] === 1) {
    const [name, end] = parseName(bytes, at)
    question = {
      name,
      type: printType(bytes.readUInt16BE(end)),
      class: bytes.readUInt16BE(end + 2),
    }
    at = end + 4
  }
  const questionWire = bytes.subarray(12, at)
  const [answer = [], authority = [], additional = []] = counts.slice(1).map((count) => {
    return Array.from({ length: count }, () => {
      const [record, end] = parseRecord(bytes, at)
      at = end
      return record
    })
  })
  if (at !== bytes.length) throw new Error(`${bytes.length - at} octets behind the last record`)
  const opt = additional.find((record) => record.type === 'OPT')
  const rcode = (flags & 15) | (opt ? (opt.ttl >>> 24) << 4 : 0)
  return {
    ...{ bytes, question, questionWire, answer, authority, additional },
    id: bytes.readUInt16BE(0),
    isAnswer: (flags & 0x8000) !== 0,
    opcode: (flags >> 11) & 15,
    isAuthoritative: (flags & 0x0400) !== 0,
    isTruncated: (flags & 0x0200) !== 0,
    recursionDesired: (flags & 0x0100) !== 0,
    recursionAvailable: (flags & 0x0080) !== 0,
    rcode: RCODES[rcode] ?? (rcode === 16 ? 'BADVERS' : `RCODE${rcode}`),
    edns: opt ? { udpBytes: opt.class, version: (opt.ttl >>> 16) & 255 } : null,
    tsig: findTsig(bytes, [...answer, ...authority], additional),
  }
}

/** The name at `at`, absolute and in small letters, and where reading goes on. */
export function parseName(bytes: Buffer, at: number, hops = 0): readonly [string, number] {
  const labels: string[] = []
  for (;;) {
    const size = bytes.readUInt8(at)
    if (size === 0) return [`${labels.join('.')}.`, at + 1]
    if (size >= 0xc0) {
      const target = bytes.readUInt16BE(at) & 0x3fff
      if (hops > 20 || target >= at) throw new Error(`a pointer from ${at} to ${target}`)
      const [rest] = parseName(bytes, target, hops + 1)
      return [labels.length > 0 ? `${labels.join('.')}.${rest === '.' ? '' : rest}` : rest, at + 2]
    }
    if (size > 63) throw new Error(`a label of kind ${size >> 6}`)
    if (at + 1 + size > bytes.length) throw new Error('a label beyond the end')
    labels.push([...bytes.subarray(at + 1, at + 1 + size)].map(printOctet).join(''))
    at += 1 + size
  }
}

/** An absolute name for the wire; letters stay as they are. */
export function writeName(name: string): Buffer {
  const labels = name.split(/(?<!\\)\./).filter((label) => label !== '')
  const wire = labels.map((label) => {
    const octets = Buffer.from(
      label.replaceAll(/\\(\d{3})|\\(.)/g, (_, digits: string | undefined, char: string) =>
        digits === undefined ? char : String.fromCharCode(Number(digits)),
      ),
      'latin1',
    )
    return Buffer.concat([Buffer.from([octets.length]), octets])
  })
  return Buffer.concat([...wire, Buffer.from([0])])
}

/** A record for the wire, not compressed. */
export function writeRecord(
  owner: string,
  type: number,
  { of = 1, ttl = 0, data }: { readonly of?: number; readonly ttl?: number; readonly data: Buffer },
): Buffer {
  const head = Buffer.alloc(10)
  head.writeUInt16BE(type, 0)
  head.writeUInt16BE(of, 2)
  head.writeUInt32BE(ttl, 4)
  head.writeUInt16BE(data.length, 8)
  return Buffer.concat([writeName(owner), head, data])
}

function parseRecord(bytes: Buffer, offset: number): readonly [DnsRecord, number] {
  const [owner, at] = parseName(bytes, offset)
  const type = printType(bytes.readUInt16BE(at))
  const ttl = bytes.readUInt32BE(at + 4)
  const from = at + 10
  const end = from + bytes.readUInt16BE(at + 8)
  if (end > bytes.length) throw new Error(`a record of ${end - from} octets beyond the end`)
  const data = bytes.subarray(from, end)
  const text = `${owner} ${ttl} ${type} ${printData(bytes, type, from, end)}`
  const serial = type === 'SOA' ? data.readUInt32BE(data.length - 20) : null
  return [{ owner, type, class: bytes.readUInt16BE(at + 2), ttl, data, text, serial, offset }, end]
}

function printData(bytes: Buffer, type: string, from: number, end: number): string {
  const data = bytes.subarray(from, end)
  if (type === 'A' && data.length === 4) return data.join('.')
  if (type === 'AAAA' && data.length === 16)
    return data.toString('hex').replaceAll(/(....)\B/g, '$1:')
  if (type === 'NS' || type === 'CNAME' || type === 'PTR') {
    const [name, stop] = parseName(bytes, from)
    if (stop !== end) throw new Error(`data of ${type} beyond its name`)
    return name
  }
  if (type === 'SOA') return printSoa(bytes, from, end)
  if (type === 'TXT') return printTexts(data)
  if (type === 'ZONEMD') {
    return `${data.readUInt32BE(0)} ${data[4]!} ${data[5]!} ${data.toString('hex', 6)}`
  }
  return `\\# ${data.length} ${data.toString('hex')}`
}

function printSoa(bytes: Buffer, from: number, end: number): string {
  const [mname, second] = parseName(bytes, from)
  const [rname, at] = parseName(bytes, second)
  if (at + 20 !== end) throw new Error('data of SOA of another length')
  return [mname, rname, ...[0, 4, 8, 12, 16].map((skip) => bytes.readUInt32BE(at + skip))].join(' ')
}

function printTexts(data: Buffer): string {
  const texts: string[] = []
  let at = 0
  while (at < data.length) {
    const size = data.readUInt8(at)
    if (at + 1 + size > data.length) throw new Error('a text beyond its record')
    texts.push(JSON.stringify(data.toString('latin1', at + 1, at + 1 + size)))
    at += 1 + size
  }
  return texts.join(' ')
}

function findTsig(
  bytes: Buffer,
  before: readonly DnsRecord[],
  additional: readonly DnsRecord[],
): DnsTsig | null {
  const all = [...before, ...additional]
  const index = all.findIndex((record) => record.type === 'TSIG')
  if (index < 0) return null
  const record = additional.at(-1)
  if (index !== all.length - 1 || !record) throw new Error('a TSIG that is not the last record')
  if (record.class !== 255 || record.ttl !== 0) throw new Error('a TSIG of another class or TTL')
  const from = record.offset + writeName(record.owner).length + 10
  const [algorithm, at] = parseName(bytes, from)
  const macEnd = at + 10 + bytes.readUInt16BE(at + 8)
  const otherEnd = macEnd + 6 + bytes.readUInt16BE(macEnd + 4)
  if (otherEnd !== bytes.length) throw new Error('a TSIG whose parts are not its length')
  const error = bytes.readUInt16BE(macEnd + 2)
  return {
    ...{ keyName: record.owner, algorithm, offset: record.offset },
    timeSigned: bytes.readUIntBE(at, 6),
    fudge: bytes.readUInt16BE(at + 6),
    mac: bytes.subarray(at + 10, macEnd),
    originalId: bytes.readUInt16BE(macEnd),
    error: TSIG_ERRORS[error] ?? String(error),
    other: bytes.subarray(macEnd + 6, otherEnd),
  }
}

function printType(type: number): string {
  return Object.entries(TYPES).find(([, value]) => value === type)?.[0] ?? `TYPE${type}`
}

function printOctet(octet: number): string {
  const char = String.fromCharCode(octet).toLowerCase()
  return /[a-z0-9_*-]/.test(char) ? char : `\\${String(octet).padStart(3, '0')}`
}
