import { Fault } from '../../core/fault.ts'
import type { ListZone, PublicDefinition } from '../../core/list-definition.ts'
import { parseRedirectTarget, type RedirectTarget } from '../out/redirect-target.ts'
import { parseZoneName } from '../out/zone-name.ts'

/** Grows whenever the same list would make another zone, or the files stand otherwise. */
export const RENDERER = 1

/** RFC 1035 §2.3.4: 255 octets on the wire, less the root and the first length octet of the name and of the origin. */
export const MAX_NAME_AND_ORIGIN = 252

/** What a definition says of its zone: all that decides on the records beside the lines and the serial. */
export interface ZoneRecipe {
  readonly list: string
  readonly zone: ListZone
  /** Lower case, no dot at the end. */
  readonly origin: string
  readonly redirect: RedirectTarget | null
  readonly proxy: RedirectTarget | null
  /** Equal for zones whose lines make the same records, but for those of the zone itself. */
  readonly body: string
  /** Equal for zones that differ in lines and serial alone. */
  readonly whole: string
}

/** Throws `zone/invalid` and `list/invalid` for what no schema forbids. */
export function zoneRecipe({ id, zone, action, steering }: PublicDefinition): ZoneRecipe {
  if (zone === null) {
    throw new Fault(
      'zone/invalid',
      `expected a list with a zone origin, got ${JSON.stringify(id)} without`,
    )
  }
  const origin = parseZoneName(zone.origin)
  const redirect = parseRedirectTarget(action.type === 'redirect' ? action.to : [])
  const proxy = parseRedirectTarget(steering?.to ?? [])
  const { ttl, refresh, retry, expire, zonemd } = zone
  const body = JSON.stringify([RENDERER, origin, ttl, redirect, proxy])
  const whole = JSON.stringify([body, id, refresh, retry, expire, zonemd])
  return { list: id, zone, origin, redirect, proxy, body, whole }
}

/** Whether redirections go to addresses, which not every owner may have. */
export function isToAddresses(target: RedirectTarget | null): target is RedirectTarget {
  return target !== null && target.name === null
}
