import type { TufKey } from '../core/tuf-key.ts'

/** The version of TUF that the metadata is written to. */
export const SPEC_VERSION = '1.0.34'

/** The signed part of each metadata file, as JSON (TUF 1.0 §4.3–4.6). Keys are ASCII; numbers are integers below 2⁵³. */
interface SignedBase {
  readonly spec_version: string
  readonly version: number
  /** Exactly `YYYY-MM-DDTHH:MM:SSZ`: readers refuse fractions of a second. */
  readonly expires: string
}

export interface RoleKeys {
  readonly keyids: readonly string[]
  readonly threshold: number
}

export const TOP_ROLES = ['root', 'snapshot', 'targets', 'timestamp'] as const
export type TopRole = (typeof TOP_ROLES)[number]

export interface RootSigned extends SignedBase {
  readonly _type: 'root'
  readonly consistent_snapshot: true
  readonly keys: Readonly<Record<string, TufKey>>
  readonly roles: Readonly<Record<TopRole, RoleKeys>>
}

export interface TargetFile {
  readonly length: number
  readonly hashes: { readonly sha256: string }
  readonly custom: Readonly<Record<string, string | number>>
}

export interface DelegatedRole extends RoleKeys {
  readonly name: string
  readonly terminating: boolean
  readonly paths: readonly string[]
}

export interface TargetsSigned extends SignedBase {
  readonly _type: 'targets'
  readonly targets: Readonly<Record<string, TargetFile>>
  readonly delegations?: {
    readonly keys: Readonly<Record<string, TufKey>>
    readonly roles: readonly DelegatedRole[]
  }
}

export interface SnapshotSigned extends SignedBase {
  readonly _type: 'snapshot'
  readonly meta: Readonly<Record<string, { readonly version: number }>>
}

export interface TimestampSigned extends SignedBase {
  readonly _type: 'timestamp'
  readonly meta: {
    readonly 'snapshot.json': {
      readonly version: number
      readonly length: number
      readonly hashes: { readonly sha256: string }
    }
  }
}

export type Signed = RootSigned | TargetsSigned | SnapshotSigned | TimestampSigned

/** The signed part of metadata of type `T`. */
export type SignedOf<T extends Signed['_type']> = Extract<Signed, { readonly _type: T }>

/** The signed part of bytes that we signed ourselves and read back from our own database. */
export function parseOwnMetadata<T extends Signed['_type']>(
  bytes: Uint8Array,
  type: T,
): SignedOf<T> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()
  const { signed } = JSON.parse(text) as { readonly signed: SignedOf<T> }
  if (signed._type === type) return signed
  throw new Error(`expected ${type} metadata in the database, got ${signed._type}`)
}

/** A time as TUF writes it, rounded down to the second. */
export function printExpires(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`
}
