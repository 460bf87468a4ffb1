import { printBind } from './print-bind.ts'
import { printKnot } from './print-knot.ts'
import { printNsd } from './print-nsd.ts'
import { printPdns } from './print-pdns.ts'
import { printUnbound } from './print-unbound.ts'
import type { Secondary } from './secondaries.ts'
import type { SecondaryConfig } from './secondary-config.ts'

const PRINTERS: Readonly<Record<Secondary, (config: SecondaryConfig) => string>> = {
  bind: printBind,
  unbound: printUnbound,
  pdns: printPdns,
  knot: printKnot,
  nsd: printNsd,
}

/** The text to paste. Throws `usage/invalid` where that server cannot do what is asked for. */
export function printSecondaryConfig(server: Secondary, config: SecondaryConfig): string {
  return PRINTERS[server](config)
}
