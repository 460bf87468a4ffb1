import { addressBits } from '../../core/network.ts'
import { isRegisterNetwork, type RegisterRow } from '../../core/register.ts'
import { SPECIAL_NETWORKS, type SpecialNetwork } from '../../core/special-networks.ts'
import { partOf } from './check-name.ts'
import type { GuardCode, GuardedEntry, GuardFinding } from './guard-finding.ts'
import type { GuardLimits } from './guard-limits.ts'
import { WatchedNetworks } from './watched-networks.ts'

/** What `ip` entries are compared with. */
export interface AddressWatch {
  readonly special: WatchedNetworks<SpecialNetwork>
  readonly register: WatchedNetworks<RegisterRow>
}

export function watchAddresses(register: readonly RegisterRow[]): AddressWatch {
  const networks = register.filter(({ value }) => isRegisterNetwork(value))
  return {
    special: new WatchedNetworks(SPECIAL_NETWORKS.map((one) => [one.network, one])),
    register: new WatchedNetworks(networks.map((row) => [row.value, row])),
  }
}

/** What is to be said against an `ip` entry: at most one finding of each guard. */
export function checkAddress(
  watch: AddressWatch,
  limits: GuardLimits,
  entry: GuardedEntry,
): GuardFinding[] {
  return [
    ...checkSpecial(watch.special.overlapping(entry.value), entry),
    ...checkRegister(watch.register.overlapping(entry.value), entry),
    ...checkWidth(limits, entry),
  ]
}

function checkSpecial(found: readonly SpecialNetwork[], entry: GuardedEntry): GuardFinding[] {
  // The narrowest says most; what is not for documentation alone comes before what is.
  const worst = found.findLast(({ isDocumentation }) => !isDocumentation) ?? found.at(-1)
  if (worst === undefined) return []
  const { network, name, source, isDocumentation } = worst
  return [
    {
      guard: 'guard/special-address',
      class: isDocumentation ? 'warn' : 'stop',
      entry,
      text: `${entry.value} lies in or around ${network}, which is kept for: ${name} (${source})`,
      cure: isDocumentation
        ? 'look whether an example was copied: nothing answers there'
        : 'list the public address that is meant; answers that point here are often meant for the network of the one who asks',
    },
  ]
}

const CURES = {
  own: 'list something else: this is what the list itself needs',
  shielded: 'list the name that is meant instead of an address that many need',
  shared: 'list the name that is meant: an address there answers for strangers too',
} as const

const CODES = {
  own: 'guard/own',
  shielded: 'guard/protected',
  shared: 'guard/shared-address',
} as const satisfies Record<keyof typeof CURES, GuardCode>

function checkRegister(found: readonly RegisterRow[], entry: GuardedEntry): GuardFinding[] {
  const parts = ['own', 'shielded', 'shared'] as const
  return parts.flatMap((part) => {
    const rows = found.filter((row) => partOf(row) === part)
    const [first] = rows
    if (first === undefined) return []
    const others = rows.length === 1 ? '' : `, and ${rows.length - 1} more of the register`
    const text = `${entry.value} lies in or around ${first.value} (${first.purpose}: ${first.reason})${others}`
    return [{ guard: CODES[part], class: 'stop' as const, entry, text, cure: CURES[part] }]
  })
}

function checkWidth(limits: GuardLimits, entry: GuardedEntry): GuardFinding[] {
  const [address = '', length] = entry.value.split('/')
  if (length === undefined) return []
  const { width } = addressBits(address)
  const [wide, tooWide] =
    width === 32 ? [limits.wideIpv4, limits.tooWideIpv4] : [limits.wideIpv6, limits.tooWideIpv6]
  const prefix = Number(length)
  if (prefix >= wide) return []
  const isStop = prefix < tooWide
  return [
    {
      guard: 'guard/wide-network',
      class: isStop ? 'stop' : 'warn',
      entry,
      text: `${entry.value} is wider than /${isStop ? tooWide : wide}: answers of many strangers point there`,
      cure: 'list the addresses or the narrower networks that are meant',
    },
  ]
}
