import { NOTHING, PASSTHRU, REDIRECT, TCP_ONLY, type Verdict } from './entry-cursor.ts'
import { printExportHeader } from './export-header.ts'
import { blockOnlyLoss, isBlock, omitted, rule, type Loss } from './export-rules.ts'
import type { ExportSource, ExportSummary } from './export-source.ts'
import { parseRedirectTarget, type RedirectTarget } from './redirect-target.ts'
import { renderLines } from './render-lines.ts'

/**
 * A hosts file: names one by one, each with an IPv4 and an IPv6 line, because readers ask upstream for the family that has none.
 * `docs/spec/exports.md` §4.
 */
export function* printHosts(source: ExportSource): Generator<Uint8Array, ExportSummary> {
  const { action } = source.definition
  const target = parseRedirectTarget(action.type === 'redirect' ? action.to : [])
  return yield* renderLines(source, {
    rules: {
      name: (own, below) => rule(hostsLines(own, target), ownLoss(own, target), belowLoss(below)),
      ip: () => omitted('ip'),
      url: () => omitted('url'),
    },
    header: (summary) => printExportHeader('#', source, summary),
  })
}

function hostsLines(own: Verdict, target: RedirectTarget | null): string {
  if (!isBlock(own)) return ''
  const { v4, v6 } = own === REDIRECT && target !== null ? target : { v4: [], v6: [] }
  const addresses = [...(v4.length > 0 ? v4 : ['0.0.0.0']), ...(v6.length > 0 ? v6 : ['::'])]
  return addresses.map((address) => `${address} {v}\n`).join('')
}

function ownLoss(own: Verdict, target: RedirectTarget | null): Loss | undefined {
  return own === REDIRECT && target !== null && target.name === null
    ? undefined
    : blockOnlyLoss(own)
}

function belowLoss(below: Verdict): Loss | undefined {
  if (below === NOTHING) return undefined
  if (below === PASSTHRU || below === TCP_ONLY) return blockOnlyLoss(below)
  return { omitted: 'below' }
}
