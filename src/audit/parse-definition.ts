import { ENTRY_ACTIONS } from '../core/entry.ts'
import { Fault } from '../core/fault.ts'
import type { PublicDefinition } from '../core/list-definition.ts'
import { isRecord } from './parse-signed.ts'

/** The public definition in the bytes of a verified `list.json`, so far as exports are made of it. Throws `list/invalid`. */
export function parseDefinition(bytes: Buffer, id: string): PublicDefinition {
  const value = parseJson(bytes)
  const { title, authority, action, zone, steering } = value
  const isWhole =
    value['id'] === id &&
    typeof title === 'string' &&
    typeof authority === 'string' &&
    isRecord(action) &&
    (ENTRY_ACTIONS as readonly unknown[]).includes(action['type']) &&
    areTexts(action['to']) &&
    (zone === null || isZone(zone)) &&
    (steering === null || (isRecord(steering) && areTexts(steering['to'])))
  if (isWhole) return value as unknown as PublicDefinition
  throw new Fault(
    'list/invalid',
    `expected the public definition of ${id}, got ${JSON.stringify(value).slice(0, 200)}`,
  )
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

function isZone(zone: unknown): boolean {
  return (
    isRecord(zone) &&
    typeof zone['origin'] === 'string' &&
    ['ttl', 'refresh', 'retry', 'expire'].every((name) => Number.isSafeInteger(zone[name]))
  )
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((text) => typeof text === 'string')
}
