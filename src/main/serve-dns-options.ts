import { isIP } from 'node:net'
import { Fault } from '../core/fault.ts'
import type { Endpoint } from '../dns/endpoint.ts'
import { parseListenAddress } from './serve-listen.ts'

/** The options of DNS as they stand on the command line. */
export interface DnsArguments {
  readonly dns: readonly string[]
  readonly dnsTls?: readonly string[]
  readonly tlsCert?: string
  readonly tlsKey?: string
}

/** Where the DNS is answered. */
export interface DnsListening {
  /** Each over UDP and TCP. */
  readonly plain: readonly Endpoint[]
  readonly tls: readonly Endpoint[]
  /** Files in PEM; there is one when `tls` has an address. */
  readonly certificate: CertificateFiles | null
}

export interface CertificateFiles {
  readonly cert: string
  readonly key: string
}

/** Null: the DNS is not answered at all. Faults: `usage/invalid`. */
export function parseDnsArguments(args: DnsArguments): DnsListening | null {
  const { dns, dnsTls = [], tlsCert, tlsKey } = args
  const isOff = dns.includes('none')
  if (isOff && dns.length > 1) {
    throw new Fault('usage/invalid', 'expected either addresses or «none» for --dns, got both')
  }
  const plain = isOff ? [] : dns.map((text) => parseEndpoint(text, '--dns'))
  const tls = dnsTls.map((text) => parseEndpoint(text, '--dns-tls'))
  const certificate = certificateFiles(tls.length > 0, tlsCert, tlsKey)
  return plain.length + tls.length === 0 ? null : { plain, tls, certificate }
}

/** Secondaries know their primary by an address; a name might mean another one tomorrow. */
function parseEndpoint(text: string, option: string): Endpoint {
  const { host: address, port } = parseListenAddress(text, option)
  if (isIP(address) !== 0) return { address, port }
  throw new Fault(
    'usage/invalid',
    `expected an address as 192.0.2.1 or [2001:db8::1] for ${option}, got the name ${JSON.stringify(address)}`,
  )
}

function certificateFiles(
  isWanted: boolean,
  cert: string | undefined,
  key: string | undefined,
): CertificateFiles | null {
  if (!isWanted && cert === undefined && key === undefined) return null
  if (isWanted && cert !== undefined && key !== undefined) return { cert, key }
  throw new Fault(
    'usage/invalid',
    'expected --dns-tls, --tls-cert and --tls-key together, got only some of them',
  )
}
