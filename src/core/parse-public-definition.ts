import { ENTRY_ACTIONS } from './entry.ts'
import { Fault } from './fault.ts'
import type { PublicDefinition } from './list-definition.ts'

/** A published definition has at most this many bytes. */
export const MAX_DEFINITION_BYTES = 256 * 1024

/**
 * The definition in the bytes of a verified `list.json`. Signed, and still looked at, for
 * it names the zone and the addresses in a resolver's files. Throws `list/invalid`.
 */
export function parsePublicDefinition(bytes: Buffer, id: string): PublicDefinition {
  const value = parseJson(bytes)
  const { title, authority, action, zone, steering } = value
  for (const [name, text] of Object.entries({ title, authority })) {
    if (typeof text !== 'string') throw invalid(name, 'text', text)
  }
  if (value['id'] !== id) throw invalid('id', JSON.stringify(id), value['id'])
  if (!isRecord(action) || !(ENTRY_ACTIONS as readonly unknown[]).includes(action['type'])) {
    throw invalid('action', `one of ${ENTRY_ACTIONS.join(', ')}`, action)
  }
  assertTexts('action.to', action['to'])
  if (zone !== null) assertZone(zone)
  if (steering !== null) assertTexts('steering.to', isRecord(steering) ? steering['to'] : steering)
  return value as unknown as PublicDefinition
}

function parseJson(bytes: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    if (isRecord(value)) return value
  } catch (cause) {
    throw new Fault('list/invalid', 'expected list.json to be JSON, got something else', { cause })
  }
  throw new Fault('list/invalid', 'expected list.json to be an object, got something else')
}

function assertZone(zone: unknown): void {
  if (!isRecord(zone)) throw invalid('zone', 'an object or null', zone)
  if (typeof zone['origin'] !== 'string' || !/^[a-z0-9._-]{1,253}$/i.test(zone['origin'])) {
    throw invalid('zone.origin', 'a name', zone['origin'])
  }
  for (const name of ['ttl', 'refresh', 'retry', 'expire']) {
    const seconds = zone[name]
    if (
      typeof seconds === 'number' &&
      Number.isInteger(seconds) &&
      seconds >= 0 &&
      seconds < 2 ** 31
    )
      continue
    throw invalid(`zone.${name}`, 'a number of seconds', seconds)
  }
}

function assertTexts(name: string, value: unknown): void {
  if (
    Array.isArray(value) &&
    value.every((text) => typeof text === 'string' && /^[\x21-\x7e]+$/.test(text))
  )
    return
  throw invalid(name, 'names or addresses', value)
}

function invalid(name: string, expected: string, got: unknown): Fault {
  return new Fault(
    'list/invalid',
    `expected ${name} of the published definition to be ${expected}, got ${JSON.stringify(got)}`,
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
