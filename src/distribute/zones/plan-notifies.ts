import type { TsigKey } from '../../dns/zone-source.ts'
import type { Subscriber } from '../ports.ts'
import type { Secondary, SecondaryKey } from './secondary.ts'

/** One secondary that is to be told of a serial (RFC 1996). */
export interface PlannedNotify {
  readonly subscriber: string
  readonly zone: string
  readonly serial: number
  /** The zone's SOA record, as in a message whose question is for the zone. */
  readonly soa: Uint8Array
  /** `ADDR:PORT` or `[ADDR6]:PORT`. */
  readonly to: string
  /**
   * Keys to sign with, of which the secondary knows at least one: the next is for when it refuses the one before. None: unsigned, as
   * Unbound takes it, which drops signed ones.
   */
  readonly keys: readonly TsigKey[]
}

export interface NotifyDeps {
  /** The key of that name that works now. */
  readonly key: (name: string) => TsigKey | null
  readonly secondary: (key: SecondaryKey) => Secondary | undefined
}

export interface NotifiedZone {
  readonly name: string
  readonly serial: number
  readonly soa: Uint8Array
  /** What was answered before this moment was an answer to another zone; milliseconds since 1970. */
  readonly sinceMs: number
}

/** Which of a subscriber's secondaries are to be told of a zone: all but those that have confirmed this serial already. */
export function notifiesFor(
  deps: NotifyDeps,
  subscriber: Subscriber,
  { name, serial, soa, sinceMs }: NotifiedZone,
): PlannedNotify[] {
  return subscriber.notify.flatMap((to) => {
    const address = addressOf(to)
    const known = deps.secondary({ subscriber: subscriber.name, zone: name, address })
    const last = known?.notifies[to]
    if (last?.serial === serial && last.answer === 'NOERROR' && last.atMs >= sinceMs) return []
    const keys = keysFor(deps, subscriber, known?.key ?? null)
    return [{ subscriber: subscriber.name, zone: name, serial, soa, to, keys }]
  })
}

/** The address of `ADDR:PORT` or `[ADDR6]:PORT`. */
export function addressOf(to: string): string {
  const colon = to.lastIndexOf(':')
  return (colon === -1 ? to : to.slice(0, colon)).replace(/^\[|\]$/g, '')
}

// While keys are being changed the secondary knows the one that it last asked with, and perhaps not yet the newest.
function keysFor(
  { key }: NotifyDeps,
  { transfer, keys }: Subscriber,
  lastKey: string | null,
): TsigKey[] {
  if (transfer === 'networks') return []
  const byAge = [...keys].sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
  const names = byAge.map(({ name }) => name)
  const ordered = [
    ...names.filter((name) => name === lastKey),
    ...names.filter((name) => name !== lastKey),
  ]
  return ordered.flatMap((name) => key(name) ?? [])
}
