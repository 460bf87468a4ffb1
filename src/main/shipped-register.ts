import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseRegister } from '../core/parse-register.ts'
import type { RegisterRow } from '../core/register.ts'
import { Fault, isFault } from '../core/fault.ts'
import { naming } from './system-fault.ts'

/** The register that holds until an authority changes its own. */
const SHIPPED = new URL('../../lists/register/shipped.json', import.meta.url)

/** No file of a register is longer. */
const MAX_REGISTER_BYTES = 1 << 24

/** Wherever the program lies: the path of a URL is escaped. */
export function shippedRegister(file = SHIPPED): RegisterRow[] {
  return readRegister(fileURLToPath(file))
}

/**
 * The rows of a register's file: groups of values that share purpose, scope, reason and source (`docs/spec/guards.md` §3). Throws `register/invalid`,
 * which names the file.
 */
export function readRegister(file: string): RegisterRow[] {
  const bytes = naming(file, () => readFileSync(file))
  try {
    if (bytes.length > MAX_REGISTER_BYTES) {
      throw new Fault('register/invalid', `expected at most ${MAX_REGISTER_BYTES} bytes`)
    }
    return parseRegister(JSON.parse(bytes.toString('utf8')))
  } catch (error) {
    if (error instanceof SyntaxError || isFault(error, 'register/invalid')) {
      throw new Fault('register/invalid', `in ${JSON.stringify(file)}: ${error.message}`, {
        cause: error,
      })
    }
    throw error
  }
}
