import Database from 'better-sqlite3'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { Fault } from '../../src/core/fault.ts'
import { createHash } from 'node:crypto'
import {
  printLeaf,
  commitBasis,
  commitManifest,
  type PublicationLeaf,
} from '../../src/core/log-leaf.ts'
import { printNoteKey } from '../../src/core/log/note-key.ts'
import { printSignatureLines } from '../../src/core/log/note.ts'
import { cosignCheckpoint } from '../../src/core/log/sign-note.ts'
import { parseWitnessRequest } from '../../src/core/log/witness-request.ts'
import { checkLog } from '../../src/main/check-log.ts'
import { checkAuthority } from '../../src/main/check-authority.ts'
import { openAuthority, type Authority } from '../../src/main/open-authority.ts'
import { changePolicy } from '../../src/publish/change-policy.ts'
import { changeKeys } from '../../src/publish/rotate-key.ts'
import type { WitnessOutcome } from '../../src/publish/collect-cosignatures.ts'
import { readCosigners, readWaiting } from '../../src/publish/log-cosigners.ts'
import type { AskWitness } from '../../src/publish/ports.ts'
import { projectPublished } from '../../src/publish/project-published.ts'
import { refreshMetadata } from '../../src/publish/refresh-metadata.ts'
import {
  applyList,
  decideLines,
  makeTestAuthority,
  publishLines,
  publishOne,
  type TestAuthority,
} from '../support/authority-folder.ts'
import { entryLine } from '../support/lines.ts'
import { testSigner } from '../support/log-builders.ts'
import { verifyPublishedLog } from '../support/published-log.ts'
import { verifyTree } from '../support/tuf-oracle.ts'
import { rootsOf } from '../support/tree-roots.ts'

let home: TestAuthority
let authority: Authority

beforeEach(async () => {
  home = await makeTestAuthority()
  authority = home.open()
})

afterEach(() => {
  authority.close()
  home.remove()
})

const published = (): string => authority.paths.published
const some = (n: number): string[] => [entryLine(n), entryLine(n + 1)]
const fault = (code: string): unknown => expect.objectContaining({ code })

describe('the log of an authority', () => {
  it('has all that is signed but timestamps, from the first root on', async () => {
    expect(verifyPublishedLog(published()).leaves).toMatchObject([
      { kind: 'metadata', role: 'root', version: 1 },
      { kind: 'metadata', role: 'targets', version: 1 },
      { kind: 'metadata', role: 'snapshot', version: 1 },
    ])
    applyList(authority, 'a')
    await publishLines(authority, 'a', some(1))
    await publishLines(authority, 'a', some(2))
    await changeKeys(authority, { role: 'root', change: 'rotate' })
    home.clock.at = new Date(home.clock.at.getTime() + 2 * 3_600_000)
    await refreshMetadata(authority)
    await projectPublished(authority)
    expect(verifyPublishedLog(published()).leaves.slice(3)).toMatchObject([
      { kind: 'metadata', role: 'targets', version: 2 },
      { kind: 'metadata', role: 'list-a', version: 1 },
      { kind: 'metadata', role: 'snapshot', version: 2 },
      { kind: 'metadata', role: 'list-a', version: 2 },
      { kind: 'publication', place: 'a', serial: 1 },
      { kind: 'metadata', role: 'snapshot', version: 3 },
      { kind: 'metadata', role: 'list-a', version: 3 },
      { kind: 'publication', place: 'a', serial: 2 },
      { kind: 'metadata', role: 'snapshot', version: 4 },
      { kind: 'metadata', role: 'root', version: 2 },
    ])
    expect(authority.store.metadata.latest('timestamp')?.version).toBe(5)
  })

  it('shows by itself what its key has signed: no event does', async () => {
    applyList(authority, 'a')
    await publishLines(authority, 'a', some(1))
    const own = authority.keys.all().filter(({ use }) => use === 'log')
    expect(own).toHaveLength(1)
    const uses = [...authority.store.events.all(1)].filter(({ act }) => act === 'key-used')
    expect(uses.length).toBeGreaterThan(1)
    expect(JSON.stringify(uses)).not.toContain(own[0]!.keyid)
    expect(authority.store.log.checkpoint()!.size).toBe(verifyPublishedLog(published()).size)
  })

  it('tells of a serial what its metadata tell, and names the state before', async () => {
    applyList(authority, 'a')
    await publishLines(authority, 'a', some(1))
    await publishLines(authority, 'a', [entryLine(2)])
    const [first, second] = manifests()
    const { publications, lists, log, events } = authority.store
    const rowId = lists.find('a')!.rowId
    const { basis, salt } = log.manifest(rowId, 1)!
    expect(first).toEqual({
      ...{ v: 2, kind: 'publication', list: 'a', place: 'a', serial: 1, entries: 2, added: 2 },
      ...{ removed: 0, state: publications.find(rowId, 1)!.state, previous: '0'.repeat(64) },
      at: `${publications.find(rowId, 1)!.publishedAt.toISOString().slice(0, 19)}Z`,
      decisions: commitBasis(basis, salt),
      tree: (await rootsOf(authority, 'a')).made[0],
    })
    const [decided] = [...events.all(1)].filter(({ act }) => act === 'decision')
    expect(basis).toMatchObject({
      decisions: sha256(`${decided!.subject['digest'] as string}\n`),
      through: decided!.number,
    })
    expect([...events.all(basis.number, 1)]).toMatchObject([{ hash: basis.hash }])
    expect(second).toMatchObject({ serial: 2, entries: 1, added: 0, removed: 1 })
    expect(second).toMatchObject({ previous: publications.find(rowId, 1)!.state })
  })

  it('has nothing of a restricted list but commitments that only the salt opens', async () => {
    applyList(authority, 'secret', { visibility: 'restricted' }, 'opaque1')
    await publishLines(authority, 'secret', some(1))
    await publishLines(authority, 'secret', some(2))
    const committed = manifests()
    const rowId = authority.store.lists.find('secret')!.rowId
    for (const [i, leaf] of committed.entries()) {
      const { manifest, salt } = authority.store.log.manifest(rowId, i + 1)!
      expect(Object.keys(leaf).sort()).toEqual([
        'commitment',
        'kind',
        'place',
        'serial',
        'tree',
        'v',
      ])
      const told = JSON.parse(manifest.toString()) as PublicationLeaf
      expect(told).toMatchObject({ list: 'secret', serial: i + 1, entries: 2 })
      expect(printLeaf(commitManifest(told, salt))).toEqual(
        printLeaf(leaf as unknown as PublicationLeaf),
      )
      expect(commitManifest(told, Buffer.alloc(32)).commitment).not.toBe(
        (leaf as { commitment?: string }).commitment,
      )
    }
    const salts = [1, 2].map((serial) => authority.store.log.manifest(rowId, serial)!.salt)
    expect(salts[0]!.equals(salts[1]!)).toBe(false)
    for (const bytes of logFiles()) expect(bytes.includes('secret')).toBe(false)
  })

  it('is made again where its files are lost or damaged', async () => {
    applyList(authority, 'a')
    await publishLines(authority, 'a', some(1))
    const before = verifyPublishedLog(published())
    rmSync(join(published(), 'log/tile'), { recursive: true })
    rmSync(join(published(), 'log/proof/list-a'), { recursive: true })
    await projectPublished(authority, { isThorough: true })
    expect(verifyPublishedLog(published())).toEqual(before)
    const tile = join(published(), 'log/tile/0/000.p/9')
    writeFileSync(tile, Buffer.alloc(9 * 32, 7))
    await publishLines(authority, 'a', some(2))
    expect(verifyPublishedLog(published()).size).toBe(before.size + 3)
  })

  it('is begun for an authority that had none, with all that it still has', async () => {
    applyList(authority, 'a')
    applyList(authority, 'secret', { visibility: 'restricted' }, 'opaque1')
    await publishLines(authority, 'a', some(1))
    await publishLines(authority, 'a', some(2))
    await publishLines(authority, 'secret', some(3))
    forgetLog()
    await publishLines(authority, 'a', some(4))
    const { leaves } = verifyPublishedLog(published())
    const serials = leaves.filter(({ kind }) => kind === 'publication')
    expect(serials).toMatchObject([
      { place: 'a', serial: 1, entries: 2 },
      { place: 'a', serial: 2 },
      { place: 'opaque1', serial: 1 },
      { place: 'a', serial: 3 },
    ])
    expect(authority.keys.all().filter(({ use }) => use === 'log')).toHaveLength(1)
    verifyTree(published())
  })
})

describe('a log that has another past than the published one', () => {
  it('is not gone on with: a backup of the database beside later files', async () => {
    applyList(authority, 'a')
    await publishLines(authority, 'a', some(1))
    const { database } = authority.paths
    authority.close()
    cpSync(database, `${database}.before`)
    authority = home.open()
    await publishLines(authority, 'a', some(2))
    const shown = readFileSync(join(published(), 'log/checkpoint'))
    authority.close()
    for (const end of ['-wal', '-shm']) rmSync(`${database}${end}`, { force: true })
    cpSync(`${database}.before`, database)
    authority = home.open()
    await expect(publishLines(authority, 'a', some(3))).rejects.toThrow(fault('log/forked'))
    await expect(publishLines(authority, 'a', some(3))).rejects.toThrow(fault('log/forked'))
    expect(readFileSync(join(published(), 'log/checkpoint'))).toEqual(shown)
    verifyPublishedLog(published())
  })
})

describe('doctor', () => {
  const findings = async (): Promise<readonly string[]> => {
    const checks = await checkAuthority(home.data, { env: {}, now: () => home.clock.at })
    return checks.find(({ check }) => check === 'log')!.findings
  }
  const edit = (sql: string): void => {
    const sqlite = new Database(authority.paths.database)
    for (const table of ['log_leaves', 'log_checkpoints']) {
      sqlite.exec(`DROP TRIGGER ${table}_no_update; DROP TRIGGER ${table}_no_delete`)
    }
    sqlite.exec(sql)
    sqlite.close()
  }

  it('finds nothing in a log that is whole', async () => {
    applyList(authority, 'a')
    await publishLines(authority, 'a', some(1))
    expect(await findings()).toEqual([])
  })

  it.each([
    ['a leaf', 'UPDATE log_leaves SET bytes = CAST(\'{}\' AS BLOB) WHERE "index" = 4', 2],
    [
      'a manifest',
      "UPDATE log_leaves SET bytes = CAST('{}' AS BLOB) WHERE kind = 'publication'",
      1,
    ],
    [
      'metadata',
      "UPDATE metadata SET bytes = CAST('{}' AS BLOB) WHERE role = 'snapshot' AND version = 2",
      1,
    ],
  ])('finds %s that somebody wrote over', async (_, sql, count) => {
    applyList(authority, 'a')
    await publishLines(authority, 'a', some(1))
    edit(sql)
    expect(await findings()).toHaveLength(count)
  })

  it('finds a database that is behind what is published', async () => {
    edit('DELETE FROM log_checkpoints')
    expect(await findings()).toEqual([expect.stringContaining('the database is older')])
  })
})

describe('two processes on one log', () => {
  it('take turns: what both publish is in it once', async () => {
    applyList(authority, 'a')
    applyList(authority, 'b')
    const other = home.open()
    onTestFinished(() => other.close())
    for (let i = 1; i <= 3; i++) {
      await Promise.all([
        publishLines(authority, 'a', some(i)),
        publishLines(other, 'b', some(10 + i)),
      ])
    }
    expect(manifests()).toHaveLength(6)
    verifyTree(published())
  })

  it('finish what the other began and left', async () => {
    applyList(authority, 'a')
    applyList(authority, 'b')
    await publishLines(authority, 'a', some(1))
    const finish = (): never => {
      throw new Error('killed')
    }
    const killed = {
      ...authority,
      store: { ...authority.store, log: { ...authority.store.log, finish } },
    }
    await expect(publishLines(killed, 'a', some(2))).rejects.toThrow('killed')
    expect(
      authority.store.publications.latest(authority.store.lists.find('a')!.rowId),
    ).toMatchObject({
      serial: 1,
    })
    verifyTree(published())
    expect(await publishLines(authority, 'b', some(7))).toMatchObject({ serial: 1 })
    expect(verifyTree(published()).get('a')?.snapshot?.serial).toBe(2)
    expect(await publishOne(authority, 'a')).toMatchObject({ outcome: 'unchanged', serial: 2 })
    verifyPublishedLog(published())
  })
})

describe('a projection', () => {
  it('shows no checkpoint of what it has not published, whoever commits meanwhile', async () => {
    const { log } = authority.store
    const ends: Parameters<typeof log.finish>[0][] = []
    const finish = (end: (typeof ends)[number]): never => {
      ends.push(end)
      throw new Error('killed')
    }
    const killed = { ...authority, store: { ...authority.store, log: { ...log, finish } } }
    // A root alone, for which no timestamp is signed.
    await expect(changeKeys(killed, { role: 'root', change: 'rotate' })).rejects.toThrow('killed')
    let reads = 0
    const read = (path: string): Uint8Array | null => {
      if (path === 'log/checkpoint' && ++reads === 2) log.finish(ends[0]!)
      return authority.files.read(path)
    }
    await projectPublished({ ...authority, files: { ...authority.files, read } })
    await projectPublished(authority)
    expect(verifyPublishedLog(published()).leaves.at(-1)).toMatchObject({
      role: 'root',
      version: 2,
    })
  })
})

describe('a policy with witnesses', () => {
  const witness = testSigner('witness.example', 'cosignature')

  it('lets nothing be seen before enough of them have signed', async () => {
    applyList(authority, 'a')
    await publishLines(authority, 'a', some(1))
    const asked: number[] = []
    let isAway = false
    const sign = signingWitness(asked)
    const askWitness: AskWitness = (one, body) =>
      isAway
        ? Promise.reject(new Fault('fetch/unreachable', 'expected an answer, got none'))
        : sign(one, body)
    const deps = { ...authority, askWitness }
    await changePolicy(deps, withWitness())
    await projectPublished(deps)
    expect(verifyPublishedLog(published()).witnesses).toEqual(['w1'])
    isAway = true
    await expect(publishLines(deps, 'a', some(2))).rejects.toThrow(fault('publish/waits'))
    await expect(publishLines(deps, 'a', some(3))).rejects.toThrow(fault('publish/waits'))
    expect(verifyTree(published()).get('a')?.snapshot?.serial).toBe(1)
    const size = verifyPublishedLog(published()).size
    // What readers see stays fresh.
    home.clock.at = new Date(home.clock.at.getTime() + 2 * 3_600_000)
    const { signed, warnings } = await refreshMetadata(deps)
    expect(signed).toEqual(['timestamp'])
    expect(warnings).toEqual([expect.stringContaining('witness')])
    await projectPublished(deps)
    expect(verifyTree(published()).get('a')?.snapshot?.serial).toBe(1)
    isAway = false
    await refreshMetadata(deps)
    await projectPublished(deps)
    expect(verifyTree(published()).get('a')?.snapshot?.serial).toBe(2)
    expect(verifyPublishedLog(published())).toMatchObject({ size: size + 3, witnesses: ['w1'] })
    expect(await publishOne(deps, 'a')).toMatchObject({ serial: 3 })
    expect(asked.slice(-2)).toEqual([size, size + 3])
  })

  it('tells of a witness that is away also where the quorum is met without it', async () => {
    applyList(authority, 'a')
    const sign = signingWitness()
    const told: unknown[] = []
    const second = testSigner('second.example', 'cosignature')
    const text = withWitness()
      .replace('quorum w1', `witness w2 ${printNoteKey(second.key)} http://127.0.0.1:2/`)
      .concat('group one-of-two 1 w1 w2\nquorum one-of-two\n')
    let isAway = false
    const askWitness: AskWitness = (one, body) =>
      one.name === 'w2' || isAway
        ? Promise.reject(new Fault('fetch/timeout', 'expected an answer, got none'))
        : sign(one, body)
    const deps = {
      ...authority,
      askWitness,
      onWitness: ({ witness, outcome }: WitnessOutcome) => void told.push([witness, outcome]),
    }
    expect(readCosigners(authority.store)).toEqual([])
    await changePolicy(deps, text)
    await publishLines(deps, 'a', some(1))
    expect(told.slice(-2)).toEqual([
      ['w1', 'cosigned'],
      ['w2', 'fetch/timeout'],
    ])
    expect(readCosigners(authority.store)).toEqual([
      { witness: 'w1', cosignedAt: new Date(1_893_456_000_000) },
      { witness: 'w2', cosignedAt: null },
    ])
    expect(readWaiting(authority.store)).toBeNull()
    expect(checkLog(authority)).toEqual([expect.stringMatching(/"w2" has not cosigned/)])
    isAway = true
    const begunAt = home.clock.at
    await expect(publishLines(deps, 'a', some(2))).rejects.toThrow(fault('publish/waits'))
    expect(readWaiting(authority.store)).toEqual({
      since: begunAt,
      size: authority.store.log.size(),
      witnesses: ['w1', 'w2'],
    })
    expect(checkLog(authority)).toEqual([
      expect.stringMatching(/waits for its witnesses \(w1, w2\)/),
    ])
  })

  it('is left on top of what waits for it', async () => {
    applyList(authority, 'a')
    await publishLines(authority, 'a', some(1))
    const first = authority.store.log.policies()[0]!
    const sign = signingWitness()
    await changePolicy({ ...authority, askWitness: sign }, withWitness())
    const away: AskWitness = () =>
      Promise.reject(new Fault('fetch/unreachable', 'expected an answer, got none'))
    const deps = { ...authority, askWitness: away }
    await expect(publishLines(deps, 'a', some(2))).rejects.toThrow(fault('publish/waits'))
    await expect(changePolicy(deps, first)).rejects.toThrow(fault('publish/waits'))
    await changePolicy(deps, first, { isForced: true })
    await projectPublished(deps)
    expect(verifyTree(published()).get('a')?.snapshot?.serial).toBe(2)
    expect(verifyPublishedLog(published()).witnesses).toEqual([])
    expect(await publishLines(deps, 'a', some(3))).toMatchObject({ serial: 3 })
    verifyPublishedLog(published())
  })

  it('is refused when it names another log', async () => {
    const other = testSigner('elsewhere.example', 'ed25519')
    const text = `log ${printNoteKey(other.key)}\nquorum none\n`
    await expect(changePolicy(authority, text)).rejects.toThrow(fault('log/policy'))
    await expect(changePolicy(authority, 'log\n')).rejects.toThrow(fault('log/policy'))
  })

  function signingWitness(asked: number[] = []): AskWitness {
    return async (_, body) => {
      const { oldSize, checkpoint } = parseWitnessRequest(Buffer.from(body))
      asked.push(oldSize)
      const text = checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1)
      const cosignature = await cosignCheckpoint(witness, text, 1_893_456_000)
      return { status: 200, body: Buffer.from(printSignatureLines([cosignature])) }
    }
  }

  function withWitness(): string {
    const [own] = authority.store.log.policies()
    const line = own!.split('\n')[0]!
    return `${line}\nwitness w1 ${printNoteKey(witness.key)} http://127.0.0.1:1/\nquorum w1\n`
  }
})

function manifests(): Record<string, unknown>[] {
  return verifyPublishedLog(published()).leaves.filter(
    ({ kind }) => kind === 'publication',
  ) as never
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function* logFiles(): Generator<Buffer> {
  const folder = join(published(), 'log')
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) yield readFileSync(join(entry.parentPath, entry.name))
  }
}

/** As a database of before there was a log: nothing of it, in tables, targets or files. */
function forgetLog(): void {
  authority.close()
  const sqlite = new Database(authority.paths.database)
  for (const table of ['log_leaves', 'log_checkpoints', 'log_policies', 'manifests']) {
    sqlite.exec(`DROP TRIGGER ${table}_no_delete; DELETE FROM ${table}`)
  }
  sqlite.exec("DELETE FROM sqlite_sequence WHERE name = 'log_policies'")
  sqlite.close()
  rmSync(join(published(), 'log'), { recursive: true })
  authority = openAuthority(home.data, { env: {}, now: () => home.clock.at })
  expect(existsSync(join(published(), 'log'))).toBe(false)
  decideLines(authority, 'a', some(9))
}
