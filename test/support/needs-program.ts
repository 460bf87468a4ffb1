import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe } from 'vitest'

/** Daemons and their checkers lie where only root's PATH looks. */
const MORE_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin']

/** The path of a program that is installed, or null. */
export function findProgram(name: string): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...MORE_FOLDERS]
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null
}

/** The path of a program. Throws when it is not installed: for tests inside `describeWith`, where it is. */
export function needsProgram(name: string): string {
  const path = findProgram(name)
  if (path === null)
    throw new Error(`expected the program ${JSON.stringify(name)}, got none in PATH`)
  return path
}

/**
 * A `describe` that needs programs of others. Where one is missing it is skipped and says so; under `CI=true`, where all of them have
 * to be, it fails.
 */
export function describeWith(
  programs: string | readonly string[],
  title: string,
  tests: () => void,
): void {
  const missing = [programs].flat().filter((name) => findProgram(name) === null)
  describeWithout(missing, title, tests)
}

/** The same, of anything that a test may lack: what is `missing`, by its name. */
export function describeWithout(
  missing: readonly string[],
  title: string,
  tests: () => void,
): void {
  if (missing.length === 0) {
    describe(title, tests)
    return
  }
  const reason = `${JSON.stringify(title)} needs ${missing.join(', ')}`
  if (process.env['CI'] === 'true') throw new Error(`expected all of it in CI, but ${reason}`)
  console.warn(`SKIPPED: ${reason}`)
  describe.skip(title, tests)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
