import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Finding } from '../../src/audit/finding.ts'
import { Fault } from '../../src/core/fault.ts'
import { openAuthority, type Authority } from '../../src/main/open-authority.ts'
import type { ZoneDraft } from '../../src/formats/zone/zone-folder.ts'
import type { FileDraft, LineDraft, PublishDeps } from '../../src/publish/ports.ts'
import { projectPublished } from '../../src/publish/project-published.ts'
import { publishList } from '../../src/publish/publish-list.ts'
import { changeKeys } from '../../src/publish/rotate-key.ts'
import { auditFolder } from '../support/audit-mock.ts'
import {
  applyList,
  decideLines,
  makeTestAuthority,
  publishLines,
  publishOne,
  type TestAuthority,
} from '../support/authority-folder.ts'
import { DEFINITION } from '../support/export-builders.ts'
import { entryLine, linesOf, sortLines } from '../support/lines.ts'
import { verifyPublishedLog } from '../support/published-log.ts'
import { rootsOf } from '../support/tree-roots.ts'
import { servedZone } from '../support/published-zone.ts'
import { openTufReader, readSnapshot, verifyTree } from '../support/tuf-oracle.ts'

/**
 * The fault table of publishing: every write fails before it lands, lands but reports a failure, or is the last thing its
 * process does. Whatever it was, after the next start what is published is whole and is the one serial or the other, and the next
 * publication ends where it should.
 */

const lines = (from: number, to: number): string[] =>
  sortLines(Array.from({ length: to - from }, (_, i) => entryLine(from + i)))
const FIRST = lines(0, 60)
const SECOND = lines(3, 64)
const THIRD = lines(5, 70)

const BREAKAGES = [
  'fails before it lands',
  'lands but reports failure',
  'is the last thing done',
] as const
type Breakage = (typeof BREAKAGES)[number]

/** What a process is like that was killed: nothing after it happens. */
class Killed extends Error {}

/** Everything that publishing writes through, breaking at its n-th write; `count` says how many there were. */
function breakingDeps(
  real: Authority,
  n: number,
  breakage: Breakage,
): { deps: PublishDeps; names: string[] } {
  const names: string[] = []
  let isDead = false
  function change<Result>(name: string, act: () => Result): Result {
    if (isDead) throw new Killed()
    names.push(name)
    if (names.length !== n) return act()
    if (breakage === 'fails before it lands')
      throw new Fault('system/full', 'expected room, got none')
    act()
    if (breakage === 'is the last thing done') {
      isDead = true
      throw new Killed()
    }
    throw new Fault('system/full', 'expected an answer, got an error')
  }
  /** A clean-up, which a dead process does not do. */
  const tidy = (act: () => void): void => {
    if (!isDead) act()
  }
  async function changeLater(name: string, act: () => Promise<void>): Promise<void> {
    const landing: Promise<void>[] = []
    try {
      change(name, () => void landing.push(act()))
    } finally {
      await Promise.all(landing)
    }
  }
  const draftOf = (draft: FileDraft): FileDraft => ({
    write: (bytes) => change('draft.write', () => draft.write(bytes)),
    patch: (bytes) => change('draft.patch', () => draft.patch(bytes)),
    blocks: draft.blocks,
    finish: (path) => changeLater('draft.finish', () => draft.finish(path)),
    discard: () => tidy(draft.discard),
  })
  const lineDraftOf = (draft: LineDraft): LineDraft => ({
    write: (block) => change('lines.write', () => draft.write(block)),
    lines: draft.lines,
    keep: () => change('lines.keep', draft.keep),
    discard: () => tidy(draft.discard),
  })
  const zoneDraftOf = (draft: ZoneDraft): ZoneDraft => ({
    write: (bytes) => change('zone.write', () => draft.write(bytes)),
    patch: (bytes) => change('zone.patch', () => draft.patch(bytes)),
    read: draft.read,
    keep: (name, about) => change('zone.keep', () => draft.keep(name, about)),
    discard: () => tidy(draft.discard),
  })
  const { store, files, cache, zones, keys, trees, ...rest } = real
  const deps: PublishDeps = {
    ...rest,
    keys: { ...keys, make: async (use) => change('key', () => keys.make(use)) },
    store: {
      ...store,
      log: {
        ...store.log,
        begin: (batch) => change('log.begin', () => store.log.begin(batch)),
        finish: (end) => change('log.finish', () => store.log.finish(end)),
        sweep: (role, version) => change('log.sweep', () => store.log.sweep(role, version)),
      },
      metadata: {
        ...store.metadata,
        commit: (signed) => change('metadata', () => store.metadata.commit(signed)),
      },
    },
    files: {
      ...files,
      draft: () => draftOf(change('draft', files.draft)),
      promote: (paths) => change('promote', () => files.promote(paths)),
      publish: (published) => change('publish', () => files.publish(published)),
      replace: (path, bytes) => change('replace', () => files.replace(path, bytes)),
      replaceAll: (replaced) => changeLater('replaceAll', () => files.replaceAll(replaced)),
      remove: (paths, before) => change('remove', () => files.remove(paths, before)),
      discardStaged: (before) => change('discardStaged', () => files.discardStaged(before)),
    },
    cache: {
      ...cache,
      draftLines: (place, serial) =>
        lineDraftOf(change('lines', () => cache.draftLines(place, serial))),
      putChanges: (place, serial, changes) =>
        change('changes', () => cache.putChanges(place, serial, changes)),
      forget: (place, before) => change('forget', () => cache.forget(place, before)),
    },
    trees: {
      keptSerial: (place) => trees.keptSerial(place),
      begin: (next) => {
        const ahead = change('tree', () => trees.begin(next))
        return {
          root: ahead.root,
          keep: () => change('tree.keep', ahead.keep),
          discard: () => tidy(ahead.discard),
        }
      },
    },
    zones: {
      ...zones,
      draft: (place) => zoneDraftOf(change('zone', () => zones.draft(place))),
    },
  }
  return { deps, names }
}

let home: TestAuthority

beforeAll(async () => {
  home = await makeTestAuthority()
  const authority = home.open()
  applyList(authority, 'a', { zone: { ...DEFINITION.zone!, zonemd: true } })
  await publishLines(authority, 'a', FIRST)
  await publishLines(authority, 'a', SECOND)
  // So that files of the first versions are nobody's any more.
  for (let i = 0; i < 7; i++) await changeKeys(authority, { role: 'list-a', change: 'rotate' })
  await projectPublished(authority)
  decideLines(authority, 'a', THIRD)
  authority.close()
})

afterAll(() => home.remove())

/** A copy of the authority with two serials published and a third decided. */
function copy(): { data: string; open: () => Authority } {
  const data = mkdtempSync(join(tmpdir(), 'publish-faults-'))
  cpSync(home.data, data, { recursive: true })
  onTestFinished(() => rmSync(data, { recursive: true }))
  return { data, open: () => openAuthority(data, { env: {}, now: () => home.clock.at }) }
}

async function publishAll(deps: PublishDeps): Promise<void> {
  await publishList(deps, deps.store.lists.find('a')!, { actor: 'alice', override: null })
  await projectPublished(deps)
}

/** Runs `work` with a breakage at write n and gives the names of the writes that there were. */
async function runBroken(
  authority: Authority,
  {
    n,
    breakage,
    work,
  }: { n: number; breakage: Breakage; work: (deps: PublishDeps) => Promise<unknown> },
): Promise<string[]> {
  const { deps, names } = breakingDeps(authority, n, breakage)
  try {
    await work(deps)
  } catch (error) {
    if (!(error instanceof Killed) && !(error instanceof Fault)) throw error
  } finally {
    authority.close()
  }
  return names
}

/**
 * What any reader can see at this moment is whole, and an audit finds nothing wrong with it; gives the serial. After the metadata, and until
 * somebody projects, one pointer or both are old ones, which an audit must say of every one that is shown.
 */
async function expectWhole(authority: Authority, { isProjected = true } = {}): Promise<number> {
  const { findings, isWhole } = await auditFolder(authority.paths.published, home.clock.at)
  const isOldPointer = ({ code, path }: Finding): boolean =>
    code === 'checkpoint/behind' ||
    (code === 'metadata/reference' && path === 'tuf/metadata/timestamp.json')
  expect(findings.filter((one) => isProjected || !isOldPointer(one))).toEqual([])
  expect(isWhole).toBe(true)
  const shown = verifyTree(authority.paths.published).get('a')?.snapshot
  expect([2, 3]).toContain(shown?.serial)
  return shown?.serial ?? 0
}

async function expectRecovery(open: () => Authority): Promise<void> {
  const authority = open()
  // Before anything is repaired, readers see the old or the new, whole.
  const seen = await expectWhole(authority, { isProjected: false })
  await projectPublished(authority, { isThorough: true })
  const started = await expectWhole(authority)
  const committed = authority.store.publications.latest(
    authority.store.lists.find('a')!.rowId,
  )?.serial
  expect(started).toBe(committed)
  expect(started).toBeGreaterThanOrEqual(seen)
  expect((await publishOne(authority, 'a')).serial).toBe(3)
  const reader = await openTufReader(authority.paths.published, authority.paths.root)
  const read = await readSnapshot(reader, 'a')
  await reader.close()
  expect(read.serial).toBe(3)
  expect(linesOf([read.lines])).toEqual(THIRD)
  expect(read.zonemd).toMatch(/^[0-9a-f]{96}$/)
  expect(servedZone(authority, 'a').zonemd).toBe(read.zonemd)
  expect((await publishLines(authority, 'a', FIRST)).serial).toBe(4)
  verifyPublishedLog(authority.paths.published)
  expect((await auditFolder(authority.paths.published, home.clock.at)).findings).toEqual([])
  const { told, made } = await rootsOf(authority, 'a')
  expect(told).toEqual(made)
  expect(
    verifyTree(authority.paths.published)
      .get('a')
      ?.edges.filter(({ to }) => to === 4),
  ).toHaveLength(3)
  authority.close()
}

describe.each(BREAKAGES)('when a write of publishing %s', (breakage) => {
  it('everything is whole after the next start', { timeout: 240_000 }, async () => {
    const seen = new Set<string>()
    for (let n = 1; ; n++) {
      const { open } = copy()
      const names = await runBroken(open(), { n, breakage, work: publishAll })
      if (names.length < n) break
      seen.add(names[n - 1]!)
      await expectRecovery(open)
    }
    // The table is complete: each kind of write that there is was broken.
    expect([...seen].sort()).toEqual([
      'changes',
      'discardStaged',
      'draft',
      'draft.finish',
      'draft.patch',
      'draft.write',
      'forget',
      'lines',
      'lines.keep',
      'lines.write',
      'log.begin',
      'log.finish',
      'log.sweep',
      'promote',
      'publish',
      'remove',
      'replace',
      'tree',
      'tree.keep',
      'zone',
      'zone.keep',
      'zone.patch',
      'zone.write',
    ])
  })

  it('a rotation of keys is done or not done', { timeout: 120_000 }, async () => {
    for (let n = 1; ; n++) {
      const { open } = copy()
      const work = async (deps: PublishDeps): Promise<void> => {
        await changeKeys(deps, { role: 'list-a', change: 'rotate' })
        await projectPublished(deps)
      }
      const names = await runBroken(open(), { n, breakage, work })
      if (names.length < n) break
      const authority = open()
      await expectWhole(authority, { isProjected: false })
      await projectPublished(authority, { isThorough: true })
      const reader = await openTufReader(authority.paths.published, authority.paths.root)
      expect((await readSnapshot(reader, 'a')).serial).toBe(2)
      await publishOne(authority, 'a')
      expect((await readSnapshot(reader, 'a')).serial).toBe(3)
      await reader.close()
      expect((await auditFolder(authority.paths.published, home.clock.at)).findings).toEqual([])
      authority.close()
    }
  })
})
