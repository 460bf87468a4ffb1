import { readFileSync, statSync } from 'node:fs'
import { Fault } from '../../core/fault.ts'
import { firstLine, readSecret, type Environment } from '../secret.ts'

/**
 * The PIN of a token: from the file of its own that its URI names, else `BAILIWICK_PIN`, else systemd's credential `bailiwick-pin`; or null. A file
 * that others may read throws `key/permissions`.
 */
export function readPin(env: Environment, pinSource: string | undefined): string | null {
  if (pinSource === undefined) return readSecret(env, 'BAILIWICK_PIN', 'bailiwick-pin')
  const mode = modeOf(pinSource)
  if (mode === null) return null
  if ((mode & 0o077) === 0) return firstLine(readFileSync(pinSource, 'utf8'))
  throw new Fault(
    'key/permissions',
    `expected a file with a PIN that its owner alone may read at ${JSON.stringify(pinSource)}, got mode ${(mode & 0o777).toString(8).padStart(4, '0')}: run chmod 600, and change the PIN if anybody may have read it`,
  )
}

function modeOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.mode ?? null
}
