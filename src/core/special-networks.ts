/** A block of the special-purpose registries. */
export interface SpecialNetwork {
  readonly network: string
  readonly name: string
  /** The document by which it is special. */
  readonly source: string
  /** No traffic that anybody has goes there: an entry there does no harm. */
  readonly isDocumentation: boolean
}

/**
 * The IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890, RFC 8190), as of 2025-10-09, and beside them multicast, whose space has registries of its
 * own (RFC 5771, RFC 4291 §2.7).
 */
export const SPECIAL_NETWORKS: readonly SpecialNetwork[] = [
  special('0.0.0.0/8', 'this network', 'RFC 791 §3.2'),
  special('0.0.0.0', 'this host on this network', 'RFC 1122 §3.2.1.3'),
  special('10.0.0.0/8', 'private use', 'RFC 1918'),
  special('100.64.0.0/10', 'shared address space', 'RFC 6598'),
  special('127.0.0.0/8', 'loopback', 'RFC 1122 §3.2.1.3'),
  special('169.254.0.0/16', 'link local', 'RFC 3927'),
  special('172.16.0.0/12', 'private use', 'RFC 1918'),
  special('192.0.0.0/24', 'IETF protocol assignments', 'RFC 6890 §2.1'),
  special('192.0.0.0/29', 'IPv4 service continuity prefix', 'RFC 7335'),
  special('192.0.0.8', 'IPv4 dummy address', 'RFC 7600'),
  special('192.0.0.9', 'Port Control Protocol anycast', 'RFC 7723'),
  special('192.0.0.10', 'TURN anycast', 'RFC 8155'),
  special('192.0.0.170', 'NAT64 and DNS64 discovery', 'RFC 8880'),
  special('192.0.0.171', 'NAT64 and DNS64 discovery', 'RFC 8880'),
  documentation('192.0.2.0/24', 'documentation (TEST-NET-1)', 'RFC 5737'),
  special('192.31.196.0/24', 'AS112-v4', 'RFC 7535'),
  special('192.52.193.0/24', 'AMT', 'RFC 7450'),
  special('192.88.99.0/24', 'deprecated (6to4 relay anycast)', 'RFC 7526'),
  special('192.88.99.2', '6a44 relay anycast', 'RFC 6751'),
  special('192.168.0.0/16', 'private use', 'RFC 1918'),
  special('192.175.48.0/24', 'direct delegation AS112 service', 'RFC 7534'),
  special('198.18.0.0/15', 'benchmarking', 'RFC 2544'),
  documentation('198.51.100.0/24', 'documentation (TEST-NET-2)', 'RFC 5737'),
  documentation('203.0.113.0/24', 'documentation (TEST-NET-3)', 'RFC 5737'),
  special('224.0.0.0/4', 'multicast', 'RFC 5771'),
  special('240.0.0.0/4', 'reserved', 'RFC 1112 §4'),
  special('255.255.255.255', 'limited broadcast', 'RFC 8190'),
  special('::1', 'loopback', 'RFC 4291'),
  special('::', 'unspecified address', 'RFC 4291'),
  special('::ffff:0:0/96', 'IPv4-mapped address', 'RFC 4291 §2.5.5.2'),
  special('64:ff9b::/96', 'IPv4-IPv6 translation', 'RFC 6052'),
  special('64:ff9b:1::/48', 'IPv4-IPv6 translation', 'RFC 8215'),
  special('100::/64', 'discard only', 'RFC 6666'),
  special('100:0:0:1::/64', 'dummy prefix', 'RFC 9780'),
  special('2001::/23', 'IETF protocol assignments', 'RFC 2928'),
  special('2001::/32', 'Teredo', 'RFC 4380'),
  special('2001:1::1', 'Port Control Protocol anycast', 'RFC 7723'),
  special('2001:1::2', 'TURN anycast', 'RFC 8155'),
  special('2001:1::3', 'DNS-SD service registration anycast', 'RFC 9665'),
  special('2001:2::/48', 'benchmarking', 'RFC 5180'),
  special('2001:3::/32', 'AMT', 'RFC 7450'),
  special('2001:4:112::/48', 'AS112-v6', 'RFC 7535'),
  special('2001:10::/28', 'deprecated (ORCHID)', 'RFC 4843'),
  special('2001:20::/28', 'ORCHIDv2', 'RFC 7343'),
  special('2001:30::/28', 'drone remote id entity tags', 'RFC 9374'),
  documentation('2001:db8::/32', 'documentation', 'RFC 3849'),
  special('2002::/16', '6to4', 'RFC 3056'),
  special('2620:4f:8000::/48', 'direct delegation AS112 service', 'RFC 7534'),
  documentation('3fff::/20', 'documentation', 'RFC 9637'),
  special('5f00::/16', 'segment routing (SRv6) SIDs', 'RFC 9602'),
  special('fc00::/7', 'unique local', 'RFC 4193'),
  special('fe80::/10', 'link-local unicast', 'RFC 4291'),
  special('ff00::/8', 'multicast', 'RFC 4291 §2.7'),
]

function special(network: string, name: string, source: string): SpecialNetwork {
  return { network, name, source, isDocumentation: false }
}

function documentation(network: string, name: string, source: string): SpecialNetwork {
  return { network, name, source, isDocumentation: true }
}
