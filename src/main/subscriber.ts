import { InvalidArgumentError, type Command } from 'commander'
import { Fault } from '../core/fault.ts'
import type { Subscriber } from '../store/subscriber-store.ts'
import type { Store } from '../store/open-store.ts'
import { assertMay } from './assert-may.ts'
import { globalOptions } from './global-options.ts'
import { printJson } from './print-table.ts'
import {
  addConfigOptions,
  addTermOptions,
  parseIds,
  type ConfigOptions,
  type TermOptions,
} from './subscriber-options.ts'
import { findSubscriber, registerViews } from './subscriber-views.ts'

/** How long the old token goes on working after a rotation, unless the command says otherwise. */
const OVERLAP_HOURS = 7 * 24
const MAX_OVERLAP_HOURS = 365 * 24

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

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
  if (!NAME.test(name)) {
    throw new Fault(
      'usage/invalid',
      `expected a name of up to 64 letters, digits, «.», «_», «-», got ${JSON.stringify(name)}`,
    )
  }
  const { lists, networks = [], notify = [], transferBy: transfer = 'tsig' } = options
  const terms = { lists, networks, notify, transfer }
  const { findList, withStore } = await import('./find-list.ts')
  const { newKey, newToken } = await import('./subscriber-credentials.ts')
  const { assertTerms } = await import('./subscriber-terms.ts')
  const { tellCredentials } = await import('./subscriber-config.ts')
  const { token, tokenHash } = newToken()
  const key = transfer === 'tsig' ? newKey(name, options.algorithm) : null
  const { data, actor } = globalOptions(command)
  await withStore(
    data,
    async (store) => {
      assertMayManage(store, actor, lists)
      for (const id of lists) findList(store, id)
      const added = store.write(() => {
        assertTerms(store, name, terms)
        return store.subscribers.add({ name, tokenHash, key, at: new Date(), ...terms })
      })
      await tellCredentials(store, added, { token, key }, options)
    },
    { actor },
  )
}

async function setSubscriber(
  name: string,
  { json, algorithm, transferBy, ...rest }: JsonOption & TermOptions,
  command: Command,
): Promise<void> {
  const { findList, withStore } = await import('./find-list.ts')
  const { newKey } = await import('./subscriber-credentials.ts')
  const { assertTerms } = await import('./subscriber-terms.ts')
  const { tellChange } = await import('./subscriber-config.ts')
  const { data, actor } = globalOptions(command)
  await withStore(
    data,
    (store) => {
      for (const id of rest.lists ?? []) findList(store, id)
      const { key, changed } = store.write(() => {
        const before = findSubscriber(store, name)
        assertMayManage(store, actor, [...before.lists, ...(rest.lists ?? [])])
        const transfer = transferBy ?? before.transfer
        const terms = { ...termsOf(before), ...rest, transfer }
        assertTerms(store, name, terms)
        // A key belongs to one way of being known: with the other it would be a door that nobody watches.
        const isOther = transfer !== before.transfer
        const made = isOther && transfer === 'tsig' ? newKey(name, algorithm) : null
        const change = { ...terms, at: new Date(), ...(isOther && { key: made }) }
        return { key: made, changed: store.subscribers.set(name, change) }
      })
      tellChange(changed, key, json === true)
    },
    { actor },
  )
}

function termsOf({ lists, transfer, networks, notify }: Subscriber) {
  return { lists, transfer, networks, notify }
}

async function rotateCredentials(
  name: string,
  options: JsonOption & ConfigOptions & { readonly overlap?: number },
  command: Command,
): Promise<void> {
  const { withStore } = await import('./find-list.ts')
  const { newKey, newToken } = await import('./subscriber-credentials.ts')
  const { tellCredentials } = await import('./subscriber-config.ts')
  const { token, tokenHash } = newToken()
  const { data, actor } = globalOptions(command)
  await withStore(
    data,
    async (store) => {
      const { transfer, keys, lists } = findSubscriber(store, name)
      assertMayManage(store, actor, lists)
      const key = transfer === 'tsig' ? newKey(name, keys[0]?.algorithm ?? 'hmac-sha256') : null
      const at = new Date()
      const { overlap } = options
      const oldTokenUntil = overlap === 0 ? null : hoursAfter(at, overlap ?? OVERLAP_HOURS)
      const oldKeyUntil = overlap === undefined ? null : hoursAfter(at, overlap)
      const rotation = { tokenHash, key, at, oldTokenUntil, oldKeyUntil }
      const rotated = store.subscribers.rotate(name, rotation)
      await tellCredentials(store, rotated, { token, key }, options)
    },
    { actor },
  )
}

/** A subscriber is changed by whoever administers all of its lists. */
function assertMayManage(store: Store, actor: string, lists: readonly string[]): void {
  assertMay(store, { actor, acts: ['manage-subscribers'], lists })
}

function hoursAfter(at: Date, hours: number): Date {
  return new Date(at.getTime() + hours * 3_600_000)
}

async function revokeSubscriber(
  name: string,
  { old, json }: JsonOption & { readonly old?: boolean },
  command: Command,
): Promise<void> {
  const { withStore } = await import('./find-list.ts')
  const { describeSubscriber } = await import('./subscriber-config.ts')
  const { data, actor } = globalOptions(command)
  await withStore(
    data,
    (store) => {
      assertMayManage(store, actor, findSubscriber(store, name).lists)
      const at = new Date()
      const revoked =
        old === true ? store.subscribers.revokeOld(name, at) : store.subscribers.revoke(name, at)
      const what = old === true ? 'the old credentials of ' : ''
      process.stdout.write(
        json === true ? printJson(describeSubscriber(revoked)) : `revoked ${what}${name}\n`,
      )
    },
    { actor },
  )
}

function parseHours(text: string): number {
  const hours = Number(text)
  if (/^\d+$/.test(text) && hours <= MAX_OVERLAP_HOURS) return hours
  throw new InvalidArgumentError(`expected hours from 0 to ${MAX_OVERLAP_HOURS}.`)
}
