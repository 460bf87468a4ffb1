import { InvalidArgumentError, type Command } from 'commander'
import type { KeyDescription } from '../publish/describe-keys.ts'
import type { KeyChange, KeysChanged } from '../publish/rotate-key.ts'
import type { Authority } from './open-authority.ts'
import { globalOptions } from './global-options.ts'
import { printJson, printTable } from './print-table.ts'

/** Adds `key`. */
export function register(program: Command): void {
  const key = program.command('key').description('the keys that sign: show, add, replace')
  key
    .command('ls')
    .description('all keys, what they sign for, and whether they are on this host')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick key ls')
    .action(listKeys)
  const changes = [
    ['add', 'give a role one more key'],
    ['rotate', 'replace all keys of a role by new ones'],
  ] as const
  for (const [change, description] of changes) {
    key
      .command(`${change} <role>`)
      .description(description)
      .option('--threshold <n>', 'how many of its keys must sign from now on', parseThreshold)
      .option('--json', 'print what was done as JSON')
      .addHelpText('after', HELP)
      .action((role: string, options: ChangeOptions, command: Command) =>
        runChange({ role, change }, options, command),
      )
  }
}

const HELP = `
Roles: root, targets, snapshot, timestamp, export, or a list (its id).
Agents follow by themselves: the next root is signed by the old keys and the new.

Examples:
  bailiwick key rotate timestamp
  bailiwick key add root --threshold 2`

interface ChangeOptions {
  readonly threshold?: number
  readonly json?: boolean
}

function parseThreshold(text: string): number {
  if (/^[1-9][0-9]?$/.test(text)) return Number(text)
  throw new InvalidArgumentError('expected a number from 1 to 99')
}

async function listKeys(options: { readonly json?: boolean }, command: Command): Promise<void> {
  const { withAuthority } = await import('./open-authority.ts')
  const { describeKeys } = await import('../publish/describe-keys.ts')
  await withAuthority(globalOptions(command).data, (authority) => {
    const keys = describeKeys(authority)
    process.stdout.write(
      options.json === true ? printJson(keys) : printTable([HEADING, ...keys.map(cells)]),
    )
    return Promise.resolve()
  })
}

const HEADING = ['ROLE', 'KEY', 'NEEDS', 'HERE', 'SIGNED UNTIL']

function cells({ role, keyid, threshold, of, isHeld, expiresAt }: KeyDescription): string[] {
  return [
    role ?? '(replaced)',
    keyid.slice(0, 16),
    threshold === null ? '' : `${threshold} of ${of ?? 0}`,
    isHeld ? 'yes' : 'no',
    expiresAt === null ? '' : expiresAt.toISOString().slice(0, 10),
  ]
}

async function runChange(
  { role, change }: Pick<KeyChange, 'role' | 'change'>,
  { threshold, json }: ChangeOptions,
  command: Command,
): Promise<void> {
  const { withAuthority } = await import('./open-authority.ts')
  const { changeKeys } = await import('../publish/rotate-key.ts')
  const { projectPublished } = await import('../publish/project-published.ts')
  const { data, actor } = globalOptions(command)
  async function run(authority: Authority): Promise<void> {
    const name = await roleName(authority, role)
    const wanted = { role: name, change, ...(threshold === undefined ? {} : { threshold }) }
    const done = await changeKeys(authority, wanted)
    await projectPublished(authority, { isThorough: false })
    process.stdout.write(
      json === true ? printJson({ role: name, ...done }) : told(name, change, done),
    )
  }
  await withAuthority(data, run, { actor })
}

/** A role's name, from itself or from the id of a list. Throws `key/unknown-role` with the nearest. */
async function roleName({ store }: Authority, text: string): Promise<string> {
  const { listRole } = await import('../core/layout.ts')
  const { Fault } = await import('../core/fault.ts')
  const { printSuggestion } = await import('../core/nearest.ts')
  const top = ['root', 'targets', 'snapshot', 'timestamp', 'export']
  if (top.includes(text)) return text
  const lists = store.lists.all()
  const list = lists.find(
    ({ id, place }) => text === id || text === listRole(id) || text === listRole(place),
  )
  if (list !== undefined) return listRole(list.place)
  const hint = printSuggestion(text, [...top, ...lists.map(({ id }) => id)])
  throw new Fault(
    'key/unknown-role',
    `expected ${top.join(', ')} or a list, got ${JSON.stringify(text)}${hint}`,
  )
}

function told(
  role: string,
  change: KeyChange['change'],
  { made, keys, signed }: KeysChanged,
): string {
  const ids = made.map(({ keyid }) => `  ${keyid}\n`).join('')
  const verb = change === 'add' ? 'has one more key' : 'has new keys'
  return `${role} ${verb}, ${keys.threshold} of ${keys.keyids.length} must sign:\n${ids}signed: ${signed.join(', ')}\n`
}
