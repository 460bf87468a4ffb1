import { Fault } from '../../core/fault.ts'

const LABEL = /^[a-z0-9_-]{1,63}$/

/** Room for `*.` and a name of one label of one letter before it. */
const MAX_ZONE_NAME = 249

/**
 * A name of the operator's own: the origin of a zone, or where a redirection goes. Unlike an entry it may have one label or a
 * private suffix (`rpz`, `garden.lan`). Lower case, no dot at its end. Throws `zone/invalid`.
 */
export function parseZoneName(text: string): string {
  const name = text.toLowerCase().replace(/\.$/, '')
  const labels = name.split('.')
  if (name.length > MAX_ZONE_NAME || !labels.every((label) => LABEL.test(label))) {
    throw new Fault(
      'zone/invalid',
      `expected a name of at most ${MAX_ZONE_NAME} letters, digits, hyphens, underscores and dots, got ${JSON.stringify(text.slice(0, 300))}`,
    )
  }
  return name
}
