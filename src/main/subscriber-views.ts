import type { Command } from 'commander'
import type { Subscriber } from '../store/subscriber-store.ts'
import { globalOptions } from './global-options.ts'
import { printJson, printTable, printTime } from './print-table.ts'
import { addConfigOptions, type ConfigOptions } from './subscriber-options.ts'
import { findSubscriber } from './subscribers/find-subscriber.ts'

/** Adds the commands that only show: `ls`, `show`, `config`, `export`. */
export function registerViews(subscriber: Command): void {
  subscriber
    .command('ls')
    .description('all subscribers, also the revoked')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick subscriber ls --json')
    .action(listSubscribers)
  subscriber
    .command('show <name>')
    .description('one subscriber, and what each of its secondaries has; never a secret')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick subscriber show isp-one')
    .action(showSubscriber)
  const config = subscriber
    .command('config <name>')
    .description('print its configuration once more, without the secret of its key')
    .addHelpText(
      'after',
      '\nExample:\n  bailiwick subscriber config isp-one --for knot --primary 198.51.100.1:5300',
    )
    .action(showConfig)
  addConfigOptions(config, '--for <server>', { isRequired: true })
  subscriber
    .command('export')
    .description('write the credentials of all subscribers for the edges; keep the file secret')
    .requiredOption('-o, --output <file>', 'where to; readable by its owner alone')
    .addHelpText('after', '\nExample:\n  bailiwick subscriber export -o subscribers.json')
    .action(exportSubscribers)
}

interface JsonOption {
  readonly json?: boolean
}

async function listSubscribers({ json }: JsonOption, command: Command): Promise<void> {
  const { withStore } = await import('./find-list.ts')
  const { describeSubscriber } = await import('./subscriber-config.ts')
  await withStore(globalOptions(command).data, (store) => {
    const all = store.subscribers.all()
    const rows = all.map((one) => [one.name, one.lists.join(','), one.transfer, printState(one)])
    process.stdout.write(
      json === true
        ? printJson({ subscribers: all.map(describeSubscriber) })
        : printTable([['name', 'lists', 'known by', 'state'], ...rows]),
    )
  })
}

async function showSubscriber(name: string, { json }: JsonOption, command: Command): Promise<void> {
  const { withStore } = await import('./find-list.ts')
  const { describeSubscriber, printKeys, printTrust } = await import('./subscriber-config.ts')
  const { dataPaths } = await import('../platform/data-folder.ts')
  const { readLedger } = await import('../distribute/zones/ledger-file.ts')
  const { printSecondaries, reportSecondaries } = await import('./subscriber-secondaries.ts')
  const { data } = globalOptions(command)
  await withStore(data, (store) => {
    const found = findSubscriber(store, name)
    const rows = readLedger(dataPaths(data).secondaries)
    const secondaries = reportSecondaries(store, found, rows, new Date())
    if (json === true) {
      process.stdout.write(printJson({ ...describeSubscriber(found), secondaries }))
      return
    }
    process.stdout.write(
      printTable([
        ['name', found.name],
        ['lists', found.lists.join(', ')],
        ['added', printTime(found.createdAt)],
        ['state', printState(found)],
        ['keys', printKeys(found.keys)],
        ['networks', found.networks.length === 0 ? 'any' : found.networks.join(', ')],
        ['notify', found.notify.length === 0 ? 'nobody' : found.notify.join(', ')],
      ]),
    )
    if (found.transfer === 'networks') process.stdout.write(`\n${printTrust(found)}\n`)
    process.stdout.write(`\n${printSecondaries(secondaries)}`)
  })
}

/** How a subscriber stands, in words. */
function printState({ revokedAt, rotatedAt, oldTokenUntil }: Subscriber): string {
  if (revokedAt !== null) return `revoked ${printTime(revokedAt)}`
  const old = oldTokenUntil === null ? '' : `, the old token until ${printTime(oldTokenUntil)}`
  return rotatedAt === null ? 'active' : `active, rotated ${printTime(rotatedAt)}${old}`
}

async function showConfig(
  name: string,
  { for: configFor, ...options }: ConfigOptions & { readonly for: ConfigOptions['configFor'] },
  command: Command,
): Promise<void> {
  const { withStore } = await import('./find-list.ts')
  const { configOf } = await import('./subscriber-config.ts')
  await withStore(globalOptions(command).data, async (store) => {
    const wanted = { ...options, ...(configFor !== undefined && { configFor }) }
    const config = await configOf(store, findSubscriber(store, name), null, wanted)
    process.stdout.write(config ?? '')
  })
}

async function exportSubscribers(
  { output }: { readonly output: string },
  command: Command,
): Promise<void> {
  const { withStore } = await import('./find-list.ts')
  const { assertMay } = await import('./assert-may.ts')
  const { printCredentials } = await import('./subscriber-export.ts')
  const { writeDurableFile } = await import('../platform/durable-file.ts')
  const { data, actor } = globalOptions(command)
  await withStore(data, (store) => {
    assertMay(store, { actor, acts: ['manage-subscribers'] })
    const at = new Date()
    const subject = { format: 'credentials', output }
    store.write(() => store.events.append({ act: 'export', actor, subject }))
    const text = store.read(() => printCredentials(store, at))
    writeDurableFile(output, Buffer.from(text), { mode: 0o600 })
  })
  process.stdout.write(`wrote ${output}\nit has the keys of all subscribers: keep it from others\n`)
}
