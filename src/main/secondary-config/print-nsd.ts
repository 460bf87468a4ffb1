import { Fault } from '../../core/fault.ts'
import { CERTIFICATES, primaryOf, printHeading, secretOf } from './config-text.ts'
import type { SecondaryConfig } from './secondary-config.ts'

/** Where Debian's package lets NSD write. */
const FOLDER = '/var/lib/nsd'
/** The differences that it keeps for those behind it; by default 5 of 1 MiB, then everybody gets whole zones. */
const KEPT_DIFFERENCES = 50
const KEPT_BYTES = 128 * 1024 * 1024

/** For NSD 4.6, which hands the zones on to resolvers: sections for the end of `nsd.conf`. Throws `usage/invalid` with a catalog. */
export function printNsd(config: SecondaryConfig): string {
  const { key, catalog, tls } = config
  if (catalog !== null) {
    throw new Fault('usage/invalid', 'expected no --catalog for NSD, which learnt them after 4.6')
  }
  return `${printHeading('#', 'NSD', config)}
server:
    zonefiles-write: 60
${tls === null ? '' : `    tls-cert-bundle: "${CERTIFICATES}"\n`}
${printKey(key)}${printTls(tls)}${config.zones.map((zone) => printZone(config, zone)).join('\n')}`
}

function printKey(key: SecondaryConfig['key']): string {
  if (key === null) return ''
  return `key:
    name: "${key.name}"
    algorithm: ${key.algorithm}
    secret: "${secretOf(key)}"

`
}

function printTls(tls: string | null): string {
  if (tls === null) return ''
  return `tls-auth:
    name: "bailiwick"
    auth-domain-name: "${tls}"

`
}

function printZone(config: SecondaryConfig, { origin }: SecondaryConfig['zones'][number]): string {
  const { address, port } = primaryOf(config)
  const key = config.key === null ? 'NOKEY' : config.key.name
  // With a key it does not matter from which of our addresses a NOTIFY comes.
  const told = config.key === null ? [address] : ['0.0.0.0/0', '::/0']
  return `zone:
    name: "${origin}"
    zonefile: "${FOLDER}/${origin}"
    request-xfr: ${address}@${port} ${key}${config.tls === null ? '' : ' bailiwick'}
${told.map((from) => `    allow-notify: ${from} ${key}\n`).join('')}    store-ixfr: yes
    ixfr-number: ${KEPT_DIFFERENCES}
    ixfr-size: ${KEPT_BYTES}
`
}
