import { CERTIFICATES, primaryOf, printHeading, secretOf } from './config-text.ts'
import type { SecondaryConfig } from './secondary-config.ts'

/**
 * For BIND 9.18, in two parts: what goes inside `options`, and what stands beside it. It is a resolver with policy zones; with a
 * catalog a server that hands zones on, for BIND takes no policy from zones that it does not know when it starts.
 */
export function printBind(config: SecondaryConfig): string {
  const { inside, beside } = config.catalog === null ? resolver(config) : tier(config)
  return `${printHeading('//', 'BIND', config)}
// Part 1, inside options { … }:
${inside}
// Part 2, beside options { … }:
${printKey(config)}${printTls(config)}${beside}`
}

interface Parts {
  readonly inside: string
  readonly beside: string
}

// break-dnssec: else whoever asks for signatures (DO=1) gets the listed names of signed zones.
// min-update-interval: else changes wait for up to a minute. qname-wait-recurse: a listed name is not looked up first.
function resolver(config: SecondaryConfig): Parts {
  const names = config.zones.map(({ origin }) => `\t\tzone "${origin}";\n`)
  return {
    inside: `\tresponse-policy {
${names.join('')}\t} break-dnssec yes qname-wait-recurse no min-update-interval 0;
`,
    beside: config.zones.map(({ origin, list }) => printZone(config, origin, list)).join('\n'),
  }
}

function tier(config: SecondaryConfig): Parts {
  const catalog = config.catalog ?? ''
  return {
    inside: `\tcatalog-zones {
\t\tzone "${catalog}"
\t\t\tdefault-primaries { ${printPrimary(config)} }
\t\t\tin-memory no min-update-interval 1;
\t};
\t// The resolvers behind it, which alone may read and transfer what it takes up:
\tallow-query { localhost; };
\tallow-transfer { localhost; };
`,
    beside: printZone(config, catalog, 'the catalog: the zones of all lists'),
  }
}

// allow-query: else clients can read the list out of the zone.
// min-refresh-time, min-retry-time: BIND looks only every 300 and 500 s by itself, should a NOTIFY be lost.
function printZone(config: SecondaryConfig, zone: string, what: string): string {
  return `zone "${zone}" {\t// ${what}
\ttype secondary;
\tprimaries { ${printPrimary(config)} };
\tfile "${zone}.db";
\tmasterfile-format text;
\trequest-ixfr yes;
\tallow-notify { ${config.key === null ? primaryOf(config).address : `key "${config.key.name}"`}; };
\tmin-refresh-time 60;
\tmin-retry-time 30;
\tnotify no;
\tallow-query { none; };
\tallow-transfer { none; };
};
`
}

function printPrimary(config: SecondaryConfig): string {
  const { address, port } = primaryOf(config)
  const key = config.key === null ? '' : ` key "${config.key.name}"`
  return `${address} port ${port}${key}${config.tls === null ? '' : ' tls "bailiwick"'};`
}

function printKey({ key }: SecondaryConfig): string {
  if (key === null) return ''
  return `key "${key.name}" {
\talgorithm ${key.algorithm};
\tsecret "${secretOf(key)}";
};

`
}

function printTls({ tls }: SecondaryConfig): string {
  if (tls === null) return ''
  return `tls "bailiwick" {
\tca-file "${CERTIFICATES}";
\tremote-hostname "${tls}";
};

`
}
