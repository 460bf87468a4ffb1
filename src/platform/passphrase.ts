import { readSecret, type Environment } from './secret.ts'

/** The passphrase of the keys: `BAILIWICK_PASSPHRASE`, else systemd's credential `bailiwick-passphrase`, or null. */
export function readPassphrase(env: Environment): string | null {
  return readSecret(env, 'BAILIWICK_PASSPHRASE', 'bailiwick-passphrase')
}
