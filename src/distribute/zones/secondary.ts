/** What is known of one secondary: of an address from which a subscriber's zone is asked for. Times are milliseconds since 1970. */
export interface Secondary {
  readonly subscriber: string
  /** Lower case, no dot at the end. */
  readonly zone: string
  readonly address: string
  /** When it last asked for the zone, whatever it asked. */
  readonly askedAtMs: number | null
  /** The name of the key that it last asked with. */
  readonly key: string | null
  /** The serial it has, as far as is known: it said so, or it was sent. */
  readonly serial: number | null
  /** The last serial that was sent to it to the end. */
  readonly given: { readonly serial: number; readonly atMs: number } | null
  readonly transfer: LastTransfer | null
  /** Whole transfers on their way. */
  readonly running: number
  /**
   * The last whole transfer that ended was not taken to its end. BIND 9.18 then has a part of the names in force, and only another
   * whole transfer mends it.
   */
  readonly isBroken: boolean
  /** By where they were sent. */
  readonly notifies: Readonly<Record<string, LastNotify>>
}

export interface LastTransfer {
  readonly serial: number
  readonly style: 'whole' | 'difference'
  readonly atMs: number
  readonly bytes: number
  readonly ms: number
  readonly outcome: 'sent' | 'broken'
}

export interface LastNotify {
  readonly serial: number
  readonly atMs: number
  /** The response code in words, `timeout`, or why it could not be sent. */
  readonly answer: string
  readonly tries: number
}

/** Which secondary of which zone. */
export interface SecondaryKey {
  readonly subscriber: string
  readonly zone: string
  readonly address: string
}

export const SECONDARY_STATES = ['current', 'behind', 'broken', 'unknown'] as const

/**
 * `broken`: its last whole transfer was cut. `unknown`: it has never taken the zone, or a serial that the zone has not got to, or
 * it has not been heard of for a week.
 */
export type SecondaryState = (typeof SECONDARY_STATES)[number]

/** A secondary that asks for nothing for so long is gone, or cannot reach us. */
export const SILENT_MS = 7 * 86_400_000

export function newSecondary({ subscriber, zone, address }: SecondaryKey): Secondary {
  return {
    ...{ subscriber, zone, address, askedAtMs: null, key: null, serial: null, given: null },
    ...{ transfer: null, running: 0, isBroken: false, notifies: {} },
  }
}

/** How many serials it is behind `serial`; null when that is not known. */
export function lagOf(secondary: Secondary, serial: number): number | null {
  if (secondary.serial === null) return null
  return isBefore(secondary.serial, serial) || secondary.serial === serial
    ? (serial - secondary.serial) >>> 0
    : null
}

export function stateOf(secondary: Secondary, serial: number, atMs: number): SecondaryState {
  if (secondary.isBroken) return 'broken'
  const lag = lagOf(secondary, serial)
  if (lag === null || atMs - heardAtMs(secondary) > SILENT_MS) return 'unknown'
  return lag === 0 ? 'current' : 'behind'
}

/** When it was last heard of; 0 for never. */
export function heardAtMs({ askedAtMs, transfer }: Secondary): number {
  return Math.max(askedAtMs ?? 0, transfer?.atMs ?? 0)
}

/** RFC 1982 §3.2, for 32 bits. */
export function isBefore(a: number, b: number): boolean {
  return a !== b && (b - a) >>> 0 < 0x8000_0000
}
