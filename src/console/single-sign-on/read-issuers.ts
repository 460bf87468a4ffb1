import { closeSync, fstatSync, openSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { Fault } from '../../core/fault.ts'
import { readAtMost } from '../../platform/read-at-most.ts'
import { firstLine, readSecret, type Environment } from '../../platform/secret.ts'
import { MAX_CLIENT_SECRET_BYTES } from '../limits.ts'
import type { IssuerConfig, IssuerTerms } from './issuer-terms.ts'

/**
 * The issuers with their secrets: each from the file that is named, relative to `folder`, else from the variable `BAILIWICK_SSO_SECRET_ID`, else from
 * systemd's credential `bailiwick-sso-secret-ID`. Asks no issuer. Throws `console/config`.
 */
export function readIssuers(
  issuers: readonly IssuerConfig[],
  { folder, env }: { readonly folder: string; readonly env: Environment },
): IssuerTerms[] {
  return issuers.map(({ clientSecretFile, ...terms }) => {
    const clientSecret =
      clientSecretFile === undefined
        ? readSecret(env, variableOf(terms.id), `bailiwick-sso-secret-${terms.id}`)
        : readSecretFile(
            isAbsolute(clientSecretFile) ? clientSecretFile : join(folder, clientSecretFile),
          )
    if (clientSecret !== null) return { ...terms, clientSecret }
    throw new Fault(
      'console/config',
      `expected the client secret of the issuer ${JSON.stringify(terms.id)} in clientSecretFile, ${variableOf(terms.id)} or the credential bailiwick-sso-secret-${terms.id}, got none`,
    )
  })
}

function variableOf(id: string): string {
  return `BAILIWICK_SSO_SECRET_${id.toUpperCase().replaceAll('-', '_')}`
}

/** Whoever else may read it may pass for this server. */
function readSecretFile(path: string): string | null {
  const fd = openSecret(path)
  try {
    const { mode } = fstatSync(fd)
    // Windows has no such modes.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new Fault(
        'console/config',
        `expected a client secret that its owner alone may read at ${JSON.stringify(path)}, got mode ${(mode & 0o777).toString(8).padStart(4, '0')}: run chmod 600`,
      )
    }
    const bytes = readAtMost(fd, MAX_CLIENT_SECRET_BYTES)
    if (bytes.length <= MAX_CLIENT_SECRET_BYTES) return firstLine(bytes.toString('utf8'))
  } finally {
    closeSync(fd)
  }
  throw new Fault(
    'console/config',
    `expected at most ${MAX_CLIENT_SECRET_BYTES} bytes of client secret at ${JSON.stringify(path)}, got more`,
  )
}

function openSecret(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Fault('console/config', `expected a client secret, got ${why}`, { cause })
  }
}
