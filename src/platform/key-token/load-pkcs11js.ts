import { statSync } from 'node:fs'
import { Fault } from '../../core/fault.ts'
import type { Cryptoki } from './cryptoki.ts'

/**
 * Loads a PKCS #11 module into this process, by the optional package `pkcs11js`. The module's code runs with all our rights, so nobody but root and
 * ourselves may be able to change it. Throws `key/token-driver`.
 */
export async function loadPkcs11js(modulePath: string): Promise<Cryptoki> {
  assertOwn(modulePath)
  const { PKCS11 } = await importDriver()
  const loaded = new PKCS11()
  try {
    loaded.load(modulePath)
  } catch (cause) {
    throw new Fault(
      'key/token-driver',
      `expected a PKCS #11 module at ${JSON.stringify(modulePath)}, got ${JSON.stringify((cause as Error).message)}`,
      { cause },
    )
  }
  return loaded
}

interface Driver {
  readonly PKCS11: new () => Cryptoki & { readonly load: (path: string) => void }
}

async function importDriver(): Promise<Driver> {
  try {
    const { default: driver } = await import('pkcs11js')
    return driver as unknown as Driver
  } catch (cause) {
    throw new Fault(
      'key/token-driver',
      'expected the package pkcs11js, which keys in a token need, got none that loads: run «npm ci» where Python 3, make and a C++ compiler are, with its install script allowed',
      { cause },
    )
  }
}

function assertOwn(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isFile() !== true) {
    throw new Fault(
      'key/token-driver',
      `expected a PKCS #11 module at ${JSON.stringify(path)}, got no file there`,
    )
  }
  const isOurs = found.uid === 0 || found.uid === process.getuid?.()
  // Windows has no such modes.
  if (process.platform === 'win32' || (isOurs && (found.mode & 0o022) === 0)) return
  throw new Fault(
    'key/token-driver',
    `expected a PKCS #11 module that only root or its user can change at ${JSON.stringify(path)}, got one of user ${found.uid} with mode ${(found.mode & 0o777).toString(8).padStart(4, '0')}`,
  )
}
