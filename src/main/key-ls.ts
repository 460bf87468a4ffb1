import type { Command } from 'commander'
import type { KeyDescription } from '../publish/describe-keys.ts'
import { globalOptions } from './global-options.ts'
import { printJson, printTable } from './print-table.ts'
import { keyPlace } from './token-option.ts'

/** `key ls`. */
export async function listKeys(
  options: { readonly json?: boolean },
  command: Command,
): Promise<void> {
  const { withAuthority } = await import('./open-authority.ts')
  const { describeKeys } = await import('../publish/describe-keys.ts')
  await withAuthority(globalOptions(command).data, (authority) => {
    const keys = describeKeys(authority)
    const waiting = authority.drafts.all().length
    const ending =
      waiting === 0 ? '' : `\n${waiting} changes wait for signatures: «bailiwick key drafts»\n`
    process.stdout.write(
      options.json === true ? printJson(keys) : printTable([HEADING, ...keys.map(cells)]) + ending,
    )
    return Promise.resolve()
  })
}

const HEADING = ['ROLE', 'KEY', 'NEEDS', 'HERE', 'SIGNED UNTIL']

function cells(key: KeyDescription): string[] {
  const { role, keyid, threshold, of, expiresAt } = key
  return [
    role ?? '(replaced)',
    keyid.slice(0, 16),
    threshold === null ? '' : `${threshold} of ${of ?? 0}`,
    keyPlace(key),
    expiresAt === null ? '' : expiresAt.toISOString().slice(0, 10),
  ]
}
