import { createHash } from 'node:crypto'
import { snapshotLineChecker } from '../core/check-snapshot-lines.ts'
import { applyDelta, parseDelta, type Delta } from '../core/delta.ts'
import { Fault } from '../core/fault.ts'
import { MAX_HEADER_BYTES } from '../core/header-lines.ts'
import { MAX_ENTRY_LINE } from '../core/parse-entry.ts'
import { parseSnapshotHeader } from '../core/snapshot.ts'
import { createDownload, createFile, PRIVATE, type NewFile } from './disk.ts'
import { downloadTarget, fetchTarget, type DownloadDeps } from './download-target.ts'
import { readLineBlocks } from './line-file.ts'
import type { DeltaTarget, SnapshotTarget } from './target.ts'
import { unpackDelta, unpackSnapshot } from './unpack.ts'

/**
 * Writes the entry lines of `newest` to a new file at `path`, from those in the file `heldPath` and the deltas
 * that lead there. What is in the file when this returns has the signed state. Throws `delta/…` when the deltas do not.
 */
export async function makeLinesByDeltas(
  deps: DownloadDeps,
  step: {
    readonly deltas: readonly DeltaTarget[]
    readonly newest: SnapshotTarget
    readonly heldPath: string
    readonly path: string
  },
): Promise<number> {
  const deltas: Delta[] = []
  for (const target of step.deltas) deltas.push(await openDelta(deps, target))
  const lines = deltas.reduce<Iterable<Uint8Array>>(applyDelta, readLineBlocks(step.heldPath))
  return createFile(deps.disk, step.path, PRIVATE, (write) => {
    const sealed = seal(write)
    for (const block of lines) sealed.write(block)
    return sealed.assert(step.newest.state, 'delta/mismatch')
  })
}

async function openDelta(deps: DownloadDeps, target: DeltaTarget): Promise<Delta> {
  const delta = parseDelta(unpackDelta(await fetchTarget(deps, target), target.rawLength))
  const { list, from, to, fromState, toState } = delta.header
  const says = [list, from, to, fromState, toState]
  const signed = [target.list, target.from, target.to, target.fromState, target.toState]
  if (says.some((value, i) => value !== signed[i])) {
    throw disagreement('delta/invalid', target.path, says, signed)
  }
  const added = snapshotLineChecker()
  for (const block of delta.added) added.check(block)
  return delta
}

/**
 * Writes the entry lines of `newest` to a new file at `path`, from its snapshot. Although signed, every line is checked to be
 * an entry in canonical form before a resolver's file can be made of it. Throws `snapshot/invalid`, `fetch/…`, `trust/mismatch`.
 */
export async function makeLinesBySnapshot(
  deps: DownloadDeps,
  step: { readonly newest: SnapshotTarget; readonly path: string },
): Promise<number> {
  const { newest, path } = step
  if (newest.rawLength > deps.maxBytes) {
    throw new Fault(
      'fetch/too-large',
      `expected a snapshot of at most ${deps.maxBytes} bytes, got ${newest.rawLength} signed`,
    )
  }
  const packed = `${path}.gz`
  try {
    await downloadTarget(deps, newest, packed)
    return await createDownload(deps.disk, path, (write) => unpackLines(packed, newest, write))
  } finally {
    deps.disk.remove(packed)
  }
}

async function unpackLines(
  packed: string,
  newest: SnapshotTarget,
  write: NewFile['write'],
): Promise<number> {
  const sealed = seal(write)
  const lines = snapshotLineChecker()
  let entries = 0
  let rest: Buffer = Buffer.alloc(0)
  let inBody = false
  for await (const piece of unpackSnapshot(packed, newest.rawLength)) {
    let bytes = rest.length > 0 ? Buffer.concat([rest, piece]) : piece
    if (!inBody && bytes.length < Math.min(MAX_HEADER_BYTES, newest.rawLength)) {
      rest = bytes
      continue
    }
    if (!inBody) bytes = bytes.subarray(assertHeader(bytes, newest))
    inBody = true
    const end = bytes.lastIndexOf(0x0a) + 1
    if (end > 0) {
      const block = bytes.subarray(0, end)
      entries += lines.check(block)
      sealed.write(block)
    }
    rest = bytes.subarray(end)
    if (rest.length > MAX_ENTRY_LINE) throw notWhole('a line without an end')
  }
  if (!inBody || rest.length > 0) {
    throw notWhole('one cut in mid-line')
  }
  if (entries !== newest.entries) {
    throw new Fault('snapshot/invalid', `expected ${newest.entries} entries, got ${entries}`)
  }
  return sealed.assert(newest.state, 'snapshot/invalid')
}

function notWhole(got: string): Fault {
  return new Fault('snapshot/invalid', `expected a snapshot of whole lines, got ${got}`)
}

function assertHeader(bytes: Buffer, newest: SnapshotTarget): number {
  const { header, bodyOffset } = parseSnapshotHeader(bytes)
  const says = [header.list, header.serial, header.entries, header.state]
  const signed = [newest.list, newest.serial, newest.entries, newest.state]
  if (says.every((value, i) => value === signed[i])) return bodyOffset
  throw disagreement('snapshot/invalid', newest.path, says, signed)
}

function disagreement(
  code: 'snapshot/invalid' | 'delta/invalid',
  path: string,
  says: readonly (string | number)[],
  signed: readonly (string | number)[],
): Fault {
  return new Fault(
    code,
    `expected the header of ${JSON.stringify(path)} to agree with its signed metadata ${JSON.stringify(signed)}, got ${JSON.stringify(says)}`,
  )
}

/** Writes and hashes at once, so that what is verified is what was written. */
function seal(write: NewFile['write']): {
  write: (block: Uint8Array) => void
  assert: (state: string, code: 'snapshot/invalid' | 'delta/mismatch') => number
} {
  const hash = createHash('sha256')
  let bytes = 0
  return {
    write: (block) => {
      hash.update(block)
      bytes += block.length
      write(block)
    },
    assert: (expected, code) => {
      const state = hash.digest('hex')
      if (state === expected) return bytes
      throw new Fault(code, `expected lines with the state ${expected}, got ${state}`)
    },
  }
}
