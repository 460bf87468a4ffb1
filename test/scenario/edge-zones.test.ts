import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fc, test } from '@fast-check/vitest'
import { expect, onTestFinished } from 'vitest'
import { readCopyNote } from '../../src/agent/copy-note.ts'
import type { PublicDefinition } from '../../src/core/list-definition.ts'
import { condenseZone } from '../../src/formats/zone/condense-zone.ts'
import { makeZone, type ZoneWanted } from '../../src/formats/zone/make-zone.ts'
import { hasZone } from '../../src/formats/zone/zone-files.ts'
import { openZoneImage, type ZoneKey } from '../../src/formats/zone/zone-image.ts'
import type { ZoneFolder } from '../../src/formats/zone/zone-folder.ts'
import { copiedZones, type CopiedZonesDeps } from '../../src/main/edge-zone-wanted.ts'
import { openZoneFolder } from '../../src/platform/zone-folder.ts'
import { openCopyHost } from '../support/copy-host.ts'

/** Names that lie above and below each other, so that what is written of one depends on the others. */
const NAMES = ['a', 'b.a', 'c.b.a', 'd', 'e.d', 'f.e.d', 'g', 'h.g', 'i', 'j.i', 'k'].map(
  (name) => `${name.split('.').join('.')}.example`,
)
const KINDS = ['domain', 'host', 'subdomains']

const lines = fc
  .array(fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...KINDS)), { maxLength: 12 })
  .map((pairs) => {
    const unique = new Set(pairs.map(([name, kind]) => `${name}\t${kind}\tnxdomain\t-\t-`))
    return [...unique].sort()
  })

/** What is published, and after which of it the edge looks. */
const history = fc.array(fc.record({ lines, looks: fc.boolean() }), { minLength: 2, maxLength: 8 })

test.prop([history, fc.boolean()])(
  'an edge that looks now and then makes the zones of all serials, to the byte, and can lead from each to the newest',
  async (steps, withHubs) => {
    const host = await openCopyHost({
      lists: ['one'],
      ...(withHubs && { directDeltas: 3 }),
    })
    const folder = mkdtempSync(join(tmpdir(), 'bailiwick-edge-zones-'))
    const edge = openZoneFolder(join(folder, 'edge'))
    const { copying } = await host.start()
    const seen: ZoneKey[] = []
    try {
      for (const [at, step] of steps.entries()) {
        host.authority.publish('one', step.lines)
        if (!step.looks && at < steps.length - 1) continue
        await copying.pull()
        // As in the program: the zones do not wait for the tree.
        const list = readCopyNote(host.state, 'one')
        if (list === null) throw new Error('nothing was copied')
        for (const wanted of copiedZones(depsOf(host.state, edge), list)) {
          makeZone(edge, wanted)
          const published = steps[wanted.serial - 1]?.lines ?? []
          const reference = openZoneFolder(join(folder, `reference-${at}-${wanted.serial}`))
          const key = renderZone(reference, wanted.definition, { ...wanted, lines: published })
          expect(imageBytes(edge, wanted)).toEqual(imageBytes(reference, key))
          seen.push({ place: 'one', serial: wanted.serial, state: wanted.state })
        }
        await copying.expose()
      }
      const newest = seen.at(-1)
      if (newest === undefined) throw new Error('no zone was made')
      for (const { serial } of seen.slice(0, -1)) {
        expect(condenseZone(edge, newest, serial, 1e9), `from ${serial}`).not.toBeNull()
      }
      expect(newest.serial).toBe(steps.length)
      // Where a delta leads from each serial to the newest, none is jumped over.
      const [first] = seen
      const all = steps.map((_, i) => i + 1).filter((serial) => serial >= (first?.serial ?? 0))
      if (!withHubs) expect(seen.map(({ serial }) => serial)).toEqual(all)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
)

test('the zone that is served stays until the newest is there, and then none between is made again', async () => {
  const host = await openCopyHost({ lists: ['one'] })
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-edge-zones-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const edge = openZoneFolder(folder)
  const { copying } = await host.start()
  const publish = (...names: string[]): void =>
    host.authority.publish(
      'one',
      names.map((name) => `${name}.example\tdomain\tnxdomain\t-\t-`),
    )
  const wantedZones = async (): Promise<Generator<ZoneWanted>> => {
    await copying.pull()
    const list = readCopyNote(host.state, 'one')
    if (list === null) throw new Error('nothing was copied')
    return copiedZones(depsOf(host.state, edge), list)
  }
  const images = (): number[] =>
    edge
      .names('one')
      .filter((name) => name.endsWith('.zone'))
      .map((name) => Number.parseInt(name, 10))
      .sort()
  publish('a')
  for (const wanted of await wantedZones()) makeZone(edge, wanted)
  publish('a', 'b')
  publish('a', 'b', 'c')
  publish('a', 'c', 'd')
  const seen: number[][] = []
  for (const wanted of await wantedZones()) {
    makeZone(edge, wanted)
    seen.push([wanted.serial, ...images()])
  }
  expect(seen).toEqual([
    [2, 1, 2],
    [3, 1, 2, 3],
    [4, 4],
  ])
  expect([...(await wantedZones())].map(({ serial }) => serial)).toEqual([4])
})

function depsOf(state: string, zones: ZoneFolder): CopiedZonesDeps {
  return { state, keepSerials: 100, isMade: (key) => hasZone(zones, key) }
}

/** The zone made of its lines alone. */
function renderZone(
  folder: ZoneFolder,
  definition: PublicDefinition,
  { serial, lines }: { readonly serial: number; readonly lines: readonly string[] },
): ZoneKey {
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
  const state = createHash('sha256').update(bytes).digest('hex')
  const key = { place: 'one', serial, state }
  makeZone(folder, {
    ...{ ...key, definition, entries: lines.length, keepSerials: 1 },
    lines: () => (bytes.length === 0 ? [] : [bytes]),
    changesSince: () => null,
  })
  return key
}

function imageBytes(folder: ZoneFolder, key: ZoneKey): Buffer {
  const image = openZoneImage(folder, key)
  if (image === null) throw new Error(`no zone of ${key.serial}`)
  const bytes = Buffer.alloc(image.summary.bytes)
  image.read(0, bytes)
  image.close()
  return bytes
}
