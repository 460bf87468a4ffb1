import { InvalidArgumentError, Option, type Command } from 'commander'
import { isFault } from '../core/fault.ts'
import { parseNetwork } from '../core/network.ts'
import {
  parseSocketAddress,
  printSocketAddress,
  type SocketAddress,
} from '../core/socket-address.ts'
import { TSIG_ALGORITHMS, type TsigAlgorithm } from '../dns/zone-source.ts'
import { SECONDARIES, type Secondary } from './secondary-config/secondaries.ts'

/** What an administrator chooses for a subscriber; what is left out stays, or has its default. */
export interface TermOptions {
  readonly lists?: readonly string[]
  readonly networks?: readonly string[]
  readonly notify?: readonly string[]
  readonly transferBy?: 'tsig' | 'networks'
  readonly algorithm: TsigAlgorithm
}

/** Adds the options that `subscriber add` and `subscriber set` share. */
export function addTermOptions(command: Command): Command {
  return command
    .option('--networks <list>', 'addresses or networks it may ask from', parseNetworks)
    .option('--notify <list>', 'ADDR:PORT of each secondary to tell of new serials', parseTargets)
    .addOption(
      new Option(
        '--transfer-by <how>',
        'tsig: by a key; networks: by where it asks from, for resolvers that have no TSIG (Unbound)',
      ).choices(['tsig', 'networks']),
    )
    .addOption(
      new Option('--algorithm <name>', 'of the key')
        .choices(TSIG_ALGORITHMS)
        .default('hmac-sha256'),
    )
}

/** What is asked of a printed configuration. */
export interface ConfigOptions {
  readonly configFor?: Secondary
  readonly primary?: SocketAddress
  readonly catalog?: boolean
  readonly tls?: string
}

/** Adds the options of a printed configuration; `flag` names that which chooses the server. */
export function addConfigOptions(
  command: Command,
  flag: string,
  { isRequired = false } = {},
): Command {
  return command
    .addOption(
      new Option(flag, 'print what to paste into the configuration of that server')
        .choices(SECONDARIES)
        .makeOptionMandatory(isRequired),
    )
    .option('--primary <addr:port>', 'where our DNS is reached', parsePrimary)
    .option('--catalog', 'with its catalog zone, where the server knows them')
    .option('--tls <name>', 'over TLS; the name in our certificate')
}

/** Ids of lists, separated by commas. */
export function parseIds(text: string): string[] {
  return parts(text, 'ids of lists')
}

/** Canonical addresses and networks; an empty text for none. */
function parseNetworks(text: string): string[] {
  return text === '' ? [] : parts(text, 'addresses or networks').map(asArgument(parseNetwork))
}

/** Canonical `ADDR:PORT`s; an empty text for none. */
function parseTargets(text: string): string[] {
  const parse = asArgument((part) => printSocketAddress(parseSocketAddress(part, DNS_PORT)))
  return text === '' ? [] : parts(text, 'addresses').map(parse)
}

function parsePrimary(text: string): SocketAddress {
  return asArgument((part) => parseSocketAddress(part, DNS_PORT))(text)
}

const DNS_PORT = 53

/** What is wrong with an option is wrong usage. */
function asArgument<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text)
    } catch (error) {
      if (isFault(error, 'ip/invalid')) throw new InvalidArgumentError(`${error.message}.`)
      throw error
    }
  }
}

function parts(text: string, what: string): string[] {
  const all = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  if (all.length === 0) throw new InvalidArgumentError(`expected ${what}, got none.`)
  return [...new Set(all)]
}
