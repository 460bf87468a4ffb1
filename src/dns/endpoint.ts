/** Where a server listens or a message comes from. */
export interface Endpoint {
  /** In canonical text. */
  readonly address: string
  readonly port: number
}

const MAPPED = '::ffff:'

/** An address as a socket gives it, without what belongs to the socket: an IPv4 address that came over IPv6 is itself, and no scope. */
export function plainAddress(address: string): string {
  const scope = address.indexOf('%')
  const plain = scope < 0 ? address : address.slice(0, scope)
  return plain.startsWith(MAPPED) && plain.includes('.') ? plain.slice(MAPPED.length) : plain
}

/**
 * What one party has of addresses: an IPv4 address, or the /64 of an IPv6 address (RFC 4291 §2.5.4), of which whoever has one address
 * has all. Takes what `plainAddress` gives.
 */
export function partyOf(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const rest = tail === undefined || tail === '' ? [] : tail.split(':')
  while (groups.length + rest.length < 8) groups.push('0')
  return `${[...groups, ...rest].slice(0, 4).join(':')}::/64`
}

/** `192.0.2.1:53`, `[2001:db8::1]:53`. */
export function printEndpoint({ address, port }: Endpoint): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
