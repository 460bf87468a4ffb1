import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * A secret from the variable of that name, else from the file `credential` below `$CREDENTIALS_DIRECTORY` (systemd's LoadCredential) without the
 * line feed at its end; null when there is neither, or it is empty.
 */
export function readSecret(env: Environment, variable: string, credential: string): string | null {
  const given = env[variable]
  if (given !== undefined && given !== '') return given
  const folder = env['CREDENTIALS_DIRECTORY']
  if (folder === undefined) return null
  return firstLine(readIfThere(join(folder, credential)) ?? '')
}

/** A text without the line feed at its end, or null when that is empty. */
export function firstLine(text: string): string | null {
  const line = text.replace(/\r?\n$/, '')
  return line === '' ? null : line
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
