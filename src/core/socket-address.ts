import { Fault } from './fault.ts'
import { readIpValue } from './ip-value.ts'

/** An address and a port, as `ADDR:PORT` or `[ADDR6]:PORT` says it. */
export interface SocketAddress {
  /** RFC 5952. */
  readonly address: string
  readonly port: number
}

const MAX_PORT = 65_535

/**
 * Reads `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53` or `[2001:db8::53]:5353`; without a port it is `defaultPort`. Names are refused:
 * what stands here decides who is told, and is compared with where an answer comes from. Throws `ip/invalid`.
 */
export function parseSocketAddress(text: string, defaultPort: number): SocketAddress {
  const trimmed = text.trim()
  const { host, port } = splitPort(trimmed)
  const reading = readIpValue(host)
  const number = port === undefined ? defaultPort : parsePort(port)
  if (number === null || !('value' in reading) || reading.value.includes('/')) {
    throw new Fault(
      'ip/invalid',
      `expected an address, or an address and a port, such as 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53, got ${JSON.stringify(text.slice(0, 100))}`,
    )
  }
  return { address: reading.value, port: number }
}

/** `ADDR:PORT` or `[ADDR6]:PORT`. */
export function printSocketAddress({ address, port }: SocketAddress): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

function splitPort(text: string): { readonly host: string; readonly port?: string } {
  const bracketed = /^\[([0-9a-f:.]+)\](?::([^:]*))?$/i.exec(text)
  if (bracketed !== null) return pair(bracketed[1] ?? '', bracketed[2])
  const colon = text.indexOf(':')
  // More than one colon: an IPv6 address, which has a port only outside brackets.
  if (colon < 0 || text.includes(':', colon + 1)) return pair(text, undefined)
  return pair(text.slice(0, colon), text.slice(colon + 1))
}

function pair(host: string, port: string | undefined): { host: string; port?: string } {
  return port === undefined ? { host } : { host, port }
}

function parsePort(text: string): number | null {
  const port = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 0
  return port >= 1 && port <= MAX_PORT ? port : null
}
