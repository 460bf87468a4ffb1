import { Fault, type FaultCode } from '../core/fault.ts'

/** What the machine refuses, in words, with the cure. `docs/errors.md` has the longer ones. */
const SYSTEM: Readonly<Record<string, readonly [FaultCode, string]>> = {
  EACCES: ['system/denied', 'may not be read or written by this user: check its owner and mode'],
  EPERM: ['system/denied', 'may not be changed by this user: check its owner and mode'],
  EROFS: ['system/denied', 'lies on a file system that is mounted read-only'],
  EADDRINUSE: [
    'system/address-in-use',
    'is in use by another program: stop it or name another port',
  ],
  EADDRNOTAVAIL: ['system/address-in-use', 'is not an address of this machine'],
  ENOSPC: ['system/full', 'cannot be written: the disk is full, and nothing was lost'],
  EDQUOT: ['system/full', 'cannot be written: the quota is used up, and nothing was lost'],
  ENOENT: ['system/not-found', 'does not exist'],
  ENOTDIR: ['system/not-found', 'does not exist: a part of its path is not a folder'],
  EISDIR: ['system/not-found', 'is a folder, not a file'],
  EMFILE: ['system/limit', 'cannot be opened: too many files are open (see ulimit -n)'],
}

/**
 * The last resort of the command line: gives a `Fault` as it is, turns an error of the operating system that
 * no room has explained into a fault with the path or address in it, and gives anything else back as
 * null, because that is a bug.
 */
export function asFault(error: unknown): Fault | null {
  if (error instanceof Fault) return error
  if (!(error instanceof Error)) return null
  const { code, path, dest, address, port, syscall } = error as NodeJS.ErrnoException & Address
  const known = SYSTEM[code ?? '']
  if (known === undefined || syscall === undefined) return null
  // Of a renaming, whoever asked knows the name that the file was to have.
  const thing = dest ?? path ?? (address === undefined ? null : `${address}:${port ?? ''}`)
  return new Fault(
    known[0],
    `${thing === null ? 'something' : JSON.stringify(thing)} ${known[1]}`,
    {
      cause: error,
    },
  )
}

/** Runs `act`, which works on `path`; an error of the system that names no path (reading a folder does not) names it then. */
export function naming<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    if (error instanceof Error && 'syscall' in error && !('path' in error)) {
      Object.assign(error, { path })
    }
    throw error
  }
}

interface Address {
  readonly dest?: string
  readonly address?: string
  readonly port?: number
}
