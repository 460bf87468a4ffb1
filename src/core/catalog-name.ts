import { createHash } from 'node:crypto'

/** Below it are the catalog zones of all subscribers: a name that can be nobody's (RFC 6761 §6.4). */
const CATALOGS = 'catalog.bailiwick.invalid'

const LABEL = /^[a-z0-9_-]{1,63}$/
const MAX_KEPT = 46

/**
 * The name of a subscriber's catalog zone (RFC 9432), lower case, without a dot at its end. A name that cannot stand in the DNS
 * is cut, and followed by a part of its hash.
 */
export function catalogZoneName(subscriber: string): string {
  const name = subscriber.toLowerCase()
  if (name.split('.').every((label) => LABEL.test(label))) return `${name}.${CATALOGS}`
  const kept = name.replaceAll(/[^a-z0-9_-]/g, '-').slice(0, MAX_KEPT)
  const hash = createHash('sha256').update(subscriber).digest('hex').slice(0, 16)
  return `${kept}-${hash}.${CATALOGS}`
}
