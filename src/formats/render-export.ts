import type { ExportSource, ExportSummary } from './out/export-source.ts'
import { printAdblock } from './out/print-adblock.ts'
import { printCsv } from './out/print-csv.ts'
import { printDnsmasq } from './out/print-dnsmasq.ts'
import { printDomains } from './out/print-domains.ts'
import { printHosts } from './out/print-hosts.ts'
import { printJson } from './out/print-json.ts'
import { printRpz } from './out/print-rpz.ts'
import { printSquidUrls } from './out/print-squid-urls.ts'
import { printSquid } from './out/print-squid.ts'
import { printUnbound } from './out/print-unbound.ts'
import { printUrls } from './out/print-urls.ts'

export type { ExportSource, ExportSummary } from './out/export-source.ts'

/** What a list can be exported as; `docs/spec/exports.md` has a section for each. */
export const EXPORT_FORMATS = [
  'adblock',
  'csv',
  'dnsmasq',
  'domains',
  'hosts',
  'json',
  'rpz',
  'squid',
  'squid-urls',
  'unbound',
  'urls',
] as const

export type ExportFormat = (typeof EXPORT_FORMATS)[number]

type Print = (source: ExportSource) => Generator<Uint8Array, ExportSummary>

const PRINT = {
  adblock: printAdblock,
  csv: printCsv,
  dnsmasq: printDnsmasq,
  domains: printDomains,
  hosts: printHosts,
  json: printJson,
  rpz: printRpz,
  squid: printSquid,
  'squid-urls': printSquidUrls,
  unbound: printUnbound,
  urls: printUrls,
} as const satisfies Record<ExportFormat, Print>

/** Whether `text` names an export format. */
export function isExportFormat(text: string): text is ExportFormat {
  return (EXPORT_FORMATS as readonly string[]).includes(text)
}

/**
 * The export's bytes in blocks of about 256 KiB, each the taker's own, and at the end what became of the entries. Printable ASCII and
 * LF, ended by LF, and the same for the same source, always. Memory does not grow with the list, but for the names that
 * `squid`, `dnsmasq` and a steering `rpz` must know before they write a line.
 *
 * Throws `zone/invalid` and `list/invalid` for a definition that no zone can be made of, `snapshot/invalid` and `entry/invalid` for
 * lines that are none.
 */
export function* renderExport(
  format: ExportFormat,
  source: ExportSource,
): Generator<Uint8Array, ExportSummary> {
  return yield* PRINT[format](source)
}
