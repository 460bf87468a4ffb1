import { closeSync, fstatSync, openSync, type Stats } from 'node:fs'
import { Fault } from '../../core/fault.ts'
import { readAtMost } from '../read-at-most.ts'
import { firstLine, readSecret, type Environment } from '../secret.ts'

/** Of a file with a PIN: tokens take some dozens of characters. */
const MAX_PIN_FILE_BYTES = 1024

/**
 * The PIN of a token: from the file of its own that its URI names, else `BAILIWICK_PIN`, else systemd's credential `bailiwick-pin`; or null. A file
 * that others may read, or that is neither root's nor ours, throws `key/permissions`; one that is longer than a PIN `key/pin-missing`.
 */
export function readPin(env: Environment, pinSource: string | undefined): string | null {
  if (pinSource === undefined) return readSecret(env, 'BAILIWICK_PIN', 'bailiwick-pin')
  const fd = openIfThere(pinSource)
  if (fd === null) return null
  try {
    assertOwn(pinSource, fstatSync(fd))
    const bytes = readAtMost(fd, MAX_PIN_FILE_BYTES)
    if (bytes.length <= MAX_PIN_FILE_BYTES) return firstLine(bytes.toString('utf8'))
  } finally {
    closeSync(fd)
  }
  throw new Fault(
    'key/pin-missing',
    `expected a PIN in ${JSON.stringify(pinSource)}, got more than ${MAX_PIN_FILE_BYTES} bytes`,
  )
}

/** Whoever else wrote it could lock the token by it. */
function assertOwn(path: string, { mode, uid }: Stats): void {
  const isOurs = uid === 0 || uid === process.geteuid?.()
  // Windows has no such modes.
  if (process.platform === 'win32' || (isOurs && (mode & 0o077) === 0)) return
  throw new Fault(
    'key/permissions',
    `expected a file with a PIN at ${JSON.stringify(path)} that belongs to root or its user, who alone may read it, got one of user ${uid} with mode ${(mode & 0o777).toString(8).padStart(4, '0')}: run chmod 600, and change the PIN if anybody may have read it`,
  )
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, 'r')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw error
  }
}
