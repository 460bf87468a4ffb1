/**
 * Where a request comes from: the address of the connection, or, where that is a reverse proxy of ours, the last address in its
 * `X-Forwarded-For` that is none. What stands before that was written by the client, and could be anything.
 */
export function clientAddress(
  { remote, forwardedFor }: { readonly remote: string; readonly forwardedFor: string | undefined },
  trustedProxies: readonly string[],
): string {
  const way = [...(forwardedFor ?? '').split(',').map((text) => text.trim()), plain(remote)]
  let address = plain(remote)
  for (let i = way.length - 1; i >= 0; i--) {
    const next = plain(way[i] ?? '')
    if (next === '') break
    address = next
    if (!trustedProxies.includes(next)) break
  }
  return address
}

/** An address of IPv4 as it comes over a socket for both. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/, '')
}
