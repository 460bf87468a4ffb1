import { Fault } from '../core/fault.ts'

/** The headers of a request by which a browser tells where it comes from. */
export interface OriginHeaders {
  readonly origin: string | undefined
  readonly secFetchSite: string | undefined
}

/**
 * Refuses what another site made a browser send. A browser says where a request comes from in `Sec-Fetch-Site` (Fetch Metadata) or, an
 * older one, in `Origin` (RFC 6454 §7), and no page can forge either. A request that says neither comes from no browser; it is let through
 * unless it brings a cookie, which only browsers hold. Throws `session/origin`.
 */
export function assertOwnOrigin(
  { origin, secFetchSite }: OriginHeaders,
  { hasCookie, origins }: { readonly hasCookie: boolean; readonly origins: readonly string[] },
): void {
  const isOwn = origin !== undefined && origins.includes(origin)
  if (origin !== undefined && !isOwn) throw refused(origin)
  // Same-site is not enough: another host of the same domain is another's.
  if (secFetchSite !== undefined && secFetchSite !== 'same-origin') throw refused(secFetchSite)
  if (hasCookie && !isOwn && secFetchSite === undefined) throw refused('none')
}

function refused(got: string): Fault {
  return new Fault(
    'session/origin',
    `expected a request from a page of this server, got one from ${JSON.stringify(got.slice(0, 100))}`,
  )
}
