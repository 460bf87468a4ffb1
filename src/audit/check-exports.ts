import { createHash } from 'node:crypto'
import { Fault, isFault } from '../core/fault.ts'
import type { PublicDefinition } from '../core/list-definition.ts'
import {
  MAX_MINISIGN_BYTES,
  minisignDigest,
  verifyMinisign,
  type MinisignKey,
} from '../core/minisign.ts'
import { EXPORT_FORMATS, renderExport, type ExportFormat } from '../formats/render-export.ts'
import type { FindingLog } from './finding-log.ts'
import { stopsAudit } from './limit-published.ts'
import { MAX_EXPORT_BYTES } from './limits.ts'
import type { SerialFacts } from './list-facts.ts'
import type { AuditDeps } from './read-file.ts'

export interface ExportedList {
  readonly facts: SerialFacts
  readonly definition: PublicDefinition
  readonly lines: Iterable<Uint8Array>
}

/**
 * Makes every export of a list's newest serial anew and compares it with what is served, byte for byte, and its signature. Gives how
 * many there were.
 */
export async function checkExports(
  deps: AuditDeps,
  list: ExportedList,
  { key, at }: { readonly key: MinisignKey | null; readonly at: Date },
): Promise<number> {
  let count = 0
  for (const format of EXPORT_FORMATS) {
    const path = `feeds/${list.facts.list}/${format}`
    const own = renderDigests(deps.findings, path, format, list)
    if (own === null) continue
    const served = await fetchDigests(deps, `${path}?serial=${list.facts.serial}`, path)
    if (served === null) continue
    count++
    if (served.sha256 !== own.sha256) {
      deps.findings.add(
        'export/differs',
        path,
        `the export of serial ${list.facts.serial}, SHA-256 ${own.sha256}`,
        served.sha256,
      )
    }
    if (key !== null)
      await checkSignature(deps, list, { path, format, key, at, digest: served.minisign })
  }
  return count
}

interface Digests {
  readonly sha256: string
  /** What a prehashed minisign signature is over. */
  readonly minisign: Buffer
}

/** Null where this list can't be exported so. */
function renderDigests(
  findings: FindingLog,
  path: string,
  format: ExportFormat,
  { facts, definition, lines }: ExportedList,
): Digests | null {
  const { serial, state, entries } = facts
  try {
    const source = { definition, serial, state, entries, lines: () => lines }
    return digestsOf(renderExport(format, source))
  } catch (error) {
    // A list without a zone has no `rpz`: then there is nothing to compare.
    if (isFault(error, 'zone/invalid', 'list/invalid')) return null
    if (!isFault(error)) throw error
    findings.add('export/differs', path, 'an export that can be made of the snapshot', error)
    return null
  }
}

function digestsOf(blocks: Iterable<Uint8Array>): Digests {
  const hash = createHash('sha256')
  function* passed(): Generator<Uint8Array> {
    for (const block of blocks) {
      hash.update(block)
      yield block
    }
  }
  const minisign = minisignDigest(passed())
  return { sha256: hash.digest('hex'), minisign }
}

async function fetchDigests(
  { source, findings }: AuditDeps,
  url: string,
  path: string,
): Promise<Digests | null> {
  const [sha256, blake] = [createHash('sha256'), createHash('blake2b512')]
  try {
    const isThere = await source.pieces(url, MAX_EXPORT_BYTES, (piece) => {
      sha256.update(piece)
      blake.update(piece)
    })
    if (isThere) return { sha256: sha256.digest('hex'), minisign: blake.digest() }
    findings.add('export/missing', path, 'an export of the newest serial', 'none')
  } catch (error) {
    if (!(error instanceof Fault) || stopsAudit(error)) throw error
    findings.add('source/failed', path, 'an export of the newest serial', error)
  }
  return null
}

async function checkSignature(
  { source, findings }: AuditDeps,
  { facts }: ExportedList,
  about: {
    readonly path: string
    readonly format: ExportFormat
    readonly key: MinisignKey
    readonly at: Date
    readonly digest: Buffer
  },
): Promise<void> {
  const path = `${about.path}.minisig`
  try {
    const bytes = await source.read(`${path}?serial=${facts.serial}`, MAX_MINISIGN_BYTES)
    if (bytes === null) {
      findings.add('export/signature', path, 'a signature', 'none')
      return
    }
    const comment = verifyMinisign(about.key, about.digest, bytes.toString())
    const expected = `list:${facts.list} serial:${facts.serial} expires:`
    const file = ` file:${facts.list}/${about.format}`
    const expires = comment.slice(expected.length, -file.length)
    // docs/spec/keys.md §4
    const isOwn = comment.startsWith(expected) && comment.endsWith(file)
    if (isOwn && Date.parse(expires) > about.at.getTime()) return
    findings.add('export/signature', path, `${expected}…${file}, in time`, JSON.stringify(comment))
  } catch (error) {
    if (!(error instanceof Fault) || stopsAudit(error)) throw error
    const code = isFault(error, 'signature/invalid') ? 'export/signature' : 'source/failed'
    findings.add(code, path, 'a signature by the key of exports', error)
  }
}
