import { printSocketAddress } from '../../core/socket-address.ts'
import { Fault } from '../../core/fault.ts'
import { primaryOf, printHeading, secretOf } from './config-text.ts'
import type { SecondaryConfig } from './secondary-config.ts'

/** Where Debian's package lets the Recursor write. */
const FOLDER = '/var/spool/powerdns'
/** It takes no NOTIFY: this is how soon it sees a change. */
const MAX_REFRESH_S = 60
/** For the first transfer of a list of millions over a slow line. */
const TRANSFER_TIMEOUT_S = 600

/** For PowerDNS Recursor 4.8: the file of `lua-config-file`, or a part of it. Throws `usage/invalid` with a catalog, or over TLS. */
export function printPdns(config: SecondaryConfig): string {
  for (const option of ['catalog', 'tls'] as const) {
    if (config[option] === null) continue
    throw new Fault(
      'usage/invalid',
      `expected no --${option} for PowerDNS Recursor, which knows nothing of it`,
    )
  }
  return `${printHeading('--', 'PowerDNS Recursor', config)}
${config.zones.map((zone) => printZone(config, zone)).join('\n')}`
}

function printZone(
  config: SecondaryConfig,
  { origin, list, refresh }: SecondaryConfig['zones'][number],
): string {
  const { key } = config
  const tsig =
    key === null
      ? ''
      : `  tsigname="${key.name}", tsigalgo="${key.algorithm}",
  tsigsecret="${secretOf(key)}",
`
  return `rpzPrimary({"${printSocketAddress(primaryOf(config))}"}, "${origin}", {
${tsig}  refresh=${Math.min(refresh, MAX_REFRESH_S)}, axfrTimeout=${TRANSFER_TIMEOUT_S},
  dumpFile="${FOLDER}/${origin}.rpz",
  seedFile="${FOLDER}/${origin}.rpz",
  policyName="${list}"
})
`
}
