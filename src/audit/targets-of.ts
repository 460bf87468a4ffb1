import { Fault } from '../core/fault.ts'
import { isRecord, type JsonRecord, type SignedFile } from './parse-signed.ts'

/** A file that a role has signed. */
export interface SignedTarget {
  readonly name: string
  readonly length: number
  readonly sha256: string
  readonly custom: JsonRecord
}

/** The targets of a metadata file by name. Throws `trust/invalid`. */
export function targetsOf(file: SignedFile): ReadonlyMap<string, SignedTarget> {
  const { targets } = file.signed
  const entries = Object.entries(isRecord(targets) ? targets : {})
  const place = /^list-(.*)$/.exec(file.role)?.[1]
  return new Map(
    entries.map(([name, value]) => {
      const target = readTarget(name, value)
      const isOwn = place === undefined || name.startsWith(`lists/${place}/`)
      if (target !== null && isOwn && PATH.test(name)) return [name, target]
      throw new Fault(
        'trust/invalid',
        `expected a target of ${file.role} with length and SHA-256, got ${JSON.stringify(name.slice(0, 100))}`,
      )
    }),
  )
}

/** Nothing else is ever joined to a path. */
const PATH = /^(?:[a-z0-9-]{1,40}\/){1,2}[a-z0-9][a-z0-9.-]{0,60}$/

function readTarget(name: string, value: unknown): SignedTarget | null {
  const { length, hashes, custom } = isRecord(value) ? value : {}
  const sha256 = isRecord(hashes) && Object.keys(hashes).length === 1 ? hashes['sha256'] : undefined
  const isWhole =
    Number.isSafeInteger(length) &&
    (length as number) >= 0 &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256)
  if (!isWhole) return null
  return { name, length: length as number, sha256, custom: isRecord(custom) ? custom : {} }
}
