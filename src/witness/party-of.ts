const MAPPED = '::ffff:'

/**
 * What one party has of addresses, as a socket gives them: an IPv4 address, also one that came over IPv6, or the first 64 bits of an
 * IPv6 address (RFC 4291 §2.5.4), of which whoever has one has all.
 */
export function partyOf(address: string): string {
  const [plain = ''] = address.split('%', 1)
  if (plain.startsWith(MAPPED) && plain.includes('.')) return plain.slice(MAPPED.length)
  if (!plain.includes(':')) return plain
  const [head = '', tail = ''] = plain.split('::')
  const groups = head === '' ? [] : head.split(':')
  const rest = tail === '' ? [] : tail.split(':')
  while (groups.length + rest.length < 8) groups.push('0')
  return [...groups, ...rest].slice(0, 4).join(':')
}
