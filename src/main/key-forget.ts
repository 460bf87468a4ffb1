import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import { globalOptions } from './global-options.ts'

/** `key forget`. */
export async function forgetKey(id: string, _options: object, command: Command): Promise<void> {
  const { withAuthority } = await import('./open-authority.ts')
  const { describeKeys } = await import('../publish/describe-keys.ts')
  const { readDrafts } = await import('../publish/drafts/find-draft.ts')
  const { assertMay } = await import('./assert-may.ts')
  const { data, actor } = globalOptions(command)
  await withAuthority(data, (authority) => {
    assertMay(authority.store, { actor, acts: ['manage-keys'] })
    const held = describeKeys(authority).filter(
      ({ isHeld, keyid }) => isHeld && keyid.startsWith(id),
    )
    const [key, other] = held
    if (key === undefined || other !== undefined) {
      throw new Fault(
        'key/missing',
        `expected the id of one key on this host, got ${JSON.stringify(id)}, which ${held.length} have: see «bailiwick key ls»`,
      )
    }
    const drafted = readDrafts(authority).find(({ plan }) =>
      JSON.stringify(plan).includes(key.keyid),
    )
    if (key.role !== null && key.role !== 'earlier log') throw counts(key.keyid, key.role)
    if (drafted !== undefined) throw counts(key.keyid, `draft ${drafted.id}`)
    rmSync(join(authority.paths.keys, `${key.keyid}.json`))
    process.stdout.write(`removed ${key.keyid} from ${authority.paths.keys}\n`)
    return Promise.resolve()
  })
}

function counts(keyid: string, what: string): Fault {
  return new Fault(
    'usage/invalid',
    `expected a key that was replaced, got ${keyid.slice(0, 16)}, which signs for ${what}`,
  )
}
