import { decodeLine } from './intake.ts'
import { isAddress, isSink } from './hosts.ts'
import type { ImportFormat } from './import-format.ts'
import { HEAD_BYTES } from './refuse-non-list.ts'

/** How many lines are judged, about, and how many from the very beginning. */
const MAX_LINES = 400
const FIRST_LINES = 10

/** A share of lines below this is a slip of whoever keeps the list, and does not make it a mixed one. */
const SLIP = 0.02

type LineShape = 'rpz' | 'dnsmasq' | 'unbound' | 'hosts' | 'adblock' | 'url' | 'network' | 'name'

/**
 * The format of the list that begins with `head`, by its content alone. Never fails: what looks like nothing is read as `mixed`, and
 * refused by its lines.
 */
export function recogniseFormat(head: Uint8Array): ImportFormat {
  const text = decodeLine(head, 0, head.length)
  if (/^\s*(?:\{|\[\s*(?:["[{\]\d]|$))/.test(text)) return 'json'
  if (text.startsWith('format: bailiwick-snapshot/')) return 'snapshot'
  if (/^\uFEFF?\s*\[\s*ad(?:block|guard|aware)/i.test(text)) return 'adblock'
  const lines = sampleLines(text, head.length)
  if (isCsv(lines)) return 'csv'
  if (lines.some((line) => /^\$(?:TTL|ORIGIN)\s|\sSOA\s/i.test(line))) return 'rpz'
  return mostLikely(countShapes(lines))
}

/** Some of the lines that are no comments, from the beginning to the end, without a last one that may be cut. */
function sampleLines(text: string, bytes: number): string[] {
  const lines = text.split('\n')
  if (bytes >= HEAD_BYTES) lines.pop()
  const content = lines.filter((line) => /^\s*(?:[^!;#\s]|#[@?$%]{0,2}#\S)/.test(line))
  // The first lines are titles, records and directives that the others do not have.
  const step = Math.max(1, Math.floor(content.length / MAX_LINES))
  return content.filter((_, i) => i < FIRST_LINES || i % step === 0).map((line) => line.trim())
}

/** Column titles that say what a table is about. */
export const VALUE_COLUMNS = [
  'value',
  'domain',
  'domains',
  'domain_name',
  'domainname',
  'fqdn',
  'host',
  'hostname',
  'name',
  'url',
  'ip',
  'indicator',
]

function isCsv(lines: readonly string[]): boolean {
  const [first = '', second = ''] = lines
  const delimiter = [',', ';', '\t'].find((mark) => first.includes(mark))
  if (delimiter === undefined) return VALUE_COLUMNS.includes(cells(first, ',')[0] ?? '')
  const titles = cells(first, delimiter)
  if (titles.some((title) => VALUE_COLUMNS.includes(title))) return true
  // Without titles: every line has as many cells, and the first of them has no space in it.
  if (delimiter === '\t' || second === '' || /[$#|]/.test(first)) return false
  return lines.every((line) => {
    const row = cells(line, delimiter)
    return row.length === titles.length && /^[^\s/]+\.[^\s]+$/.test(row[0] ?? '')
  })
}

function cells(line: string, delimiter: string): string[] {
  return line.split(delimiter).map((cell) =>
    cell
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .toLowerCase(),
  )
}

function countShapes(lines: readonly string[]): Map<LineShape, number> {
  const counts = new Map<LineShape, number>()
  for (const line of lines) {
    const shape = shapeOf(line)
    counts.set(shape, (counts.get(shape) ?? 0) + 1 / lines.length)
  }
  return counts
}

function shapeOf(line: string): LineShape {
  if (/^(?:address|server|local|ipset|nftset|host-record|cname)=/.test(line)) return 'dnsmasq'
  if (/^(?:server:|local-zone:|local-data(?:-ptr)?:)/.test(line)) return 'unbound'
  if (/^(?:\|\||\|\w|@@)|#[@?$%]{0,2}#/.test(line)) return 'adblock'
  const [first = '', second = ''] = line.split(/\s+/, 2)
  if (isAddress(first) || isSink(first))
    return second === '' || second.startsWith('#') ? 'name' : 'hosts'
  if (/\s(?:IN\s+)?(?:CNAME|A|AAAA|NS)\s/i.test(line)) return 'rpz'
  if (/^[\da-f:.]+\/\d+$/i.test(first)) return 'network'
  return /:\/\/|^[^/]+\.[^/]+\//.test(first) ? 'url' : 'name'
}

function mostLikely(counts: ReadonlyMap<LineShape, number>): ImportFormat {
  const share = (shape: LineShape): number => counts.get(shape) ?? 0
  for (const shape of ['rpz', 'dnsmasq', 'unbound'] as const) if (share(shape) > 0.5) return shape
  if (share('adblock') >= 0.5) return 'adblock'
  if (share('hosts') > 1 - SLIP) return 'hosts'
  if (share('url') > 1 - SLIP) return 'urls'
  return share('name') > 1 - SLIP ? 'domains' : 'mixed'
}
