import type { Command } from 'commander'
import type { KeyChange, KeysChanged } from '../publish/rotate-key.ts'
import type { Authority } from './open-authority.ts'
import { globalOptions } from './global-options.ts'
import { printJson } from './print-table.ts'

export interface ChangeOptions {
  readonly threshold?: number
  readonly json?: boolean
}

/** `key add` and `key rotate`. */
export async function changeRole(
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
