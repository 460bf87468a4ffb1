import { Fault } from '../../core/fault.ts'
import { primaryOf, printHeading, secretOf } from './config-text.ts'
import type { SecondaryConfig } from './secondary-config.ts'

const REMOTE = 'bailiwick'
const NOTIFIED = 'bailiwick-notify'
const MEMBER = 'bailiwick-list'

/** For Knot DNS 3.2, which hands the zones on to resolvers: sections for the end of `knot.conf`. Throws `usage/invalid` over TLS. */
export function printKnot(config: SecondaryConfig): string {
  if (config.tls !== null) {
    throw new Fault('usage/invalid', 'expected no --tls for Knot DNS, which learnt it after 3.2')
  }
  const { address, port } = primaryOf(config)
  const { key } = config
  return `${printHeading('#', 'Knot DNS', config)}
${printKey(key)}remote:
  - id: ${REMOTE}
    address: ${address}@${port}
${key === null ? '' : `    key: ${key.name}\n`}
acl:
  - id: ${NOTIFIED}
    ${key === null ? `address: ${address}` : `key: ${key.name}`}
    action: notify

${config.catalog === null ? printZones(config) : printCatalog(config, config.catalog)}`
}

function printKey(key: SecondaryConfig['key']): string {
  if (key === null) return ''
  return `key:
  - id: ${key.name}
    algorithm: ${key.algorithm}
    secret: ${secretOf(key)}

`
}

function printZones({ zones }: SecondaryConfig): string {
  const printed = zones.map(
    ({ origin, zonemd }) => `  - domain: ${origin}\n${printTerms()}${printCheck(zonemd)}`,
  )
  return `zone:\n${printed.join('')}`
}

function printCatalog({ zones }: SecondaryConfig, catalog: string): string {
  // A list without a digest would be refused with the rest: it is looked for where all of them have one.
  const zonemd = zones.every((zone) => zone.zonemd)
  return `template:
  - id: ${MEMBER}
${printTerms()}${printCheck(zonemd)}
zone:
  - domain: ${catalog}
${printTerms()}    catalog-role: interpret
    catalog-template: ${MEMBER}
`
}

// semantic-checks: a policy zone has no addresses for its name server, and need not.
function printTerms(): string {
  return `    master: ${REMOTE}
    acl: ${NOTIFIED}
    semantic-checks: off
`
}

function printCheck(zonemd: boolean): string {
  return zonemd ? '    zonemd-verify: on\n' : ''
}
