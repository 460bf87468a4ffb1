/**
 * The owner, relative to the zone, of the trigger for answers within `value` (a canonical address or network): prefix length, then the
 * address from its end. `docs/spec/rpz.md` §4. RFC 5952's `::`, the first longest run of zeros, is where BIND wants `zz`.
 */
export function rpzIpOwner(value: string): string {
  const [address = '', length] = value.split('/')
  const isV4 = !address.includes(':')
  return `${length ?? (isV4 ? '32' : '128')}.${isV4 ? reverse(address, '.') : reverseV6(address)}.rpz-ip`
}

function reverseV6(address: string): string {
  return address
    .split('::')
    .map((part) => reverse(part, ':'))
    .reverse()
    .join('.zz.')
    .replace(/^\.|\.$/g, '')
}

function reverse(address: string, separator: string): string {
  return address.split(separator).reverse().join('.')
}
