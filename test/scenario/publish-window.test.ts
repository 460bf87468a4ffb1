import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { applyDelta, parseDelta } from '../../src/core/delta.ts'
import { diffLines } from '../../src/core/diff-lines.ts'
import { countLines, hashLines, measureLines } from '../../src/core/hash-lines.ts'
import { targetPath } from '../../src/core/layout.ts'
import type { TargetsSigned } from '../../src/publish/tuf-metadata.ts'
import { applyList, makeTestAuthority, publishLines } from '../support/authority-folder.ts'
import { blocksOf, entryLine, sortLines } from '../support/lines.ts'
import { verifyTree, type Edge } from '../support/tuf-oracle.ts'

/**
 * A list over more serials than a block between hubs has (and under SLOW more than a window has), with entries that come and
 * go: from every serial of the window a reader gets to the newest with at most two of the published files and 1.2 times the
 * least bytes, or needs the snapshot because that is smaller.
 */

const SERIALS = process.env['SLOW'] ? 230 : 56
const ENTRIES = 4_000
const WINDOW = 100

/** The list at a serial: most entries stay, a few come and go, and every 7 serials a block of others comes and goes again. */
function linesAt(serial: number): string[] {
  const steady = Array.from({ length: ENTRIES }, (_, i) => entryLine(i + serial * 9))
  const swinging =
    serial % 7 < 3 ? Array.from({ length: 150 }, (_, i) => entryLine(1_000_000 + i)) : []
  return sortLines([...steady, ...swinging])
}

/** What a reader does (`docs/spec/delta.md` §4). */
function wayOf(edges: readonly Edge[], from: number, to: number): readonly Edge[] | null {
  const direct = edges.find((edge) => edge.from === from && edge.to === to)
  if (direct !== undefined) return [direct]
  const pairs = edges.flatMap((first) =>
    edges
      .filter((second) => first.from === from && second.from === first.to && second.to === to)
      .map((second) => [first, second]),
  )
  const bytes = (way: readonly Edge[]): number =>
    way.reduce((sum, { rawLength }) => sum + rawLength, 0)
  return pairs.sort((a, b) => bytes(a) - bytes(b))[0] ?? null
}

test(
  `every reader of ${SERIALS} serials finds a short way`,
  { timeout: 60_000 + SERIALS * 2_000 },
  async () => {
    const home = await makeTestAuthority()
    onTestFinished(home.remove)
    const authority = home.open()
    onTestFinished(authority.close)
    applyList(authority, 'a', { keep: { serials: WINDOW } })
    const { published } = authority.paths
    const read = (targets: TargetsSigned['targets'], name: string) =>
      parseDelta(
        gunzipSync(readFileSync(join(published, targetPath(name, targets[name]!.hashes.sha256)))),
      )
    let twoHops = 0
    for (let serial = 1; serial <= SERIALS; serial++) {
      await publishLines(authority, 'a', linesAt(serial))
      if (serial % 25 > 1 && serial % 11 !== 0 && serial !== SERIALS) continue
      const { snapshot, edges } = verifyTree(published).get('a')!
      expect(snapshot?.serial).toBe(serial)
      const { targets } = (
        JSON.parse(authority.store.metadata.latest('list-a')!.bytes.toString()) as {
          signed: TargetsSigned
        }
      ).signed
      const snapshotLength = Number(targets['lists/a/snapshot.txt.gz']!.custom['rawLength'])
      const newest = blocksOf(linesAt(serial))
      for (let from = Math.max(1, serial - WINDOW); from < serial; from++) {
        const lines = blocksOf(linesAt(from))
        const least = diffLines(lines, newest)
        const leastBytes = measureLines(least.added) + measureLines(least.removed)
        const way = wayOf(edges, from, serial)
        if (way === null) {
          // Its signs and the longest header there is, added: as large as the snapshot.
          const longest = leastBytes + countLines(least.added) + countLines(least.removed) + 300
          expect(longest, `no way from ${from} to ${serial}`).toBeGreaterThan(snapshotLength)
          continue
        }
        if (way.length === 2) twoHops++
        let at: Uint8Array[] = lines
        for (const edge of way)
          at = [...applyDelta(at, read(targets, `lists/a/delta-${edge.from}-${edge.to}.txt.gz`))]
        expect(hashLines(at)).toBe(snapshot?.state)
        const bytes = way.reduce((sum, { rawLength }) => sum + rawLength, 0)
        // The least delta has its header and signs as well, which only makes it larger.
        expect(bytes / (leastBytes + 250), `from ${from} to ${serial}`).toBeLessThanOrEqual(1.2)
      }
    }
    // It was not all done with direct deltas.
    expect(twoHops).toBeGreaterThan(20)
  },
)
