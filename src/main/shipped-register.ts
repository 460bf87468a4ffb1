import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseRegisterRow, sortRegister, type RegisterRow } from '../core/register.ts'
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
    if (bytes.length > MAX_REGISTER_BYTES) throw shape(`at most ${MAX_REGISTER_BYTES} bytes`)
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

// From a file: nothing about it is known.
function parseRegister(json: unknown): RegisterRow[] {
  const rows = new Map<string, RegisterRow>()
  for (const group of arrayOf(json, 'groups')) {
    const [purpose, scope, reason, source] = ['purpose', 'scope', 'reason', 'source'].map((name) =>
      textOf(group, name),
    ) as [string, string, string, string]
    for (const text of arrayOf(group, 'values')) {
      if (typeof text !== 'string') throw shape('values that are texts')
      const row = parseRegisterRow({ value: text, purpose, scope, reason, source })
      if (rows.has(row.value)) throw shape(`each value once, got ${JSON.stringify(text)} again`)
      rows.set(row.value, row)
    }
  }
  return sortRegister(rows.values())
}

function arrayOf(json: unknown, name: string): readonly unknown[] {
  const member = memberOf(json, name)
  if (!Array.isArray(member)) throw shape(`an array ${JSON.stringify(name)}`)
  return member as readonly unknown[]
}

function textOf(json: unknown, name: string): string {
  const member = memberOf(json, name)
  if (member === undefined && name === 'source') return ''
  if (member === undefined && name === 'scope') return 'name'
  if (typeof member !== 'string') throw shape(`a text ${JSON.stringify(name)}`)
  return member
}

function memberOf(json: unknown, name: string): unknown {
  if (typeof json !== 'object' || json === null) return undefined
  return (json as Readonly<Record<string, unknown>>)[name]
}

function shape(what: string): Fault {
  return new Fault('register/invalid', `expected ${what}`)
}
