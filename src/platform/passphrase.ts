import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The file below `$CREDENTIALS_DIRECTORY` (systemd's LoadCredential) that holds the passphrase. */
export const CREDENTIAL_NAME = 'bailiwick-passphrase'

/**
 * The passphrase of the keys: `BAILIWICK_PASSPHRASE`, else the systemd credential without the line feed at its end; null when there is
 * neither, or it is empty.
 */
export function readPassphrase(env: Readonly<Record<string, string | undefined>>): string | null {
  const given = env['BAILIWICK_PASSPHRASE']
  if (given !== undefined && given !== '') return given
  const folder = env['CREDENTIALS_DIRECTORY']
  if (folder === undefined) return null
  const text = readIfThere(join(folder, CREDENTIAL_NAME))?.replace(/\r?\n$/, '') ?? ''
  return text === '' ? null : text
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
