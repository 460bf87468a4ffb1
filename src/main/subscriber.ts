import { InvalidArgumentError, type Command } from 'commander'
import { globalOptions } from './global-options.ts'
import type { Managing } from './people/manage-users.ts'
import { printJson } from './print-table.ts'
import {
  addConfigOptions,
  addTermOptions,
  parseIds,
  type ConfigOptions,
  type TermOptions,
} from './subscriber-options.ts'
import { registerViews } from './subscriber-views.ts'
import { MAX_OVERLAP_HOURS, OVERLAP_HOURS } from '../core/overlap-hours.ts'

export function register(program: Command): void {
  const subscriber = program
    .command('subscriber')
    .description('who may fetch restricted lists and transfer zones, and by which credentials')
  registerAdd(subscriber)
  registerSet(subscriber)
  registerRotate(subscriber)
  subscriber
    .command('revoke <name>')
    .description('refuse its tokens and keys from now on')
    .option('--old', 'only those before the last rotation')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick subscriber revoke isp-one --old')
    .action(revokeSubscriber)
  registerViews(subscriber)
}

function registerAdd(subscriber: Command): void {
  const add = subscriber
    .command('add <name>')
    .description('entitle a subscriber to lists; prints its token and its TSIG key, this once')
    .requiredOption('--lists <ids>', 'ids of lists, separated by commas', parseIds)
    .option('--json', 'print as JSON')
    .addHelpText('after', ADD_HELP)
    .action(addSubscriber)
  addConfigOptions(addTermOptions(add), '--config-for <server>')
}

const ADD_HELP = `
A resolver without TSIG (Unbound) is known by its networks instead: whoever can send from there gets the lists.

Examples:
  bailiwick subscriber add isp-one --lists phishing,court-orders --notify 192.0.2.53:53
  bailiwick subscriber add isp-one --lists phishing --config-for bind --primary 198.51.100.1:5300
  bailiwick subscriber add isp-two --lists phishing --transfer-by networks --networks 203.0.113.0/28`

function registerSet(subscriber: Command): void {
  const set = subscriber
    .command('set <name>')
    .description('change its lists, its networks, or whom to tell of new serials')
    .option('--lists <ids>', 'all lists that it is entitled to from now on', parseIds)
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      "\nWhat is not named stays. An empty text empties: --notify ''.\n\nExample:\n  bailiwick subscriber set isp-one --lists phishing,malware",
    )
    .action(setSubscriber)
  addTermOptions(set)
}

function registerRotate(subscriber: Command): void {
  const rotate = subscriber
    .command('rotate <name>')
    .description('a new token and TSIG key, printed this once; the old ones work on for a while')
    .option(
      '--overlap <hours>',
      `how long the old ones still work (default: the token ${OVERLAP_HOURS} hours, the key until it is revoked)`,
      parseHours,
    )
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  bailiwick subscriber rotate isp-one --overlap 48 --config-for bind',
    )
    .action(rotateCredentials)
  addConfigOptions(rotate, '--config-for <server>')
}

interface JsonOption {
  readonly json?: boolean
}

async function addSubscriber(
  name: string,
  options: JsonOption & ConfigOptions & TermOptions & { readonly lists: readonly string[] },
  command: Command,
): Promise<void> {
  const { addSubscriber: add } = await import('./subscribers/manage-subscribers.ts')
  const { tellCredentials } = await import('./subscriber-config.ts')
  await withManaging(command, async (deps) => {
    const { subscriber, token, key } = add(deps, {
      name,
      ...termsOf(options),
      lists: options.lists,
    })
    await tellCredentials(deps.store, subscriber, { token, key }, options)
  })
}

async function setSubscriber(
  name: string,
  { json, ...options }: JsonOption & TermOptions,
  command: Command,
): Promise<void> {
  const { changeSubscriber } = await import('./subscribers/manage-subscribers.ts')
  const { tellChange } = await import('./subscriber-config.ts')
  await withManaging(command, (deps) => {
    const { subscriber, key } = changeSubscriber(deps, { name, ...termsOf(options) })
    tellChange(subscriber, key, json === true)
  })
}

/** What the options name, in the words of the use cases. */
function termsOf({ lists, networks, notify, transferBy, algorithm }: TermOptions) {
  return {
    ...(lists !== undefined && { lists }),
    ...(networks !== undefined && { networks }),
    ...(notify !== undefined && { notify }),
    ...(transferBy !== undefined && { transfer: transferBy }),
    algorithm,
  }
}

async function rotateCredentials(
  name: string,
  options: JsonOption & ConfigOptions & { readonly overlap?: number },
  command: Command,
): Promise<void> {
  const { rotateSubscriber } = await import('./subscribers/manage-subscribers.ts')
  const { tellCredentials } = await import('./subscriber-config.ts')
  const { overlap } = options
  await withManaging(command, async (deps) => {
    const rotation = { name, ...(overlap !== undefined && { overlapHours: overlap }) }
    const { subscriber, token, key } = rotateSubscriber(deps, rotation)
    await tellCredentials(deps.store, subscriber, { token, key }, options)
  })
}

async function revokeSubscriber(
  name: string,
  { old, json }: JsonOption & { readonly old?: boolean },
  command: Command,
): Promise<void> {
  const { revokeSubscriber: revoke } = await import('./subscribers/manage-subscribers.ts')
  const { describeSubscriber } = await import('./subscriber-config.ts')
  await withManaging(command, (deps) => {
    const revoked = revoke(deps, { name, isOld: old === true })
    const what = old === true ? 'the old credentials of ' : ''
    process.stdout.write(
      json === true ? printJson(describeSubscriber(revoked)) : `revoked ${what}${name}\n`,
    )
  })
}

/** Runs the work of a command as whoever runs it. Throws `user/actor`. */
async function withManaging(
  command: Command,
  work: (deps: Managing) => void | Promise<void>,
): Promise<void> {
  const { withStore } = await import('./find-list.ts')
  const { actingPerson } = await import('./acting-person.ts')
  const { data, actor } = globalOptions(command)
  await withStore(
    data,
    (store) => work({ store, person: actingPerson(store, actor), at: new Date() }),
    { actor },
  )
}

function parseHours(text: string): number {
  const hours = Number(text)
  if (/^\d+$/.test(text) && hours <= MAX_OVERLAP_HOURS) return hours
  throw new InvalidArgumentError(`expected hours from 0 to ${MAX_OVERLAP_HOURS}.`)
}
