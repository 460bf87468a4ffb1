import { publicDefinition, type ListDefinition } from '../core/list-definition.ts'
import { printSortedJson } from '../core/sorted-json.ts'
import { sha256Hex } from './sign-metadata.ts'
import type { TargetFile } from './tuf-metadata.ts'

/** The bytes of the target `lists/<place>/list.json`: the same for the same public definition. */
export function printDefinition(definition: ListDefinition): Buffer {
  return Buffer.from(`${printSortedJson(publicDefinition(definition))}\n`)
}

/** What metadata says of it. */
export function definitionTarget(definition: ListDefinition): TargetFile {
  const bytes = printDefinition(definition)
  return { length: bytes.length, hashes: { sha256: sha256Hex(bytes) }, custom: {} }
}
