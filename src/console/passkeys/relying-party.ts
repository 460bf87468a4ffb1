import { needsHttps } from '../read-config.ts'

/** Whom passkeys are for (Web Authentication §4, «Relying Party»): this server, by the name in its address. */
export interface RelyingParty {
  /** A host's name. Browsers make no passkeys for addresses in figures. */
  readonly id: string
  readonly name: string
  /** Of whose pages answers are taken. */
  readonly origins: readonly string[]
}

/** That of a server which people reach at `url`, and at these origins. This very host is `localhost`, whatever it is called else. */
export function relyingParty(
  { url, name }: { readonly url: string; readonly name: string },
  origins: readonly string[],
): RelyingParty {
  const id = needsHttps(url) ? new URL(url).hostname : 'localhost'
  return { id, name, origins: origins.filter((origin) => new URL(origin).hostname === id) }
}
