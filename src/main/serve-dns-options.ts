import { Fault } from '../core/fault.ts'
import { parseListenAddress, type ListenAddress } from './serve-listen.ts'

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
  readonly plain: readonly ListenAddress[]
  readonly tls: readonly ListenAddress[]
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
  const plain = isOff ? [] : dns.map((text) => parseListenAddress(text, '--dns'))
  const tls = dnsTls.map((text) => parseListenAddress(text, '--dns-tls'))
  const certificate = certificateFiles(tls.length > 0, tlsCert, tlsKey)
  return plain.length + tls.length === 0 ? null : { plain, tls, certificate }
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
