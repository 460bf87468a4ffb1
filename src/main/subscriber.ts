import { randomBytes } from 'node:crypto'
import { InvalidArgumentError, type Command } from 'commander'
import { Fault } from '../core/fault.ts'
import { printSuggestion } from '../core/nearest.ts'
import type { Store } from '../store/open-store.ts'
import type { Subscriber } from '../store/subscriber-store.ts'
import { globalOptions } from './global-options.ts'
import { printJson, printTable, printTime } from './print-table.ts'

/** How long the old token goes on working after a rotation, unless the command says otherwise. */
const OVERLAP_HOURS = 7 * 24
const MAX_OVERLAP_HOURS = 365 * 24

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

export function register(program: Command): void {
  const subscriber = program
    .command('subscriber')
    .description('who may fetch restricted lists, and by which token')
  subscriber
    .command('add <name>')
    .description('entitle a subscriber to lists; prints its token, this once')
    .requiredOption('--lists <ids>', 'ids of lists, separated by commas', parseIds)
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  bailiwick subscriber add isp-one --lists phishing,court-orders',
    )
    .action(addSubscriber)
  subscriber
    .command('ls')
    .description('all subscribers, also the revoked')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick subscriber ls --json')
    .action(listSubscribers)
  subscriber
    .command('show <name>')
    .description('one subscriber, never its token')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick subscriber show isp-one')
    .action(showSubscriber)
  subscriber
    .command('rotate <name>')
    .description('a new token, printed this once; the old one works on for a while')
    .option('--overlap <hours>', 'how long the old token still works', parseHours, OVERLAP_HOURS)
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick subscriber rotate isp-one --overlap 48')
    .action(rotateToken)
  subscriber
    .command('revoke <name>')
    .description('refuse its tokens from now on')
    .option('--old', 'only the token before the last rotation')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick subscriber revoke isp-one --old')
    .action(revokeSubscriber)
}

interface JsonOption {
  readonly json?: boolean
}

async function addSubscriber(
  name: string,
  { lists, json }: JsonOption & { readonly lists: readonly string[] },
  command: Command,
): Promise<void> {
  if (!NAME.test(name)) {
    throw new Fault(
      'usage/invalid',
      `expected a name of up to 64 letters, digits, «.», «_», «-», got ${JSON.stringify(name)}`,
    )
  }
  const { findList, withStore } = await import('./find-list.ts')
  const { token, tokenHash } = await newToken()
  await withStore(globalOptions(command).data, (store) => {
    for (const id of lists) findList(store, id)
    const added = store.subscribers.add({ name, tokenHash, lists, at: new Date() })
    tellToken(added, token, json)
  })
}

async function rotateToken(
  name: string,
  { overlap, json }: JsonOption & { readonly overlap: number },
  command: Command,
): Promise<void> {
  const { withStore } = await import('./find-list.ts')
  const { token, tokenHash } = await newToken()
  await withStore(globalOptions(command).data, (store) => {
    findSubscriber(store, name)
    const at = new Date()
    const oldUntil = new Date(at.getTime() + overlap * 3_600_000)
    const rotated = store.subscribers.rotate(
      ...([name, tokenHash, at] as const),
      ...(overlap > 0 ? [oldUntil] : []),
    )
    tellToken(rotated, token, json)
  })
}

async function revokeSubscriber(
  name: string,
  { old, json }: JsonOption & { readonly old?: boolean },
  command: Command,
): Promise<void> {
  const { withStore } = await import('./find-list.ts')
  await withStore(globalOptions(command).data, (store) => {
    findSubscriber(store, name)
    const revoked =
      old === true ? store.subscribers.revokeOld(name) : store.subscribers.revoke(name, new Date())
    const what = old === true ? 'the old token of ' : ''
    process.stdout.write(json === true ? printJson(told(revoked)) : `revoked ${what}${name}\n`)
  })
}

async function listSubscribers({ json }: JsonOption, command: Command): Promise<void> {
  const { withStore } = await import('./find-list.ts')
  await withStore(globalOptions(command).data, (store) => {
    const all = store.subscribers.all()
    const rows = all.map((one) => [one.name, one.lists.join(','), printState(one)])
    process.stdout.write(
      json === true
        ? printJson({ subscribers: all.map(told) })
        : printTable([['name', 'lists', 'state'], ...rows]),
    )
  })
}

async function showSubscriber(name: string, { json }: JsonOption, command: Command): Promise<void> {
  const { withStore } = await import('./find-list.ts')
  await withStore(globalOptions(command).data, (store) => {
    const found = findSubscriber(store, name)
    const lines = [
      ['name', found.name],
      ['lists', found.lists.join(', ')],
      ['added', printTime(found.createdAt)],
      ['state', printState(found)],
    ]
    process.stdout.write(json === true ? printJson(told(found)) : printTable(lines))
  })
}

async function newToken(): Promise<{ readonly token: string; readonly tokenHash: string }> {
  const { hashToken, printToken, TOKEN_BYTES } = await import('../platform/http-auth.ts')
  const token = printToken(randomBytes(TOKEN_BYTES))
  return { token, tokenHash: hashToken(token) }
}

function findSubscriber(store: Store, name: string): Subscriber {
  const found = store.subscribers.find(name)
  if (found !== null) return found
  const hint = printSuggestion(
    name,
    store.subscribers.all().map((one) => one.name),
  )
  throw new Fault(
    'subscriber/not-found',
    `expected the name of a subscriber, got ${JSON.stringify(name)}${hint}`,
  )
}

// The one moment at which a token is seen: it is not stored, so it cannot be shown again.
function tellToken(subscriber: Subscriber, token: string, json: boolean | undefined): void {
  process.stdout.write(json === true ? printJson({ ...told(subscriber), token }) : `${token}\n`)
}

function told({ name, lists, createdAt, rotatedAt, revokedAt, oldTokenUntil }: Subscriber): object {
  return { name, lists, createdAt, rotatedAt, oldTokenUntil, revokedAt }
}

function printState({ revokedAt, rotatedAt, oldTokenUntil }: Subscriber): string {
  if (revokedAt !== null) return `revoked ${printTime(revokedAt)}`
  const old = oldTokenUntil === null ? '' : `, the old token until ${printTime(oldTokenUntil)}`
  return rotatedAt === null ? 'active' : `active, rotated ${printTime(rotatedAt)}${old}`
}

function parseIds(text: string): string[] {
  const ids = text
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '')
  if (ids.length === 0) throw new InvalidArgumentError('expected ids of lists, got none.')
  return [...new Set(ids)]
}

function parseHours(text: string): number {
  const hours = Number(text)
  if (/^\d+$/.test(text) && hours <= MAX_OVERLAP_HOURS) return hours
  throw new InvalidArgumentError(`expected hours from 0 to ${MAX_OVERLAP_HOURS}.`)
}
