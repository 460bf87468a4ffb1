import { Fault } from '../../core/fault.ts'
import { CERTIFICATES, primaryOf, printHeading } from './config-text.ts'
import type { SecondaryConfig } from './secondary-config.ts'

/** Where Debian's package lets Unbound write; its own directory it may only read. */
const FOLDER = '/var/lib/unbound'

/** For Unbound 1.17, to stand in a file of its own or at the end of `unbound.conf`. Throws `usage/invalid` with a key or a catalog. */
export function printUnbound(config: SecondaryConfig): string {
  const { subscriber, key, catalog, tls } = config
  if (key !== null) {
    throw new Fault(
      'usage/invalid',
      `expected ${JSON.stringify(subscriber)} to be known by its networks, for Unbound has no TSIG, got a key: give it --transfer-by networks --networks ADDRESSES`,
    )
  }
  if (catalog !== null) {
    throw new Fault(
      'usage/invalid',
      'expected no --catalog for Unbound, which knows none: its zones stand in its configuration',
    )
  }
  return `${printHeading('#', 'Unbound', config)}
server:
    module-config: "respip validator iterator"
    # Else it answers itself for all of invalid., and never by the last name of each zone.
    local-zone: "beacon.bailiwick.invalid." transparent
${tls === null ? '' : `    tls-cert-bundle: "${CERTIFICATES}"\n`}
${config.zones.map((zone) => printZone(config, zone)).join('\n')}`
}

function printZone(
  config: SecondaryConfig,
  { origin, list }: SecondaryConfig['zones'][number],
): string {
  const { address, port } = primaryOf(config)
  const host = config.tls === null ? '' : `#${config.tls}`
  return `rpz:
    name: "${origin}"
    primary: ${address}@${port}${host}
    allow-notify: ${address}
    zonefile: "${FOLDER}/${origin}"
    rpz-log: yes
    rpz-log-name: "${list}"
`
}
