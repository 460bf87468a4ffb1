import { createHmac } from 'node:crypto'
import { type DnsMessage, writeName, writeRecord } from './dns-message.ts'

/** A key as a resolver's configuration has it. */
export interface ClientKey {
  readonly name: string
  readonly algorithm?: string
  /** In base64. */
  readonly secret: string
}

/** What a test may get wrong on purpose. */
export interface SignOptions {
  /** Seconds since 1970. */
  readonly timeSigned?: number
  readonly fudge?: number
  /** Octets of the MAC that are sent. */
  readonly macBytes?: number
}

export interface Signed {
  readonly bytes: Buffer
  readonly mac: Buffer
}

/** The message with a signature (RFC 8945 §5.1). */
export function signMessage(message: Buffer, key: ClientKey, options: SignOptions = {}): Signed {
  const { timeSigned = Math.floor(Date.now() / 1000), fudge = 300, macBytes } = options
  const times = writeTimes(timeSigned, fudge)
  const whole = hmac(key, [message, variables(key, times)])
  const mac = whole.subarray(0, macBytes ?? whole.length)
  const data = Buffer.concat([
    ...[writeName(algorithmOf(key)), times, u16(mac.length), mac],
    ...[message.subarray(0, 2), Buffer.alloc(4)],
  ])
  const bytes = Buffer.concat([message, writeRecord(key.name, 250, { of: 255, data })])
  bytes.writeUInt16BE(bytes.readUInt16BE(10) + 1, 10)
  return { bytes, mac }
}

/**
 * Checks the messages of an answer, each of them, as they come (RFC 8945 §5.3.1). Throws an Error at the first that isn't right. The
 * time is now, unless a test has another.
 */
export function answerVerifier(
  key: ClientKey,
  requestMac: Buffer,
  at?: number,
): (message: DnsMessage) => void {
  let prior = requestMac
  let isFirst = true
  return (message) => {
    const { tsig, bytes } = message
    if (tsig === null) throw new Error('an unsigned message in a signed answer')
    if (tsig.error !== 'NOERROR' || tsig.other.length > 0) throw new Error(`TSIG ${tsig.error}`)
    if (tsig.keyName !== absolute(key.name)) throw new Error(`signed by ${tsig.keyName}`)
    if (tsig.algorithm !== absolute(algorithmOf(key))) throw new Error(`by ${tsig.algorithm}`)
    if (tsig.originalId !== message.id) throw new Error('another original id')
    if (Math.abs((at ?? Date.now() / 1000) - tsig.timeSigned) > tsig.fudge + 1) {
      throw new Error(`signed at ${tsig.timeSigned}`)
    }
    const times = writeTimes(tsig.timeSigned, tsig.fudge)
    const expected = hmac(key, [
      ...[u16(prior.length), prior, unsigned(bytes, tsig.offset)],
      isFirst ? variables(key, times) : times,
    ])
    if (!expected.equals(tsig.mac)) throw new Error('a wrong MAC')
    prior = tsig.mac
    isFirst = false
  }
}

/** Checks an answer that says what is wrong with our signature, and is signed itself (RFC 8945 §5.3.2). */
export function isErrorSigned(message: DnsMessage, key: ClientKey, requestMac: Buffer): boolean {
  const { tsig, bytes } = message
  if (tsig === null) return false
  const error = { NOERROR: 0, BADTIME: 18, BADTRUNC: 22 }[tsig.error] ?? 0
  const tail = Buffer.concat([u16(error), u16(tsig.other.length), tsig.other])
  const named = Buffer.concat([
    ...[writeName(key.name.toLowerCase()), u16(255), Buffer.alloc(4)],
    ...[writeName(algorithmOf(key)), writeTimes(tsig.timeSigned, tsig.fudge), tail],
  ])
  const parts = [u16(requestMac.length), requestMac, unsigned(bytes, tsig.offset), named]
  return hmac(key, parts).equals(tsig.mac)
}

function unsigned(bytes: Buffer, offset: number): Buffer {
  const copy = Buffer.from(bytes.subarray(0, offset))
  copy.writeUInt16BE(copy.readUInt16BE(10) - 1, 10)
  return copy
}

function variables(key: ClientKey, times: Buffer): Buffer {
  const name = writeName(key.name.toLowerCase())
  const algorithm = writeName(algorithmOf(key))
  return Buffer.concat([name, u16(255), Buffer.alloc(4), algorithm, times, Buffer.alloc(4)])
}

function hmac(key: ClientKey, parts: readonly Buffer[]): Buffer {
  const digest = createHmac(
    algorithmOf(key).replace('hmac-', ''),
    Buffer.from(key.secret, 'base64'),
  )
  for (const part of parts) digest.update(part)
  return digest.digest()
}

function algorithmOf(key: ClientKey): string {
  return key.algorithm ?? 'hmac-sha256'
}

function absolute(name: string): string {
  return `${name.toLowerCase().replace(/\.$/, '')}.`
}

function writeTimes(timeSigned: number, fudge: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUIntBE(timeSigned, 0, 6)
  bytes.writeUInt16BE(fudge, 6)
  return bytes
}

function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 255])
}
