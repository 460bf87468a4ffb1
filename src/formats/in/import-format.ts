/** The syntaxes that can be read. `mixed` is hosts, domain, adblock and URL lines together, told apart line by line. */
export const IMPORT_FORMATS = [
  'adblock',
  'csv',
  'dnsmasq',
  'domains',
  'hosts',
  'json',
  'mixed',
  'rpz',
  'snapshot',
  'squid',
  'unbound',
  'urls',
] as const

export type ImportFormat = (typeof IMPORT_FORMATS)[number]
