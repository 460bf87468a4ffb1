import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { realDisk } from '../../src/agent/disk.ts'
import { parseAgentConfig } from '../../src/agent/parse-config.ts'
import { runPull } from '../../src/agent/run-pull.ts'
import { readStatus, type AgentStatus } from '../../src/agent/status.ts'
import { openCopyHost, type CopyHost } from '../support/copy-host.ts'
import { entryLine, sortLines } from '../support/lines.ts'
import type { MockLog } from '../support/mock-log.ts'
import { serveFiles } from '../support/mock-source.ts'

/** The log in an edge's copy: it is verified as an agent does, and agents behind the edge can verify it again. */

const lines = (from: number, to: number): string[] =>
  sortLines(Array.from({ length: to - from }, (_, i) => entryLine(from + i)))

interface LogHost extends CopyHost {
  readonly log: MockLog
}

async function openLogHost(): Promise<LogHost> {
  const host = await openCopyHost({ lists: ['phishing', 'other'], log: { witnesses: 2 } })
  const { log } = host.authority
  if (log === null) throw new Error('no log')
  host.authority.publish('phishing', lines(0, 40))
  host.authority.publish('other', lines(100, 110))
  return Object.assign(host, { log })
}

/** The tree of the edge, as it is served at this moment. */
function treeOf(host: CopyHost): Map<string, Buffer> {
  return new Map([...host.tree()].map(([path, base64]) => [path, Buffer.from(base64, 'base64')]))
}

interface Behind {
  readonly status: () => AgentStatus
  readonly pull: () => Promise<AgentStatus>
}

/** An agent that pulls from the edge. */
async function openBehind(host: CopyHost): Promise<Behind> {
  const files = treeOf(host)
  const source = await serveFiles(files)
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-behind-'))
  onTestFinished(async () => {
    await source.close()
    rmSync(folder, { recursive: true, force: true })
  })
  writeFileSync(join(folder, 'root.json'), host.authority.root)
  const config = parseAgentConfig(
    JSON.stringify({
      ...{ source: source.url, root: 'root.json', state: 'state' },
      lists: [{ id: 'phishing' }, { id: 'other' }],
    }),
    folder,
  )
  const quiet = (): void => undefined
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
  const run = (): Promise<void> => Promise.resolve()
  const now = (): Date => new Date()
  const status = (): AgentStatus => readStatus(config, now())
  return {
    status,
    pull: async () => {
      files.clear()
      for (const [path, bytes] of treeOf(host)) files.set(path, bytes)
      await runPull({ disk: realDisk, run, log, now, version: 'test' }, config)
      return status()
    },
  }
}

/** The tiles of the tree that a reader of its checkpoint needs are those of the source, byte for byte. */
function expectSameLog(host: LogHost): void {
  const tree = treeOf(host)
  const { files } = host.authority
  expect(tree.get('log/checkpoint')).toEqual(files.get('log/checkpoint'))
  expect(tree.get('log/policy.txt')).toEqual(host.log.policy)
  const newest = new Map<string, string>()
  for (const path of files.keys()) {
    const [, row, width = '256'] = /^log\/(tile\/.*?)(?:\.p\/(\d+))?$/.exec(path) ?? []
    if (row === undefined) continue
    const known = Number(/\.p\/(\d+)$/.exec(newest.get(row) ?? '')?.[1] ?? 0)
    if (newest.get(row)?.includes('.p/') !== false && Number(width) > known) newest.set(row, path)
  }
  expect(newest.size).toBeGreaterThan(0)
  for (const path of newest.values())
    expect([path, tree.get(path)]).toEqual([path, files.get(path)])
}

describe('an edge', () => {
  test('copies the log, so that agents behind it verify it', async () => {
    const host = await openLogHost()
    const { pull } = await host.start()
    await pull()
    expect(host.flaws()).toEqual([])
    expectSameLog(host)
    const behind = await openBehind(host)
    const healthy = {
      lists: [
        { serial: 1, lastError: null },
        { serial: 1, lastError: null },
      ],
    }
    expect(await behind.pull()).toMatchObject({ ...healthy, log: { size: host.log.leaves.length } })
    for (const count of [1, 3, 300, 70_000]) {
      host.log.fill(count)
      host.authority.publish('phishing', lines(count, count + 40))
      await pull()
      expectSameLog(host)
      const { log, lists } = await behind.pull()
      expect(log?.size).toBe(host.log.leaves.length)
      expect(lists.map(({ lastError }) => lastError)).toEqual([null, null])
    }
  }, 60_000)

  test('fetches leaf hashes alone, and what is new alone', async () => {
    const host = await openLogHost()
    host.log.fill(600)
    host.log.publish(host.authority.files)
    const { pull } = await host.start()
    await pull()
    host.source.asked.length = 0
    host.authority.publish('phishing', lines(2, 42))
    await pull()
    const size = host.log.leaves.length
    const tiles = host.source.asked.filter((path) => path.startsWith('log/tile'))
    expect(new Set(tiles)).toEqual(
      new Set([`log/tile/0/002.p/${size % 256}`, 'log/tile/1/000.p/2']),
    )
    host.source.asked.length = 0
    await pull()
    expect(host.source.asked.filter((path) => path.startsWith('log/'))).toEqual([])
  })

  test('shows the checkpoint after what it needs, and before the timestamp', async () => {
    const host = await openLogHost()
    const { copying, pull } = await host.start()
    await pull()
    const before = treeOf(host)
    host.authority.publish('phishing', lines(2, 42))
    const size = host.log.leaves.length
    await copying.pull()
    const between = treeOf(host)
    expect(between.get('log/proof/snapshot/4.tlog-proof')).toBeDefined()
    expect(between.get('log/checkpoint')).toEqual(before.get('log/checkpoint'))
    // The last tile can't be had: neither checkpoint nor timestamp are shown.
    const tile = `log/tile/0/000.p/${size}`
    const good = host.authority.files.get(tile)
    host.authority.files.set(tile, Buffer.alloc(good?.length ?? 0, 3))
    await expect(copying.expose()).rejects.toThrow(
      expect.objectContaining({ code: 'log/unproven' }),
    )
    const after = treeOf(host)
    for (const path of ['log/checkpoint', 'tuf/metadata/timestamp.json', tile]) {
      expect(after.get(path)).toEqual(before.get(path))
    }
    if (good) host.authority.files.set(tile, good)
    await copying.expose()
    expectSameLog(host)
    expect(host.flaws()).toEqual([])
  })

  test('refuses a fork, keeps its evidence and goes on when it is mended', async () => {
    const host = await openLogHost()
    const { copying, pull } = await host.start()
    await pull()
    const before = host.tree()
    host.log.forget(2)
    host.authority.publish('phishing', lines(2, 42))
    await expect(copying.pull()).rejects.toThrow(
      expect.objectContaining({
        code: 'log/split',
        message: expect.stringContaining(join(host.state, 'evidence')) as string,
      }),
    )
    await copying.expose()
    expect(host.tree()).toEqual(before)
    host.log.mend()
    host.log.publish(host.authority.files)
    expect(await pull()).toMatchObject({ isNew: true, fault: null })
    expectSameLog(host)
  })

  test('leaves a list out that has no proof', async () => {
    const host = await openLogHost()
    const { pull, told } = await host.start()
    await pull()
    host.authority.publish('phishing', lines(2, 42))
    host.authority.publish('other', lines(100, 111))
    host.authority.files.delete('log/proof/list-phishing/2.tlog-proof')
    const { copy } = await pull()
    const serials = copy.lists.map(({ id, serials: all, fault }) => [
      id,
      all.at(-1)?.serial,
      fault?.code,
    ])
    expect(serials.sort()).toEqual([
      ['other', 2, undefined],
      ['phishing', 1, 'log/unproven'],
    ])
    expect(told).toMatchObject([{ code: 'log/unproven' }])
  })

  test.each(['log/tile/0/000.p', 'log/tile/0/000', 'log/tile/1/000.p', 'log/checkpoint'])(
    'makes whole what its disk has spoilt: %s',
    async (spoilt) => {
      const host = await openLogHost()
      host.log.fill(300)
      host.log.publish(host.authority.files)
      await (await host.start()).pull()
      for (const path of host.tree().keys()) {
        if (!path.startsWith(spoilt)) continue
        const file = join(host.state, 'published', path)
        const bytes = readFileSync(file)
        writeFileSync(file, Buffer.alloc(bytes.length, 9))
      }
      host.authority.publish('phishing', lines(2, 42))
      await (await host.start()).pull()
      expect(host.flaws()).toEqual([])
      const behind = await openBehind(host)
      expect(await behind.pull()).toMatchObject({
        log: { size: host.log.leaves.length },
        lists: [
          { serial: 2, lastError: null },
          { serial: 1, lastError: null },
        ],
      })
    },
  )

  test('takes old proofs and tiles away', async () => {
    const host = await openLogHost()
    const start = new Date()
    let now = start
    const { pull } = await host.start({}, () => now)
    for (let i = 1; i <= 12; i++) {
      host.authority.publish('phishing', lines(i, 40 + i))
      now = new Date(start.getTime() + i * 3_600_000)
      await pull()
    }
    const paths = [...host.tree().keys()]
    const size = host.log.leaves.length
    expect(paths.filter((path) => path.startsWith('log/tile/'))).toEqual([
      `log/tile/0/000.p/${size}`,
    ])
    const proofs = paths.filter((path) => path.startsWith('log/proof/list-phishing/'))
    expect(proofs).toHaveLength(8)
    expect(proofs).toContain('log/proof/list-phishing/13.tlog-proof')
    expect(paths).toContain('log/proof/root/1.tlog-proof')
    expectSameLog(host)
  })
})
