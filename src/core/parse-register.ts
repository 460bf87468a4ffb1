import { Fault } from './fault.ts'
import { parseRegisterRow, sortRegister, type RegisterRow } from './register.ts'

/**
 * The rows of a register as its files say them: groups of values that share purpose, scope, reason and source (`docs/spec/guards.md` §3), sorted.
 * Throws `register/invalid`.
 */
export function parseRegister(json: unknown): RegisterRow[] {
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
