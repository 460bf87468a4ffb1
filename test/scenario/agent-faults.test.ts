import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { AgentConfig } from '../../src/agent/config.ts'
import { parseAgentConfig } from '../../src/agent/parse-config.ts'
import { realDisk, type Disk } from '../../src/agent/disk.ts'
import { runPull, type PullOutcome } from '../../src/agent/run-pull.ts'
import { readStatus } from '../../src/agent/status.ts'
import { Fault } from '../../src/core/fault.ts'
import { entryLine, sortLines } from '../support/lines.ts'
import { createMockAuthority, stateOf, type MockAuthority } from '../support/mock-authority.ts'
import { serveFiles } from '../support/mock-source.ts'

/**
 * The fault table of the agent: every change it makes to the disk fails before it lands, lands but reports a failure, or is the
 * last thing its process does. Whatever it was, what is kept and in place is whole, and the next pull ends where it should.
 */

const lines = (from: number, to: number): string[] =>
  sortLines(Array.from({ length: to - from }, (_, i) => entryLine(from + i)))
const FIRST = lines(0, 40)
const SECOND = lines(2, 43)

type Breakage = 'fails before it lands' | 'lands but reports failure' | 'is the last thing done'

/** What a process is like that was killed: nothing after it happens. */
class Killed extends Error {}

/** A disk that breaks at its n-th change; `count` says how many there were. */
function breakingDisk(n: number, breakage: Breakage): { disk: Disk; count: () => number } {
  let changes = 0
  let isDead = false
  const change = <Result>(act: () => Result): Result => {
    if (isDead) throw new Killed()
    changes++
    if (changes !== n) return act()
    if (breakage === 'fails before it lands')
      throw new Fault('agent/disk', 'expected room, got none')
    const result = act()
    if (breakage === 'lands but reports failure') {
      throw new Fault('agent/disk', 'expected an answer, got an error')
    }
    isDead = true
    return result
  }
  const disk: Disk = {
    create: (path, mode) => {
      const file = change(() => realDisk.create(path, mode))
      return {
        write: (bytes) => change(() => file.write(bytes)),
        finish: () => change(() => file.finish()),
        abandon: () => {
          // A dead process removes nothing.
          if (!isDead) file.abandon()
        },
      }
    },
    rename: (from, to) => change(() => realDisk.rename(from, to)),
    remove: (path) => change(() => realDisk.remove(path)),
    makeFolder: (path, mode) => change(() => realDisk.makeFolder(path, mode)),
  }
  return { disk, count: () => changes }
}

interface Stage {
  readonly config: AgentConfig
  readonly folder: string
  /** The zone file as it was at each reload. */
  readonly loaded: string[]
  pull: (disk: Disk) => Promise<PullOutcome>
}

/** An authority with two serials, and copies of a host that has the first. */
async function openStages(
  noDeltas: boolean,
  hasLog: boolean,
): Promise<{ stage: () => Stage; zone: string; authority: MockAuthority }> {
  const authority = createMockAuthority({
    lists: ['phishing'],
    ...(hasLog && { log: { witnesses: 1 } }),
  })
  const source = await serveFiles(authority.files)
  const root = mkdtempSync(join(tmpdir(), 'bailiwick-faults-'))
  onTestFinished(async () => {
    await source.close()
    rmSync(root, { recursive: true, force: true })
  })
  let copies = 0
  const template = join(root, 'template')
  const open = (folder: string): Stage => {
    const config = parseAgentConfig(
      JSON.stringify({
        source: source.url,
        root: join(root, 'root.json'),
        state: 'state',
        metricsFile: 'state/agent.prom',
        lists: [{ id: 'phishing', outputs: [{ format: 'rpz', path: 'zone', reload: ['reload'] }] }],
      }),
      folder,
    )
    const loaded: string[] = []
    const quiet = (): void => undefined
    return {
      config,
      folder,
      loaded,
      pull: (disk) =>
        runPull(
          {
            disk,
            run: () => {
              loaded.push(readFileSync(join(folder, 'zone'), 'utf8'))
              return Promise.resolve()
            },
            log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
            now: () => new Date(),
            version: 'test',
          },
          config,
        ),
    }
  }
  writeFileSync(join(root, 'root.json'), authority.root)
  authority.publish('phishing', FIRST)
  await open(template).pull(realDisk)
  authority.publish('phishing', SECOND, { noDeltas })
  const stage = (): Stage => {
    const folder = join(root, `copy-${++copies}`)
    cpSync(template, folder, { recursive: true, preserveTimestamps: true })
    return open(folder)
  }
  const clean = stage()
  await clean.pull(realDisk)
  return { stage, authority, zone: readFileSync(join(clean.folder, 'zone'), 'utf8') }
}

function expectWhole(stage: Stage, zones: readonly string[]): void {
  const list = readStatus(stage.config, new Date()).lists[0]
  expect([1, 2]).toContain(list?.serial)
  const kept = readFileSync(join(stage.folder, `state/lists/phishing/${list?.serial ?? 0}.lines`))
  expect(createHash('sha256').update(kept).digest('hex')).toBe(list?.state)
  expect(zones).toContain(readFileSync(join(stage.folder, 'zone'), 'utf8'))
  const metadata = join(stage.folder, 'state/metadata')
  for (const name of readdirSync(metadata).filter((one) => one.endsWith('.json'))) {
    expect(() => JSON.parse(readFileSync(join(metadata, name), 'utf8')) as unknown).not.toThrow()
  }
}

describe.each([
  ['delta', false, false],
  ['snapshot', true, false],
  ['delta of an authority with a log', false, true],
])('while a %s is applied', (_, noDeltas, hasLog) => {
  test.each<Breakage>([
    'fails before it lands',
    'lands but reports failure',
    'is the last thing done',
  ])(
    'any change to the disk that %s leaves everything whole, and the next pull ends where it should',
    async (breakage) => {
      const { stage, zone, authority } = await openStages(noDeltas, hasLog)
      const counter = breakingDisk(-1, breakage)
      await stage().pull(counter.disk)
      expect(counter.count()).toBeGreaterThan(20)
      for (let n = 1; n <= counter.count(); n++) {
        const one = stage()
        const first = readFileSync(join(one.folder, 'zone'), 'utf8')
        const { disk } = breakingDisk(n, breakage)
        await one.pull(disk).catch((error: unknown) => {
          if (!(error instanceof Killed) && !(error instanceof Fault)) throw error
        })
        expectWhole(one, [first, zone])
        await one.pull(realDisk)
        expectWhole(one, [zone])
        const { log, lists } = readStatus(one.config, new Date())
        expect(log?.size).toBe(authority.log?.leaves.length)
        expect(lists[0]).toMatchObject({
          serial: 2,
          state: stateOf(SECOND),
          lastError: null,
          outputs: [{ reloadPending: false }],
        })
        // The resolver was told of the file that is in place now.
        expect(one.loaded.at(-1)).toBe(zone)
        expect(existsSync(join(one.folder, '.zone.new'))).toBe(false)
        expect(readdirSync(join(one.folder, 'state/lists/phishing')).sort()).toEqual([
          '2.lines',
          'state.json',
        ])
        rmSync(one.folder, { recursive: true, force: true })
      }
    },
    120_000,
  )
})

describe('while a fork of the log is refused', () => {
  test.each<Breakage>([
    'fails before it lands',
    'lands but reports failure',
    'is the last thing done',
  ])(
    'any change to the disk that %s lets nothing of it in, and the next pull tells it with its evidence',
    async (breakage) => {
      const { stage, authority } = await openStages(false, true)
      const { log, files } = authority
      if (log === null) throw new Error('no log')
      const honest = authority.save()
      log.forget(3)
      log.fill(1)
      authority.publish('phishing', SECOND)
      const forked = authority.save()
      const counter = breakingDisk(-1, breakage)
      await stage().pull(counter.disk)
      for (let n = 1; n <= counter.count(); n++) {
        const one = stage()
        const before = readFileSync(join(one.folder, 'state/log.json'), 'utf8')
        const { disk } = breakingDisk(n, breakage)
        for (const how of [disk, realDisk]) {
          await one.pull(how).catch((error: unknown) => {
            if (!(error instanceof Killed) && !(error instanceof Fault)) throw error
          })
          expect(readFileSync(join(one.folder, 'state/log.json'), 'utf8')).toBe(before)
        }
        const [list] = readStatus(one.config, new Date()).lists
        expect(list).toMatchObject({ serial: 1, lastError: { code: 'log/split' } })
        const [name, ...more] = readdirSync(join(one.folder, 'state/evidence'))
        expect(more).toEqual([])
        expect(list?.lastError?.message).toContain(name)
        for (const [path, bytes] of honest) files.set(path, bytes)
        await one.pull(realDisk)
        expect(readStatus(one.config, new Date()).lists[0]).toMatchObject({ serial: 2 })
        for (const [path, bytes] of forked) files.set(path, bytes)
        rmSync(one.folder, { recursive: true, force: true })
      }
    },
    120_000,
  )
})
