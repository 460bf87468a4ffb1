import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hashLines } from '../../src/core/hash-lines.ts'
import type { Authority } from '../../src/main/open-authority.ts'
import { changeKeys } from '../../src/publish/rotate-key.ts'
import { projectPublished } from '../../src/publish/project-published.ts'
import { refreshMetadata } from '../../src/publish/refresh-metadata.ts'
import type { TargetsSigned } from '../../src/publish/tuf-metadata.ts'
import {
  applyList,
  makeTestAuthority,
  publishLines,
  publishOne,
  decideLines,
  type TestAuthority,
} from '../support/authority-folder.ts'
import { blocksOf, entryLine, linesOf, sortLines } from '../support/lines.ts'
import { openTufReader, readSnapshot, verifyTree, type TufReader } from '../support/tuf-oracle.ts'

const fault = (code: string) => expect.objectContaining({ code }) as Error
const some = (count: number, from = 0) =>
  sortLines(Array.from({ length: count }, (_, i) => entryLine(from + i)))
const DAY_MS = 86_400_000

let home: TestAuthority
let authority: Authority
let reader: TufReader

beforeEach(async () => {
  home = await makeTestAuthority()
  authority = home.open()
  reader = await openTufReader(authority.paths.published, authority.paths.root)
})

afterEach(async () => {
  await reader.close()
  authority.close()
  home.remove()
})

describe('publishing', () => {
  it('makes a serial that a TUF client verifies, and the next, with a delta between them', async () => {
    applyList(authority, 'phishing')
    const first = some(300)
    expect(await publishLines(authority, 'phishing', first)).toMatchObject({
      outcome: 'published',
      serial: 1,
      entries: 300,
      added: 300,
      removed: 0,
    })
    const one = await readSnapshot(reader, 'phishing')
    expect(one).toMatchObject({
      list: 'phishing',
      serial: 1,
      entries: 300,
      state: hashLines(blocksOf(first)),
    })
    expect(linesOf([one.lines])).toEqual(first)

    const second = sortLines([...first.slice(5), ...some(3, 900)])
    expect(await publishLines(authority, 'phishing', second)).toMatchObject({
      serial: 2,
      entries: 298,
      added: 3,
      removed: 5,
    })
    expect(linesOf([(await readSnapshot(reader, 'phishing')).lines])).toEqual(second)
    const delta = gunzipSync(
      await reader.download(await reader.refresh(), 'lists/phishing/delta-1-2.txt.gz'),
    ).toString()
    expect(delta).toMatch(
      /^format: bailiwick-delta\/1\nlist: phishing\nfrom: 1\nto: 2\nremoved: 5\nadded: 3\n/,
    )
    expect(verifyTree(authority.paths.published).get('phishing')?.edges).toHaveLength(1)
  })

  it('publishes the public part of the definition, and a new serial when that changes', async () => {
    applyList(authority, 'phishing', { title: 'One' })
    await publishLines(authority, 'phishing', some(3))
    applyList(authority, 'phishing', {
      title: 'Two',
      guard: { maxGrowth: 9, maxShrink: 1, minEntries: 0 },
    })
    expect(await publishOne(authority, 'phishing')).toMatchObject({
      outcome: 'published',
      serial: 2,
      isRedefined: true,
      added: 0,
    })
    const definition = JSON.parse(
      (await reader.download(await reader.refresh(), 'lists/phishing/list.json')).toString(),
    ) as object
    expect(definition).toMatchObject({ id: 'phishing', title: 'Two' })
    expect(definition).not.toHaveProperty('guard')
    applyList(authority, 'phishing', {
      title: 'Two',
      guard: { maxGrowth: 8, maxShrink: 1, minEntries: 0 },
    })
    expect(await publishOne(authority, 'phishing')).toMatchObject({
      outcome: 'unchanged',
      serial: 2,
    })
  })

  it('does nothing when nothing has changed, also when decisions cancel each other', async () => {
    applyList(authority, 'phishing')
    expect(await publishOne(authority, 'phishing')).toMatchObject({
      outcome: 'unchanged',
      serial: null,
    })
    await publishLines(authority, 'phishing', some(3))
    const before = readFileSync(join(authority.paths.published, 'tuf/metadata/timestamp.json'))
    decideLines(authority, 'phishing', some(4))
    decideLines(authority, 'phishing', some(3))
    expect(await publishOne(authority, 'phishing')).toMatchObject({
      outcome: 'unchanged',
      serial: 1,
    })
    expect(readFileSync(join(authority.paths.published, 'tuf/metadata/timestamp.json'))).toEqual(
      before,
    )
  })

  it('makes the same bytes with and without its caches', async () => {
    applyList(authority, 'phishing')
    applyList(authority, 'farming2')
    const states = [some(500), some(510, 3), some(480, 1), some(700)]
    for (const lines of states) {
      await publishLines(authority, 'phishing', lines)
      await publishLines(authority, 'farming2', lines)
      authority.cache.forget('farming2', { lines: 99, changes: 99 })
    }
    const places = verifyTree(authority.paths.published)
    expect(places.get('farming2')?.edges).toEqual(places.get('phishing')?.edges)
    expect(places.get('farming2')?.snapshot?.state).toBe(places.get('phishing')?.snapshot?.state)
  })

  it('does not trust cached lines that are wrong', async () => {
    applyList(authority, 'phishing')
    await publishLines(authority, 'phishing', some(50))
    const draft = authority.cache.draftLines('phishing', 1)
    for (const block of blocksOf(some(50, 1))) draft.write(block)
    draft.keep()
    await publishLines(authority, 'phishing', some(60))
    expect(linesOf([(await readSnapshot(reader, 'phishing')).lines])).toEqual(some(60))
  })

  it('publishes a restricted list under its opaque place alone', async () => {
    const place = '0123456789abcdef0123456789abcdef'
    applyList(authority, 'court', { visibility: 'restricted' }, place)
    await publishLines(authority, 'court', some(5))
    expect(await readSnapshot(reader, place)).toMatchObject({ list: 'court', entries: 5 })
    for (const role of ['root', 'targets', 'snapshot', 'timestamp']) {
      expect(authority.store.metadata.latest(role)?.bytes.toString()).not.toContain('court')
    }
  })
})

describe('the circuit breaker', () => {
  const guard = { maxGrowth: 0.5, maxShrink: 0.2, minEntries: 2 }

  it.each([
    ['growth', some(16), /grow from 10 to 16 entries \(60 %\)/],
    ['shrinking', some(7), /shrink from 10 to 7 entries \(30 %\)/],
    ['too few entries', some(1), /have 1 entries/],
  ])('stops %s and says the counts', async (_, lines, message) => {
    applyList(authority, 'phishing', { guard })
    await publishLines(authority, 'phishing', some(10))
    const stopped = publishLines(authority, 'phishing', lines)
    await expect(stopped).rejects.toThrow(fault('publish/guard'))
    await expect(stopped).rejects.toThrow(message)
    expect((await readSnapshot(reader, 'phishing')).serial).toBe(1)
  })

  it('lets pass what is exactly at its limits', async () => {
    applyList(authority, 'phishing', { guard })
    await publishLines(authority, 'phishing', some(10))
    expect(await publishLines(authority, 'phishing', some(15))).toMatchObject({ serial: 2 })
    expect(await publishLines(authority, 'phishing', some(12))).toMatchObject({ serial: 3 })
  })

  it('holds the least number for the first serial, and nothing else', async () => {
    applyList(authority, 'phishing', { guard })
    await expect(publishLines(authority, 'phishing', some(1))).rejects.toThrow(
      fault('publish/guard'),
    )
    expect(await publishLines(authority, 'phishing', some(9000))).toMatchObject({ serial: 1 })
  })

  it('is overridden with a reason that stays with the serial, and with no other', async () => {
    applyList(authority, 'phishing', { guard })
    await publishLines(authority, 'phishing', some(10))
    decideLines(authority, 'phishing', some(11))
    await publishOne(authority, 'phishing', 'not needed')
    decideLines(authority, 'phishing', some(3))
    await publishOne(authority, 'phishing', 'upstream lost them')
    const list = authority.store.lists.find('phishing')!
    expect(authority.store.publications.all(list.rowId).map(({ override }) => override)).toEqual([
      null,
      null,
      'upstream lost them',
    ])
  })
})

describe('two processes', () => {
  it('publish different lists at once, and both are seen', async () => {
    const other = home.open()
    applyList(authority, 'a')
    applyList(authority, 'b')
    decideLines(authority, 'a', some(40))
    decideLines(authority, 'b', some(30))
    await Promise.all([publishOne(authority, 'a'), publishOne(other, 'b')])
    other.close()
    expect(await readSnapshot(reader, 'a')).toMatchObject({ serial: 1, entries: 40 })
    expect(await readSnapshot(reader, 'b')).toMatchObject({ serial: 1, entries: 30 })
  })

  it('publish the same list at once, and one of them finds nothing left to do', async () => {
    const other = home.open()
    applyList(authority, 'a')
    await publishLines(authority, 'a', some(40))
    decideLines(authority, 'a', some(45))
    const outcomes = await Promise.all([publishOne(authority, 'a'), publishOne(other, 'a')])
    other.close()
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['published', 'unchanged'])
    expect(outcomes.map(({ serial }) => serial)).toEqual([2, 2])
    expect(await readSnapshot(reader, 'a')).toMatchObject({ serial: 2, entries: 45 })
  })
})

describe('projecting', () => {
  it('makes lost files again, byte for byte', async () => {
    applyList(authority, 'a')
    for (const lines of [some(100), some(120), some(90, 10)])
      await publishLines(authority, 'a', lines)
    const { published, staging, work } = authority.paths
    const { rmSync, readdirSync } = await import('node:fs')
    const listing = () => readdirSync(published, { recursive: true }).sort()
    const before = listing()
    for (const folder of [published, staging, work]) rmSync(folder, { recursive: true })
    await projectPublished(authority, { isThorough: true })
    // What only the grace period had kept does not come back.
    for (const name of listing()) expect(before).toContain(name)
    expect(verifyTree(published).get('a')?.edges).toHaveLength(2)
    expect(await readSnapshot(reader, 'a')).toMatchObject({ serial: 3 })
  })

  it('repairs a file of a wrong length when it looks at all', async () => {
    applyList(authority, 'a')
    await publishLines(authority, 'a', some(100))
    const { writeFileSync, readdirSync } = await import('node:fs')
    const folder = join(authority.paths.published, 'tuf/targets/lists/a')
    for (const name of readdirSync(folder)) writeFileSync(join(folder, name), 'cut')
    expect(() => verifyTree(authority.paths.published)).toThrow('expected the hash')
    await projectPublished(authority, { isThorough: true })
    expect(verifyTree(authority.paths.published).get('a')?.snapshot?.serial).toBe(1)
  })

  it('keeps the last hundred of what is signed often, and every root', async () => {
    applyList(authority, 'a')
    for (let i = 1; i <= 3; i++) await publishLines(authority, 'a', some(10 + i))
    await changeKeys(authority, { role: 'root', change: 'rotate' })
    for (let i = 1; i <= 110; i++) {
      home.clock.at = new Date(home.clock.at.getTime() + 3_600_000)
      await refreshMetadata(authority)
    }
    await projectPublished(authority)
    const versions = (role: string) =>
      authority.store.metadata.all(role).map(({ version }) => version)
    expect(versions('timestamp')).toHaveLength(100)
    expect(versions('timestamp').at(-1)).toBe(authority.store.metadata.latest('timestamp')?.version)
    expect(versions('root')).toEqual([1, 2])
    verifyTree(authority.paths.published)
  })

  it('takes old files away only after their grace', async () => {
    applyList(authority, 'a')
    for (let i = 1; i <= 12; i++) await publishLines(authority, 'a', some(400 + i))
    const folder = join(authority.paths.published, 'tuf/targets/lists/a')
    const { readdirSync } = await import('node:fs')
    const snapshots = () =>
      readdirSync(folder).filter((name) => name.endsWith('snapshot.txt.gz')).length
    expect(snapshots()).toBe(12)
    home.clock.at = new Date(home.clock.at.getTime() + 11 * 60_000)
    await publishLines(authority, 'a', some(500))
    // The first, and those of the last eight versions.
    expect(snapshots()).toBe(9)
    for (let serial = 2; serial <= 13; serial++) {
      const name = `.delta-${serial - 1}-${serial}.txt.gz`
      expect(readdirSync(folder)).toContainEqual(expect.stringContaining(name))
    }
    expect(existsSync(join(authority.paths.published, 'tuf/metadata/1.root.json'))).toBe(true)
    verifyTree(authority.paths.published)
    expect(await readSnapshot(reader, 'a')).toMatchObject({ serial: 13 })
  })
})

describe('keys', () => {
  const rotated = ['root', 'targets', 'snapshot', 'timestamp', 'list-a', 'export'] as const

  it.each(rotated)('are replaced for %s, and a reader follows', async (role) => {
    applyList(authority, 'a')
    await publishLines(authority, 'a', some(10))
    await readSnapshot(reader, 'a')
    const old = new Set(authority.keys.all().map(({ keyid }) => keyid))
    const { roles, drafted } = await changeKeys(authority, { role, change: 'rotate' })
    expect(drafted).toBeNull()
    const made = roles.flatMap((one) => one.made.map(({ keyid }) => keyid))
    expect(made.map((keyid) => old.has(keyid))).toEqual([false])
    expect(roles.map(({ keys }) => keys.keyids)).toEqual([made])
    await projectPublished(authority)
    await publishLines(authority, 'a', some(11))
    expect(await readSnapshot(reader, 'a')).toMatchObject({ serial: 2, entries: 11 })
    const key = (await reader.download(await reader.refresh(), 'keys/export.pub')).toString()
    expect(key).toContain('of Example CERT')
  })

  it('of root are added and their threshold raised, and every version stays', async () => {
    await changeKeys(authority, { role: 'root', change: 'add', threshold: 2 })
    await changeKeys(authority, { role: 'root', change: 'add' })
    await changeKeys(authority, { role: 'root', change: 'rotate', threshold: 2 })
    await projectPublished(authority)
    await reader.refresh()
    const roots = authority.store.metadata.all('root').map(
      ({ bytes }) =>
        JSON.parse(bytes.toString()) as {
          signatures: unknown[]
          signed: { roles: { root: { keyids: string[]; threshold: number } } }
        },
    )
    expect(
      roots.map(({ signed }) => [signed.roles.root.keyids.length, signed.roles.root.threshold]),
    ).toEqual([
      [1, 1],
      [2, 2],
      [3, 2],
      [3, 2],
    ])
    // The last is signed by all three of the old and all three of the new.
    expect(roots.map(({ signatures }) => signatures.length)).toEqual([1, 2, 3, 6])
    for (const version of [1, 2, 3, 4])
      expect(existsSync(join(authority.paths.published, `tuf/metadata/${version}.root.json`))).toBe(
        true,
      )
  })

  it('cannot get a threshold that nobody reaches, nor an unknown role', async () => {
    await expect(
      changeKeys(authority, { role: 'root', change: 'rotate', threshold: 0 }),
    ).rejects.toThrow(fault('usage/invalid'))
    await expect(
      changeKeys(authority, { role: 'root', change: 'add', threshold: 3 }),
    ).rejects.toThrow(fault('usage/invalid'))
    await expect(changeKeys(authority, { role: 'export', change: 'add' })).rejects.toThrow(
      fault('usage/invalid'),
    )
    await expect(changeKeys(authority, { role: 'list-no', change: 'add' })).rejects.toThrow(
      fault('key/unknown-role'),
    )
  })

  it('that are missing for the threshold stop the signing, and say so', async () => {
    applyList(authority, 'a')
    await publishLines(authority, 'a', some(10))
    const { rmSync } = await import('node:fs')
    const key = authority.keys.all().find(({ use }) => use === 'list-a')!
    rmSync(join(authority.paths.keys, `${key.keyid}.json`))
    await expect(publishLines(authority, 'a', some(11))).rejects.toThrow(
      fault('signature/threshold'),
    )
    expect(await readSnapshot(reader, 'a')).toMatchObject({ serial: 1 })
  })
})

describe('refreshing', () => {
  const after = (days: number): void => {
    home.clock.at = new Date(home.clock.at.getTime() + days * DAY_MS)
  }

  it('does nothing before its time', async () => {
    expect(await refreshMetadata(authority)).toEqual({ signed: [], warnings: [] })
    after(0.9 / 24)
    expect(await refreshMetadata(authority)).toEqual({ signed: [], warnings: [] })
  })

  it('signs each role when its third is left, and the timestamp every hour', async () => {
    applyList(authority, 'a')
    await publishLines(authority, 'a', some(10))
    after(1 / 24)
    expect((await refreshMetadata(authority)).signed).toEqual(['timestamp'])
    after(5)
    expect((await refreshMetadata(authority)).signed).toEqual(['snapshot', 'timestamp'])
    after(5)
    expect((await refreshMetadata(authority)).signed).toEqual(['list-a', 'snapshot', 'timestamp'])
    after(112)
    const late = await refreshMetadata(authority)
    expect(late.signed).toEqual(['targets', 'list-a', 'snapshot', 'timestamp'])
    expect(late.warnings).toEqual([])
    await projectPublished(authority)
    expect(verifyTree(authority.paths.published).get('a')?.snapshot?.serial).toBe(1)
    after(125)
    const later = await refreshMetadata(authority)
    expect(later.warnings).toEqual([
      expect.stringMatching(/^root expires on .* run «bailiwick key renew root»/),
    ])
  })

  it('keeps what it signs again as it was', async () => {
    applyList(authority, 'a')
    await publishLines(authority, 'a', some(10))
    const signed = (role: string) => {
      const { bytes, version } = authority.store.metadata.latest(role)!
      const { targets, delegations } = (JSON.parse(bytes.toString()) as { signed: TargetsSigned })
        .signed
      return { version, content: { targets, delegations } }
    }
    const [list, targets] = [signed('list-a'), signed('targets')]
    after(125)
    await refreshMetadata(authority)
    expect(signed('list-a')).toEqual({ version: list.version + 1, content: list.content })
    expect(signed('targets')).toEqual({ version: targets.version + 1, content: targets.content })
  })

  it('leaves a role whose keys are elsewhere, and says so', async () => {
    const { rmSync } = await import('node:fs')
    const key = authority.keys.all().find(({ use }) => use === 'targets')!
    rmSync(join(authority.paths.keys, `${key.keyid}.json`))
    after(130)
    const { signed, warnings } = await refreshMetadata(authority)
    expect(signed).toEqual(['snapshot', 'timestamp'])
    expect(warnings).toEqual([expect.stringContaining('its keys are not on this host')])
  })
})
