import { decodeMessage, type Message, type Question } from './message.ts'
import { readName, skipName } from './name.ts'
import { FLAG, OPCODE, RCODE, TYPE } from './numbers.ts'
import { WireReader } from './reader.ts'

/**
 * What an answer says about a name. `there`: it exists, with or without such records. `gone`: there is no such name, said as the zone above it says it.
 * `unclear`: anything else, also a denial that a policy may have made. `cut`: to be asked over TCP. `foreign`: no answer to this question.
 */
export type Existence = 'there' | 'gone' | 'unclear' | 'cut' | 'foreign'

/** A question as it was sent. */
export interface Sent {
  readonly id: number
  readonly question: Question
}

/** Reads an answer. Never throws. From the network, not yet verified: whoever can guess the id and the port could have sent it. */
export function readExistence(bytes: Uint8Array, sent: Sent): Existence {
  const message = decodeMessage(bytes)
  if (message.kind !== 'message' || !answersTo(message, sent)) return 'foreign'
  const { rcode, flags, answer } = message
  if (rcode === RCODE.noError) return 'there'
  if (rcode !== RCODE.nxDomain) return 'unclear'
  if ((flags & FLAG.truncated) !== 0) return 'cut'
  // RFC 6604 §3: with an alias, the code is about its target; the name itself is there.
  if (answer.count > 0) return isAlias(message, bytes) ? 'there' : 'unclear'
  return isHonest(message, bytes, sent.question.name) ? 'gone' : 'unclear'
}

function answersTo({ id, flags, opcode, question }: Message, sent: Sent): boolean {
  return (
    id === sent.id &&
    (flags & FLAG.answer) !== 0 &&
    opcode === OPCODE.query &&
    question !== null &&
    Buffer.compare(question.wire, sent.question.wire) === 0
  )
}

/** Whether the first answer is an alias of the name that was asked for. */
function isAlias(message: Message, bytes: Uint8Array): boolean {
  const reader = new WireReader(bytes, message.answer.records.byteOffset - bytes.byteOffset)
  const owner = readName(reader)
  return reader.u16() === TYPE.cname && !reader.hasFailed() && owner === message.question?.name
}

/**
 * Whether a denial looks as a resolver passes it on, and not as one makes it for a policy: it comes with the SOA of a zone above the name
 * (RFC 2308 §2.1), not with the resolver's own authority, and without a word that something was blocked. BIND, Unbound and PowerDNS send no SOA in
 * AUTHORITY for a policy, Knot Resolver one with AA.
 */
function isHonest(message: Message, bytes: Uint8Array, name: string): boolean {
  const { flags, authority, edns } = message
  if ((flags & FLAG.recursionAvailable) === 0 || (flags & FLAG.authoritative) !== 0) return false
  if (edns !== null && saysBlocked(edns.options)) return false
  const reader = new WireReader(bytes, authority.records.byteOffset - bytes.byteOffset)
  for (let i = 0; i < authority.count && !reader.hasFailed(); i++) {
    const at = reader.at
    skipName(reader)
    const type = reader.u16()
    reader.take(6)
    const end = reader.u16() + reader.at
    if (type === TYPE.soa) {
      reader.at = at
      const owner = readName(reader)
      return !reader.hasFailed() && (owner === '' || name.endsWith(`.${owner}`))
    }
    reader.at = end
  }
  return false
}

const EXTENDED_ERROR = 15
/** RFC 8914 §4: forged answer, blocked, censored, filtered, prohibited. */
const BLOCKED: ReadonlySet<number> = new Set([4, 15, 16, 17, 18])

/** The form of the options was checked when the record was read. */
function saysBlocked(options: Uint8Array): boolean {
  const view = new DataView(options.buffer, options.byteOffset, options.byteLength)
  for (let at = 0; at + 4 <= options.length;) {
    const length = view.getUint16(at + 2)
    const isError = view.getUint16(at) === EXTENDED_ERROR && length >= 2
    if (isError && BLOCKED.has(view.getUint16(at + 4))) return true
    at += 4 + length
  }
  return false
}
