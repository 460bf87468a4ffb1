import { parseDigest } from '../core/header-lines.ts'
import { deltaFile, DEFINITION_FILE, listTarget, SNAPSHOT_FILE } from '../core/layout.ts'
import { Fault } from '../core/fault.ts'
import type { SignedTarget } from './targets-of.ts'

/** What one version of a list's role says of its newest serial. */
export interface SerialFacts {
  readonly list: string
  readonly serial: number
  readonly state: string
  readonly entries: number
  /** Bytes of the snapshot after decompression. */
  readonly rawLength: number
  readonly snapshot: SignedTarget
  /** The delta from the serial before; null where this version has none. */
  readonly delta: SignedTarget | null
  readonly definition: SignedTarget | null
}

/** The serial that `targets`, of the role of `place`, have; null before the first. Throws `trust/invalid`. */
export function serialFacts(
  place: string,
  targets: ReadonlyMap<string, SignedTarget>,
): SerialFacts | null {
  const snapshot = targets.get(listTarget(place, SNAPSHOT_FILE))
  if (snapshot === undefined) return null
  const { list, serial, state, entries, rawLength } = snapshot.custom
  const isWhole =
    typeof list === 'string' &&
    /^[a-z0-9-]{1,40}$/.test(list) &&
    isCount(serial) &&
    serial > 0 &&
    isCount(entries) &&
    isCount(rawLength)
  if (!isWhole) {
    throw new Fault(
      'trust/invalid',
      `expected custom as docs/spec/snapshot.md §4 has it, got ${JSON.stringify(snapshot.custom).slice(0, 200)}`,
    )
  }
  return {
    list,
    serial,
    state: parseDigest(String(state), 'trust/invalid'),
    entries,
    rawLength,
    snapshot,
    delta: targets.get(listTarget(place, deltaFile(serial - 1, serial))) ?? null,
    definition: targets.get(listTarget(place, DEFINITION_FILE)) ?? null,
  }
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
