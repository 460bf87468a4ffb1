import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import type { PublicKey } from '../publish/ports.ts'
import type { LogKeyChanged } from '../publish/rotate-log-key.ts'
import type { KeyChange, KeysChanged, RoleChanged } from '../publish/rotate-key.ts'
import type { Authority } from './open-authority.ts'
import { draftFacts, printDrafted } from './key-draft-text.ts'
import { globalOptions } from './global-options.ts'
import { printJson } from './print-table.ts'
import { wantedToken, type TokenFlags } from './token-option.ts'

export interface ChangeOptions extends TokenFlags {
  readonly threshold?: number
  readonly public?: readonly string[]
  readonly json?: boolean
}

interface Wanted {
  /** As they were given. */
  readonly roles: readonly string[]
  readonly change: KeyChange['change']
}

/** `key add` and `key rotate`. */
export async function changeRoles(
  { roles, change }: Wanted,
  options: ChangeOptions,
  command: Command,
): Promise<void> {
  const { withAuthority } = await import('./open-authority.ts')
  const { assertMay } = await import('./assert-may.ts')
  const { changeKeys } = await import('../publish/rotate-key.ts')
  const { projectPublished } = await import('../publish/project-published.ts')
  const { data, actor } = globalOptions(command)
  if (roles.includes('log')) {
    await changeLog({ roles, change }, options, { data, actor })
    return
  }
  const elsewhere = await readPublicFiles(roles, options.public ?? [])
  const where = wantedToken(options)
  assertOneKey(roles, elsewhere, options)
  async function run(authority: Authority): Promise<void> {
    assertMay(authority.store, { actor, acts: ['manage-keys'] })
    const wanted: KeyChange[] = []
    for (const role of roles) wanted.push(changeOf(await roleName(authority, role)))
    const done = await changeKeys(authority, ...wanted)
    await projectPublished(authority, { isThorough: false })
    process.stdout.write(options.json === true ? printJson(factsOf(done)) : told(done))
  }
  function changeOf(role: string): KeyChange {
    return {
      ...{ role, change, publicKeys: elsewhere, ...where },
      ...(options.threshold !== undefined && { threshold: options.threshold }),
    }
  }
  await withAuthority(data, run, { actor })
}

/** The log has one key, which its policy names. */
async function changeLog(
  { roles, change }: Wanted,
  { threshold, public: files = [], json, ...flags }: ChangeOptions,
  { data, actor }: { readonly data: string; readonly actor: string },
): Promise<void> {
  if (roles.length > 1 || change === 'add' || threshold !== undefined || files.length > 0) {
    throw new Fault(
      'usage/invalid',
      'expected «key rotate log» alone: a log has one key, on the host that publishes',
    )
  }
  const { withAuthority } = await import('./open-authority.ts')
  const { assertMay } = await import('./assert-may.ts')
  const { rotateLogKey } = await import('../publish/rotate-log-key.ts')
  const { projectPublished } = await import('../publish/project-published.ts')
  const where = wantedToken(flags)
  const work = async (authority: Authority): Promise<LogKeyChanged> => {
    assertMay(authority.store, { actor, acts: ['manage-keys'] })
    const done = await rotateLogKey(authority, where)
    await projectPublished(authority, { isThorough: false })
    return done
  }
  const { made, vkey, signed, drafted } = await withAuthority(data, work, { actor })
  const facts = { role: 'log', made: [made], vkey, signed, ...draftFacts(drafted) }
  const ending =
    drafted === null
      ? `signed: ${signed.join(', ')}
The old key signs beside it while its file is here. Give the line of the new key to every witness; when they have it, and every agent has
pulled, end that with «bailiwick key forget».\n`
      : printDrafted(drafted)
  const text = `the log has a new key:\n  ${made.keyid}\n  ${vkey}\n${ending}`
  process.stdout.write(json === true ? printJson(facts) : text)
}

/** What `--token` and `--public` can't mean together, and one existing key can't be for several roles. Throws `usage/invalid`. */
function assertOneKey(
  roles: readonly string[],
  elsewhere: readonly PublicKey[],
  { token, existing }: TokenFlags,
): void {
  if (token === undefined) return
  if (elsewhere.length > 0) {
    throw new Fault(
      'usage/invalid',
      'expected --token or --public, got both: one change after the other',
    )
  }
  if (existing !== true || roles.length === 1) return
  throw new Fault(
    'usage/invalid',
    `expected one role for a key that exists, got ${roles.join(', ')}`,
  )
}

/** The keys that others hold. Throws `usage/invalid` for one that was made for another role. */
async function readPublicFiles(
  roles: readonly string[],
  files: readonly string[],
): Promise<PublicKey[]> {
  if (files.length === 0) return []
  const { readCeremonyFile } = await import('./read-ceremony-file.ts')
  const { parsePublicKeyFile } = await import('../publish/drafts/public-key-file.ts')
  return files.map((file) => {
    const { use, ...key } = parsePublicKeyFile(readCeremonyFile(file))
    if (roles.join() === use) return key
    throw new Fault(
      'usage/invalid',
      `expected a key that was made for ${roles.join(', ')}, got one for ${JSON.stringify(use)} in ${JSON.stringify(file)}`,
    )
  })
}

/** A role's name, from itself or from the id of a list. Throws `key/unknown-role` with the nearest. */
async function roleName({ store }: Authority, text: string): Promise<string> {
  const { listRole } = await import('../core/layout.ts')
  const { printSuggestion } = await import('../core/nearest.ts')
  const top = ['root', 'targets', 'snapshot', 'timestamp', 'export']
  if (top.includes(text)) return text
  const lists = store.lists.all()
  const list = lists.find(
    ({ id, place }) => text === id || text === listRole(id) || text === listRole(place),
  )
  if (list !== undefined) return listRole(list.place)
  const hint = printSuggestion(text, [...top, 'log', ...lists.map(({ id }) => id)])
  throw new Fault(
    'key/unknown-role',
    `expected ${top.join(', ')}, log or a list, got ${JSON.stringify(text)}${hint}`,
  )
}

/** Of one role, as ever, its own members beside the rest. */
function factsOf({ roles, signed, drafted }: KeysChanged): object {
  const told = roles.map(({ role, made, keys }) => ({ role, made, keys }))
  const [only, other] = told
  const own = other === undefined ? only : { roles: told }
  return { ...own, signed, ...draftFacts(drafted) }
}

function told({ roles, signed, drafted }: KeysChanged): string {
  const ending = drafted === null ? `signed: ${signed.join(', ')}\n` : printDrafted(drafted)
  return `${roles.map((role) => toldRole(role, drafted !== null)).join('')}${ending}`
}

function toldRole({ role, change, keys }: RoleChanged, isDraft: boolean): string {
  const ids = keys.keyids.map((keyid) => `  ${keyid}\n`).join('')
  const verb = change === 'add' ? 'more keys' : 'new keys'
  const has = isDraft ? 'is to have' : 'has'
  return `${role} ${has} ${verb}, ${keys.threshold} of ${keys.keyids.length} must sign:\n${ids}`
}
