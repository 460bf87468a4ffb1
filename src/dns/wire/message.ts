import { type Edns, readEdns } from './edns.ts'
import { encodeName, readName, skipName } from './name.ts'
import { CLASS, FLAG, HEADER_BYTES, OPCODE, RCODE, TYPE } from './numbers.ts'
import { WireReader, type WireProblem } from './reader.ts'
import { type RecordHead, type TsigRecord, readTsig } from './tsig-record.ts'

/*
 * Messages of the DNS (RFC 1035 §4), as far as a primary server needs them: whoever asks sends a question, and perhaps the SOA that
 * it has (RFC 1995 §3), EDNS (RFC 6891) and a signature (RFC 8945). Records that nobody reads are checked for their form only.
 *
 * Limitations: at most one question (RFC 9619); SIG(0) is a record like any other.
 */

export interface Question {
  readonly name: string
  readonly type: number
  readonly class: number
  /** As it came, capital letters and all: so it is echoed. */
  readonly wire: Uint8Array
}

/** What is enough to answer. */
export interface MessageHead {
  readonly id: number
  /** The bits of `FLAG`. */
  readonly flags: number
  readonly opcode: number
  readonly question: Question | null
  readonly edns: Edns | null
}

/** Records, as they stand in the message. */
export interface Section {
  readonly count: number
  readonly records: Uint8Array
}

export interface Message extends MessageHead {
  readonly kind: 'message'
  /** All twelve bits where there is EDNS. */
  readonly rcode: number
  readonly answer: Section
  readonly authority: Section
  /** Of the zone that the question names: what an asker for IXFR has. Null where there is no such SOA in AUTHORITY. */
  readonly serial: number | null
  readonly tsig: TsigRecord | null
}

/** A message that can't be read, and what to answer it with. */
export interface Malformed extends MessageHead {
  readonly kind: 'malformed'
  readonly rcode: typeof RCODE.formErr | typeof RCODE.notImp
  readonly problem: WireProblem
}

/** Too short for a header: there is nobody to answer. */
export interface Noise {
  readonly kind: 'noise'
}

const NOISE: Noise = { kind: 'noise' }

const KNOWN_OPCODES: ReadonlySet<number> = new Set(Object.values(OPCODE))

/** How many records there may be in each section. */
interface MostRecords {
  readonly answer: number
  readonly authority: number
  readonly additional: number
}

/**
 * What a question has at most: the asker's SOA, EDNS and a signature, and as much again for what nobody knows yet. Nobody who asks has an
 * answer.
 */
export const MOST_OF_QUESTION: MostRecords = { answer: 0, authority: 2, additional: 4 }

/** Reads a message. Never throws; what it gives back are views into `bytes`. Whether it is an answer, `flags` says. */
export function decodeMessage(bytes: Uint8Array): Message | Malformed | Noise {
  return decode(bytes, null)
}

/**
 * Reads what anybody sends to a server. As `decodeMessage`, but a question with more records than any honest one is malformed before one of
 * them is read. Other opcodes have other forms.
 */
export function decodeQuestion(bytes: Uint8Array): Message | Malformed | Noise {
  return decode(bytes, MOST_OF_QUESTION)
}

function decode(bytes: Uint8Array, most: MostRecords | null): Message | Malformed | Noise {
  if (bytes.length < HEADER_BYTES) return NOISE
  const reader = new WireReader(bytes)
  const id = reader.u16()
  const word = reader.u16()
  const head = { id, flags: word & ~0x780f, opcode: (word >> 11) & 15 }
  const counts = [reader.u16(), reader.u16(), reader.u16(), reader.u16()] as const
  const question = counts[0] === 1 ? readQuestion(reader) : null
  // Another opcode may have another form (RFC 8490 §5.4).
  if (!KNOWN_OPCODES.has(head.opcode)) reader.fail('opcode')
  if (counts[0] > 1) reader.fail('questions')
  const isQuery = head.opcode === OPCODE.query && (word & FLAG.answer) === 0
  if (isQuery && most !== null && hasMore(counts, most)) reader.fail('records')
  const rest = new RecordsReader(reader, isQuery ? (question?.name ?? null) : null)
  const answer = rest.section(counts[1])
  const authority = rest.authority(counts[2])
  rest.additional(counts[3])
  if (reader.at !== bytes.length) reader.fail('trailing-bytes')
  const { serial, edns, tsig } = rest
  if (reader.problem !== null) {
    const rcode = reader.problem === 'opcode' ? RCODE.notImp : RCODE.formErr
    return { kind: 'malformed', ...head, question, edns, rcode, problem: reader.problem }
  }
  const rcode = ((edns?.rcodeHigh ?? 0) << 4) | (word & 15)
  return { kind: 'message', ...head, question, edns, rcode, answer, authority, serial, tsig }
}

/** The question for a name as `encodeName` takes it. Throws name/invalid. */
export function askQuestion(name: string, type: number, of: number = CLASS.in): Question {
  const owner = encodeName(name)
  const wire = new Uint8Array(owner.length + 4)
  wire.set(owner)
  new DataView(wire.buffer).setUint32(owner.length, type * 0x1_0000 + of)
  return { name, type, class: of, wire }
}

function hasMore(
  [, answer, authority, additional]: readonly [number, number, number, number],
  most: MostRecords,
): boolean {
  return answer > most.answer || authority > most.authority || additional > most.additional
}

function readQuestion(reader: WireReader): Question | null {
  const from = reader.at
  const name = readName(reader)
  const question = { name, type: reader.u16(), class: reader.u16() }
  if (reader.problem !== null) return null
  return { ...question, wire: reader.bytes.subarray(from, reader.at) }
}

/** What stands before the data of a record whose name was not read. */
type Unnamed = Omit<RecordHead, 'name'>

/** The three sections of records, and what was found in them. */
class RecordsReader {
  serial: number | null = null
  edns: Edns | null = null
  tsig: TsigRecord | null = null
  readonly #reader: WireReader
  readonly #zone: string | null

  constructor(reader: WireReader, zone: string | null) {
    this.#reader = reader
    this.#zone = zone
  }

  section(count: number): Section {
    return this.#run(count, (type) => this.#skip(type))
  }

  authority(count: number): Section {
    return this.#run(count, (type, head) => {
      if (type !== TYPE.soa || this.#zone === null || this.serial !== null) this.#skip(type)
      else if (this.#name(head).name === this.#zone) this.serial = readSerial(this.#reader, head)
    })
  }

  additional(count: number): void {
    this.#run(count, (type, head) => {
      // RFC 8945 §5.1: it must be the last record, and so there is one only.
      if (this.tsig !== null) this.#reader.fail('record-place')
      else if (type === TYPE.tsig) this.#tsig(head)
      else if (type === TYPE.opt) this.#opt(head)
    })
  }

  #tsig(head: Unnamed): void {
    const { name, folded } = this.#name(head)
    this.tsig = readTsig(this.#reader, { ...head, name }, folded)
  }

  #opt(head: Unnamed): void {
    // RFC 6891 §6.1.1: more than one is a FORMERR; its name is the root.
    if (this.edns !== null) this.#reader.fail('record-place')
    else this.edns = readEdns(this.#reader, { ...head, name: this.#name(head).name })
  }

  /** Few records have a name that anybody reads, and one of 255 octets takes as long to read as twenty records to pass over. */
  #name({ offset }: Unnamed): { readonly name: string; readonly folded: boolean } {
    const reader = this.#reader
    const { at } = reader
    reader.at = offset
    reader.folded = false
    const name = readName(reader)
    if (!reader.hasFailed()) reader.at = at
    return { name, folded: reader.folded }
  }

  /** RFC 8945 §5.1 and RFC 6891 §6.1.1: neither of them stands anywhere but in ADDITIONAL. */
  #skip(type: number): void {
    if (type === TYPE.tsig || type === TYPE.opt) this.#reader.fail('record-place')
  }

  #run(count: number, take: (type: number, head: Unnamed) => void): Section {
    const reader = this.#reader
    const from = reader.at
    // Each record takes eleven octets at least, so the count is bounded by the length.
    for (let i = 0; i < count && !reader.hasFailed(); i++) {
      const offset = reader.at
      skipName(reader)
      const type = reader.u16()
      const head = { offset, class: reader.u16(), ttl: reader.u32() }
      const end = reader.u16() + reader.at
      if (end > reader.bytes.length) reader.fail('message-cut')
      if (reader.hasFailed()) break
      take(type, { ...head, end })
      if (!reader.hasFailed()) reader.at = end
    }
    return { count, records: reader.bytes.subarray(from, reader.at) }
  }
}

/** The serial of an SOA, whose data must have the form of RFC 1035 §3.3.13. */
function readSerial(reader: WireReader, head: Unnamed): number {
  readName(reader)
  readName(reader)
  const serial = reader.u32()
  reader.take(16)
  if (head.class !== CLASS.in || reader.at !== head.end) reader.fail('record-form')
  return serial
}
