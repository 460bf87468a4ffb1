import type { HeldDiff } from '../core/diff-lines.ts'
import { Fault } from '../core/fault.ts'
import { lineEnd, lineText } from '../core/line-cursor.ts'
import { publicationProofPath } from '../core/layout.ts'
import { printLeaf } from '../core/log-leaf.ts'
import {
  EXPLANATION_FORMAT,
  type ExplainedList,
  type ExplainedStep,
  type Explanation,
  type ProvenFile,
} from './explanation.ts'
import { MAX_DELTA_BYTES } from './limits.ts'
import type { LineSpool, SpoolFolder } from './line-spool.ts'
import type { HistorySerial, ListHistory, PublishedHistory } from './list-history.ts'
import type { Published } from './published.ts'
import { readPolicies } from './proof-signers.ts'
import { missing, readProof, readProvenFile } from './read-proof.ts'
import { pathOf, readDelta, readSnapshot, readTarget } from './read-target.ts'

export interface ExplainDeps {
  readonly source: Published
  readonly spools: SpoolFolder
}

/**
 * Tells when lines with this value came to the lists of a history and went, each step with all that proves it. Reads every delta of
 * these lists. Throws `entry/not-found` where the value never was on any of them, and what the reading throws.
 */
export async function explainName(
  deps: ExplainDeps,
  { metadata }: Pick<PublishedHistory, 'metadata'>,
  lists: readonly ListHistory[],
  value: string,
): Promise<Explanation> {
  const explained: ExplainedList[] = []
  for (const history of lists) {
    const steps = await stepsOf(deps, history, value)
    const list = history.serials.at(-1)?.facts.list ?? history.place
    if (steps.length > 0) explained.push({ list, place: history.place, steps })
  }
  if (explained.length === 0) {
    throw new Fault(
      'entry/not-found',
      `expected a value that was on a list, got ${JSON.stringify(value)}, which was on none that is shown`,
    )
  }
  const proven = (role: string): Promise<ProvenFile[]> =>
    Promise.all(
      (metadata.get(role) ?? []).map((version) => readProvenFile(deps.source, role, version)),
    )
  const targets = await proven('targets')
  return {
    format: EXPLANATION_FORMAT,
    value,
    policies: await readPolicies(deps.source, targets),
    roots: await proven('root'),
    targets,
    lists: explained,
  }
}

async function stepsOf(
  deps: ExplainDeps,
  { serials }: ListHistory,
  value: string,
): Promise<readonly ExplainedStep[]> {
  const steps: ExplainedStep[] = []
  let before: readonly string[] = []
  for (const serial of serials) {
    const { facts } = serial
    const now =
      facts.delta !== null && !serial.isFirst
        ? await linesByDelta(deps, serial, value, before)
        : await linesOfSnapshot(deps, serial, value)
    const added = now.filter((line) => !before.includes(line))
    const removed = before.filter((line) => !now.includes(line))
    if (added.length + removed.length > 0) {
      steps.push(await stepOf(deps, serial, { added, removed }))
    }
    before = now
  }
  return steps
}

async function stepOf(
  deps: ExplainDeps,
  { facts, metadata, manifest, isFirst }: HistorySerial,
  change: { readonly added: readonly string[]; readonly removed: readonly string[] },
): Promise<ExplainedStep> {
  const target = isFirst ? facts.snapshot : (facts.delta ?? facts.snapshot)
  const bytes = await readTarget(deps.source, target, MAX_DELTA_BYTES)
  if (bytes === null) throw missing(pathOf(target))
  const { role, version } = metadata.leaf
  const leaf = manifest?.leaf
  return {
    serial: facts.serial,
    at: leaf !== undefined && 'at' in leaf ? leaf.at : null,
    ...change,
    file: { name: target.name, bytes: bytes.toString('base64') },
    metadata: await readProvenFile(deps.source, role, version),
    manifest:
      leaf === undefined
        ? null
        : {
            bytes: printLeaf(leaf).toString('base64'),
            proof: await readProof(deps.source, publicationProofPath(leaf.place, leaf.serial)),
          },
  }
}

async function linesByDelta(
  { source }: ExplainDeps,
  { facts }: HistorySerial,
  value: string,
  before: readonly string[],
): Promise<readonly string[]> {
  const delta = facts.delta && (await readDelta(source, facts.delta))
  if (delta === null) throw missing(facts.delta ? pathOf(facts.delta) : String(facts.serial))
  return applyLines(before, delta, value)
}

/** The lines with this value, after a delta. */
export function applyLines(
  before: readonly string[],
  { added, removed }: HeldDiff,
  value: string,
): readonly string[] {
  const gone = linesWith(removed, value)
  return [...before.filter((line) => !gone.includes(line)), ...linesWith(added, value)].sort()
}

async function linesOfSnapshot(
  { source, spools }: ExplainDeps,
  { facts }: HistorySerial,
  value: string,
): Promise<readonly string[]> {
  const spool: LineSpool = spools.spool()
  try {
    const taken = await readSnapshot(source, facts.snapshot, spool)
    if (taken === null) throw missing(pathOf(facts.snapshot))
    return linesWith(spool, value)
  } finally {
    spool.remove()
  }
}

/** The lines whose value it is: what differs from the lines of another value by no more than their rest. */
export function linesWith(blocks: Iterable<Uint8Array>, value: string): string[] {
  const prefix = Buffer.from(`${value}\t`)
  const found: string[] = []
  for (const block of blocks) {
    const bytes = Buffer.from(block.buffer, block.byteOffset, block.length)
    for (let at = bytes.indexOf(prefix); at >= 0; at = bytes.indexOf(prefix, at + 1)) {
      // In the middle of a line it is the end of a longer value.
      if (at === 0 || bytes[at - 1] === 0x0a) found.push(lineText(bytes, at, lineEnd(bytes, at)))
    }
  }
  return found
}
