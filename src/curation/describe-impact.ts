import type { GuardFinding as BreakerFinding } from '../core/check-guard.ts'
import { ENTRY_KINDS, type EntryKind } from '../core/entry.ts'
import type { ListDefinition } from '../core/list-definition.ts'
import { urlHost } from '../core/url-value.ts'
import { EXPORT_REASONS, type ExportReason } from '../formats/out/export-reason.ts'
import type { ExportFormat, ExportSummary } from '../formats/render-export.ts'
import type { GuardedBatch } from './guards/guard-deps.ts'
import { LineSplitter } from './guards/split-line.ts'

/** A part of the changes: what is added, or what is retired. */
export interface ImpactPart {
  readonly count: number
  readonly kinds: Readonly<Record<EntryKind, number>>
  /** Those that other entries of the list cover: they change nothing today. */
  readonly covered: number
}

/** What is told. */
export interface DescribedImpact {
  readonly added: ImpactPart
  readonly retired: ImpactPart
  readonly growth: {
    readonly before: number | null
    readonly after: number
    readonly findings: readonly BreakerFinding[]
  }
  readonly formats: readonly { readonly sentence: string }[]
}

/** How many hosts the URLs of a batch have. */
export function countHosts({ lines }: GuardedBatch): number {
  const hosts = new Set<string>()
  const line = new LineSplitter()
  for (const block of lines()) {
    line.enter(block)
    while (line.next()) if (line.kind === 'url') hosts.add(urlHost(line.value))
  }
  return hosts.size
}

/** What a format makes of `size` additions. */
export function formatSentence(
  format: ExportFormat,
  size: number,
  { written, omitted, changed }: ExportSummary,
): string {
  const lost = [...reasonsOf('left out', omitted), ...reasonsOf('changed', changed)].join('; ')
  const why = lost === '' ? '' : ` (${lost})`
  if (size === 0) return `${format}: nothing is added`
  if (written === 0) return `${format}: blocks nothing of it${why}`
  return `${format}: ${written} of ${entries(size)} ${written === 1 ? 'is' : 'are'} in it${why}`
}

function reasonsOf(what: string, counts: ExportSummary['omitted']): string[] {
  return Object.entries(counts).map(
    ([reason, count]) => `${what} ${count}: ${EXPORT_REASONS[reason as ExportReason]}`,
  )
}

/** What becomes of changes, in plain words; `hosts` is how many hosts the added URLs have. */
export function describeImpact(
  { steering, action }: Pick<ListDefinition, 'steering' | 'action'>,
  hosts: number,
  { added, retired, growth, formats }: DescribedImpact,
): string[] {
  const sentences: string[] = []
  const verb = action.type === 'passthru' ? 'let pass' : 'blocked'
  if (added.count > 0) {
    sentences.push(`${kindsTold(added.kinds)} would be ${verb}`)
    if (added.covered > 0) {
      sentences.push(`${added.covered} of them ${isAre(added.covered)} covered by the list already`)
    }
  }
  if (added.kinds.url > 0) sentences.push(urlSentence(steering, hosts))
  if (retired.count > 0) {
    sentences.push(`${kindsTold(retired.kinds)} would no longer be ${verb}`)
    if (retired.covered > 0) {
      sentences.push(
        `${retired.covered} of those ${isAre(retired.covered)} still covered by other entries`,
      )
    }
  }
  const before = growth.before === null ? 'no serial' : entries(growth.before)
  sentences.push(`the list would go from ${before} as published to ${entries(growth.after)}`)
  for (const { text } of growth.findings)
    sentences.push(`the circuit breaker would stop it: it would ${text}`)
  return [...sentences, ...formats.map(({ sentence }) => sentence)]
}

function urlSentence(steering: ListDefinition['steering'], hosts: number): string {
  if (steering === null) {
    return 'single URLs are blocked by those alone who read URLs: no resolver does'
  }
  return `everything that is asked of ${hosts} ${hosts === 1 ? 'host' : 'hosts'} with URLs would go through the proxy ${steering.to.join(', ')}, where RPZ is read`
}

const KIND_WORDS = {
  domain: ['name with everything below it', 'names with everything below them'],
  host: ['single name', 'single names'],
  ip: ['address or network', 'addresses or networks'],
  subdomains: ['set of subdomains of a name', 'sets of subdomains of names'],
  url: ['URL', 'URLs'],
} as const satisfies Record<EntryKind, readonly [string, string]>

function kindsTold(kinds: Readonly<Record<EntryKind, number>>): string {
  return ENTRY_KINDS.filter((kind) => kinds[kind] > 0)
    .map((kind) => `${kinds[kind]} ${KIND_WORDS[kind][kinds[kind] === 1 ? 0 : 1]}`)
    .join(', ')
}

function entries(count: number): string {
  return `${count} ${count === 1 ? 'entry' : 'entries'}`
}

function isAre(count: number): string {
  return count === 1 ? 'is' : 'are'
}
