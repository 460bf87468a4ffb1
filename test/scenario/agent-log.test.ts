import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { MAX_EVIDENCE } from '../../src/agent/evidence.ts'
import { readStatus, type AgentStatus } from '../../src/agent/status.ts'
import type { FaultCode } from '../../src/core/fault.ts'
import { openAgentHost, type AgentHost, type HostOptions } from '../support/agent-host.ts'
import { entryLine, sortLines } from '../support/lines.ts'
import { stateOf } from '../support/mock-authority.ts'
import type { MockLog } from '../support/mock-log.ts'

/**
 * An agent and a log that misbehaves: whatever it was, the last good list stays, the alarm names both checkpoints and their evidence, and when
 * the log is honest again the agent goes on by itself.
 */

const lines = (from: number, to: number): string[] =>
  sortLines(Array.from({ length: to - from }, (_, i) => entryLine(from + i)))
const FIRST = lines(0, 40)
const SECOND = lines(2, 42)

interface LogHost extends AgentHost {
  readonly log: MockLog
}

async function openLogHost(options: Partial<HostOptions> = {}): Promise<LogHost> {
  const host = await openAgentHost({
    lists: ['phishing', 'other'],
    log: { witnesses: 3, quorum: 2 },
    ...options,
  })
  const { log } = host.authority
  if (log === null) throw new Error('no log')
  return Object.assign(host, { log })
}

/** A host whose agent has serial 1 of both lists in place. */
async function hostWithSerialOne(options: Partial<HostOptions> = {}): Promise<LogHost> {
  const host = await openLogHost(options)
  host.authority.publish('phishing', FIRST)
  host.authority.publish('other', lines(100, 110))
  await host.pull()
  expect(host.status()).toMatchObject({ serial: 1, lastError: null })
  host.told.length = 0
  host.source.asked.length = 0
  return host
}

function statusOf(host: AgentHost): AgentStatus {
  return readStatus(host.config, new Date())
}

function evidenceOf(host: AgentHost): string[] {
  const folder = join(host.folder, 'state/evidence')
  return existsSync(folder) ? readdirSync(folder).sort() : []
}

function isOfLog(path: string): boolean {
  return path.startsWith('log/')
}

interface Distrusted {
  readonly message: string
  /** The note that was kept before. */
  readonly kept: string
}

/** A pull that says `code` and leaves everything as it was. */
async function expectDistrust(host: LogHost, code: FaultCode): Promise<Distrusted> {
  const kept = keptNote(host)
  const zone = host.read('phishing.rpz')
  const remembered = host.read('state/log.json')
  await host.pull()
  const { lastError } = host.status()
  expect(lastError).toMatchObject({ code })
  expect(host.status()).toMatchObject({ serial: 1, state: stateOf(FIRST) })
  expect(host.read('phishing.rpz')).toBe(zone)
  expect(keptNote(host)).toBe(kept)
  expect(host.read('state/log.json')).toBe(remembered)
  return { message: lastError?.message ?? '', kept }
}

function keptNote(host: AgentHost): string {
  const { checkpoints } = JSON.parse(host.read('state/log.json')) as {
    checkpoints: { note: string }[]
  }
  return checkpoints.at(-1)?.note ?? ''
}

/** The one file of evidence has both notes, byte for byte, and the alarm names it with their sizes and roots. */
function expectEvidence(host: AgentHost, { message, kept }: Distrusted, got: string | null): void {
  const [name, ...more] = evidenceOf(host)
  expect(more).toEqual([])
  const path = join(host.folder, 'state/evidence', name ?? '')
  expect(message).toContain(path)
  const whole = (whose: string, note: string): string =>
    `${whose}: ${Buffer.byteLength(note)} bytes\n${note}`
  expect(readFileSync(path, 'utf8')).toBe(whole('kept', kept) + whole('got', got ?? ''))
  for (const note of [kept, got]) {
    if (note === null) continue
    const [, size, root] = note.split('\n')
    expect(message).toContain(`size ${size}, root ${root}`)
  }
  const sizes = [kept, got].map((note) => note?.split('\n')[1] ?? 'none').join('-')
  expect(name).toMatch(new RegExp(`^\\d{8}T\\d{6}Z-${sizes}\\.txt$`))
}

async function expectRecovery(host: LogHost): Promise<void> {
  await host.pull()
  expect(host.status()).toMatchObject({ serial: 2, state: stateOf(SECOND), lastError: null })
  expect(statusOf(host).log?.size).toBe(host.log.leaves.length)
}

/** Honest again: all leaves, and proofs for what is published now. */
function mend(host: LogHost): void {
  host.log.mend()
  host.log.publish(host.authority.files)
}

const checkpointOf = (host: LogHost): string => String(host.authority.files.get('log/checkpoint'))

describe('an honest log', () => {
  test('is checked before anything is applied, and told of in the status', async () => {
    const host = await openLogHost()
    host.authority.publish('phishing', FIRST)
    host.authority.publish('other', lines(100, 110))
    await host.pull()
    const asked = host.source.asked
    const last = (pattern: RegExp): number => asked.findLastIndex((path) => pattern.test(path))
    const first = (pattern: RegExp): number => asked.findIndex((path) => pattern.test(path))
    for (const role of ['root/1', 'targets/1', 'snapshot/3']) {
      const proof = first(new RegExp(`^log/proof/${role}\\.tlog-proof$`))
      expect(proof).toBeGreaterThan(first(/^log\/checkpoint$/))
      expect(proof).toBeLessThan(first(/list-phishing\.json$/))
    }
    expect(last(/^log\/proof\/list-phishing\/1/)).toBeLessThan(first(/targets\/lists\/phishing/))
    const size = host.log.leaves.length
    expect(statusOf(host).log).toEqual({
      origin: 'log.cert.example',
      size,
      root: checkpointOf(host).split('\n')[2],
      witnesses: ['w0', 'w1', 'w2'],
      checkedAt: expect.any(String) as string,
    })
  })

  test('is not asked by a pull without news, nor for a new timestamp alone', async () => {
    const host = await hostWithSerialOne()
    await host.pull()
    host.authority.stamp()
    await host.pull()
    const asked = ['tuf/metadata/2.root.json', 'tuf/metadata/timestamp.json']
    expect(host.source.asked).toEqual([...asked, ...asked])
    const { signed } = JSON.parse(host.read('state/metadata/timestamp.json')) as {
      signed: { version: number }
    }
    expect(signed.version).toBe(4)
  })

  test('is asked for what is new alone', async () => {
    const host = await hostWithSerialOne()
    host.authority.publish('phishing', SECOND)
    await host.pull()
    const size = host.log.leaves.length
    expect(host.source.asked.filter(isOfLog)).toEqual([
      'log/checkpoint',
      `log/tile/0/000.p/${size}`,
      'log/proof/snapshot/4.tlog-proof',
      'log/proof/list-phishing/2.tlog-proof',
    ])
    expect(host.status()).toMatchObject({ serial: 2, lastError: null })
  })

  test.each([1, 300, 70_000])('is followed when it has grown by %i leaves', async (count) => {
    const host = await hostWithSerialOne()
    host.log.fill(count)
    host.authority.publish('phishing', SECOND)
    await host.pull()
    expect(host.status()).toMatchObject({ serial: 2, lastError: null })
    expect(host.source.asked.filter((path) => path.startsWith('log/tile')).length).toBeLessThan(7)
  })

  test('may have deleted partial tiles once the full one is there', async () => {
    const host = await hostWithSerialOne()
    host.log.fill(250 - host.log.leaves.length)
    host.authority.publish('phishing', SECOND)
    // The checkpoint is read, and then the log grows and takes its partial tile away.
    const note = host.authority.files.get('log/checkpoint')
    host.log.fill(10)
    host.log.publish(host.authority.files)
    if (note) host.authority.files.set('log/checkpoint', note)
    for (const path of host.authority.files.keys()) {
      if (path.startsWith('log/tile/0/000.p/')) host.authority.files.delete(path)
    }
    await host.pull()
    expect(host.status()).toMatchObject({ serial: 2, lastError: null })
    expect(host.source.asked).toContain('log/tile/0/000')
  })

  test('has a new root too', async () => {
    const host = await hostWithSerialOne()
    host.authority.rotateRoot()
    host.authority.publish('phishing', SECOND)
    await host.pull()
    expect(host.status()).toMatchObject({ serial: 2, lastError: null })
    expect(host.source.asked).toContain('log/proof/root/2.tlog-proof')
  })

  test('need not have the root that was trusted before it', async () => {
    const host = await openLogHost()
    host.authority.publish('phishing', FIRST)
    host.authority.files.delete('log/proof/root/1.tlog-proof')
    await host.pull()
    expect(host.status()).toMatchObject({ serial: 1, lastError: null })
    host.source.asked.length = 0
    host.authority.publish('phishing', SECOND)
    await host.pull()
    expect(host.status()).toMatchObject({ serial: 2, lastError: null })
    expect(host.source.asked).not.toContain('log/proof/root/1.tlog-proof')
  })

  test('may have published a proof after its checkpoint was read', async () => {
    const host = await hostWithSerialOne()
    const note = host.authority.files.get('log/checkpoint')
    host.authority.publish('phishing', SECOND)
    const newest = checkpointOf(host)
    if (note) host.authority.files.set('log/checkpoint', note)
    await host.pull()
    expect(host.status()).toMatchObject({ serial: 2, lastError: null })
    expect(keptNote(host)).toBe(newest)
  })

  test('is followed with fewer witnesses than there are, as long as they are a quorum', async () => {
    const host = await hostWithSerialOne()
    host.log.cosigners = 2
    host.authority.publish('phishing', SECOND)
    await host.pull()
    expect(host.status()).toMatchObject({ serial: 2, lastError: null })
    expect(statusOf(host).log?.witnesses).toEqual(['w0', 'w1'])
  })

  test('is told of in the metrics', async () => {
    const host = await hostWithSerialOne({
      configure: (config) => {
        config['metricsFile'] = 'agent.prom'
      },
    })
    const text = host.read('agent.prom')
    expect(text).toContain(`bailiwick_agent_log_size ${host.log.leaves.length}\n`)
    expect(text).toContain('bailiwick_agent_log_witnesses 3\n')
    expect(text).toMatch(/^bailiwick_agent_log_checked_timestamp_seconds \d+(\.\d+)?$/m)
  })
})

test('an authority that has no log is followed as ever', async () => {
  const host = await openAgentHost({ lists: ['phishing'] })
  host.authority.publish('phishing', FIRST)
  await host.pull()
  expect(statusOf(host)).toMatchObject({ log: null, lists: [{ serial: 1, lastError: null }] })
  expect(existsSync(join(host.folder, 'state/log.json'))).toBe(false)
  expect(host.source.asked.filter(isOfLog)).toEqual([])
})

describe('a log that misbehaves is told, with evidence', () => {
  test('another tree of the same size', async () => {
    const host = await hostWithSerialOne()
    host.log.forget(2)
    host.authority.publish('phishing', SECOND)
    const told = await expectDistrust(host, 'log/split')
    expectEvidence(host, told, checkpointOf(host))
    mend(host)
    await expectRecovery(host)
  })

  test.each([1, 290])('a larger tree that has forgotten a leaf, %i leaves on', async (more) => {
    const host = await hostWithSerialOne()
    host.log.forget(1)
    host.log.fill(more)
    host.authority.publish('phishing', SECOND)
    const told = await expectDistrust(host, 'log/split')
    expect(told.message).toContain('with other leaves')
    expectEvidence(host, told, checkpointOf(host))
    mend(host)
    await expectRecovery(host)
  })

  test('a smaller tree', async () => {
    const host = await hostWithSerialOne()
    host.log.forget(3)
    host.authority.publish('phishing', SECOND)
    const told = await expectDistrust(host, 'log/rewound')
    expectEvidence(host, told, checkpointOf(host))
    mend(host)
    await expectRecovery(host)
  })

  test('a proof of another tree than the newest checkpoint', async () => {
    const host = await hostWithSerialOne()
    const honest = host.log.leaves.length
    host.log.forget(1)
    host.authority.publish('phishing', SECOND)
    const forked = host.authority.files.get('log/proof/snapshot/4.tlog-proof') ?? Buffer.alloc(0)
    const note = forked.toString().split('\n\n').slice(1).join('\n\n')
    expect(note.split('\n')[1]).toBe(String(honest + 1))
    mend(host)
    const mended = host.authority.files.get('log/proof/snapshot/4.tlog-proof')
    host.authority.files.set('log/proof/snapshot/4.tlog-proof', forked)
    await host.pull()
    const { lastError } = host.status()
    expect(lastError).toMatchObject({ code: 'log/split' })
    expect(lastError?.message).toContain(`size ${honest + 1}, root ${note.split('\n')[2]}`)
    const [name = ''] = evidenceOf(host)
    expect(host.read(`state/evidence/${name}`)).toContain(note)
    expect(host.status()).toMatchObject({ serial: 1 })
    if (mended) host.authority.files.set('log/proof/snapshot/4.tlog-proof', mended)
    await expectRecovery(host)
  })

  test.each([
    ['root', 'root/2'],
    ['targets', 'targets/2'],
    ['snapshot', 'snapshot/5'],
    ['list', 'list-phishing/2'],
  ])('no proof: %s', async (_, role) => {
    const host = await hostWithSerialOne()
    host.authority.rotateRoot()
    host.authority.publish('phishing', SECOND)
    const path = `log/proof/${role}.tlog-proof`
    const proof = host.authority.files.get(path)
    expect(proof).toBeDefined()
    host.authority.files.delete(path)
    // A list's own fault comes behind the source's, whose checkpoint is kept by then.
    const before = keptNote(host)
    await host.pull()
    const { lastError } = host.status()
    expect(lastError).toMatchObject({ code: 'log/unproven' })
    expect(lastError?.message).toContain(JSON.stringify(role.split('/')[0]))
    expectEvidence(host, { message: lastError?.message ?? '', kept: before }, checkpointOf(host))
    expect(host.status()).toMatchObject({ serial: 1, state: stateOf(FIRST) })
    // Nothing that isn't proven is kept, and another list goes on.
    const name = `state/metadata/${role.split('/')[0] ?? ''}.json`
    const { signed } = JSON.parse(host.read(name)) as { signed: { version: number } }
    expect(String(signed.version)).not.toBe(role.split('/')[1])
    if (proof) host.authority.files.set(path, proof)
    await expectRecovery(host)
  })

  test.each<[string, (proof: Buffer, other: Buffer) => Buffer]>([
    ['of other bytes', (_, other) => other],
    ['of nothing', () => Buffer.from('{}')],
    ['of another place', (proof) => Buffer.from(proof.toString().replace(/index \d+/, 'index 0'))],
    ['cut short', (proof) => proof.subarray(0, 60)],
  ])('a proof %s', async (_, spoil) => {
    const host = await hostWithSerialOne()
    host.authority.publish('phishing', SECOND)
    const { files } = host.authority
    const path = 'log/proof/snapshot/4.tlog-proof'
    const proof = files.get(path) ?? Buffer.alloc(0)
    const other = files.get('log/proof/snapshot/3.tlog-proof') ?? Buffer.alloc(0)
    files.set(path, spoil(proof, other))
    const told = await expectDistrust(host, 'log/unproven')
    expectEvidence(host, told, checkpointOf(host))
    files.set(path, proof)
    await expectRecovery(host)
  })

  test('a first root with a proof of other bytes', async () => {
    const host = await openLogHost()
    host.authority.publish('phishing', FIRST)
    const { files } = host.authority
    files.set(
      'log/proof/root/1.tlog-proof',
      files.get('log/proof/targets/1.tlog-proof') ?? Buffer.alloc(0),
    )
    await host.pull()
    expect(host.status()).toMatchObject({ serial: null, lastError: { code: 'log/unproven' } })
    expect(existsSync(join(host.folder, 'state/metadata/root.json'))).toBe(false)
    expect(existsSync(join(host.folder, 'state/log.json'))).toBe(false)
    expect(evidenceOf(host)[0]).toMatch(/Z-none-\d+\.txt$/)
  })

  test('fewer witnesses than the quorum', async () => {
    const host = await hostWithSerialOne()
    host.log.cosigners = 1
    host.authority.publish('phishing', SECOND)
    const told = await expectDistrust(host, 'log/quorum')
    expect(told.message).toMatch(/needs 2 of w0, w1, w2; got w0/)
    expectEvidence(host, told, checkpointOf(host))
    host.log.cosigners = 2
    mend(host)
    await expectRecovery(host)
  })

  test('a checkpoint that the log has not signed', async () => {
    const host = await hostWithSerialOne()
    host.log.isSigning = false
    host.authority.publish('phishing', SECOND)
    await expectDistrust(host, 'log/signature')
    host.log.isSigning = true
    mend(host)
    await expectRecovery(host)
  })

  test('no checkpoint any more', async () => {
    const host = await hostWithSerialOne()
    host.authority.publish('phishing', SECOND)
    const note = host.authority.files.get('log/checkpoint')
    host.authority.files.delete('log/checkpoint')
    const told = await expectDistrust(host, 'log/absent')
    expectEvidence(host, told, null)
    if (note) host.authority.files.set('log/checkpoint', note)
    await expectRecovery(host)
  })

  test('no policy any more', async () => {
    const host = await hostWithSerialOne()
    host.authority.publish('phishing', SECOND)
    host.authority.resign({
      change: {
        targets: (signed) => {
          signed['targets'] = {}
        },
      },
    })
    const told = await expectDistrust(host, 'log/absent')
    expectEvidence(host, told, null)
    host.authority.resign()
    await expectRecovery(host)
  })

  test.each<[string, (tile: Buffer) => Buffer | null]>([
    ['that are not there', () => null],
    ['of garbage', (tile) => Buffer.alloc(tile.length, 7)],
    [
      'with one flipped bit',
      (tile) => Buffer.concat([Buffer.of((tile[0] ?? 0) ^ 1), tile.subarray(1)]),
    ],
    ['that are cut', (tile) => tile.subarray(0, -1)],
    ['without end', () => Buffer.alloc(100_000)],
  ])('tiles %s', async (_, spoil) => {
    const host = await hostWithSerialOne()
    host.authority.publish('phishing', SECOND)
    const good = host.authority.save()
    for (const [path, bytes] of good) {
      if (!path.startsWith('log/tile/')) continue
      const bad = spoil(bytes)
      if (bad === null) host.authority.files.delete(path)
      else host.authority.files.set(path, bad)
    }
    const told = await expectDistrust(host, 'log/unproven')
    expectEvidence(host, told, checkpointOf(host))
    for (const [path, bytes] of good) host.authority.files.set(path, bytes)
    await expectRecovery(host)
  })

  test.each<[string, string, FaultCode]>([
    ['a checkpoint', 'log/checkpoint', 'fetch/too-large'],
    ['a proof', 'log/proof/snapshot/4.tlog-proof', 'fetch/too-large'],
  ])('%s without end', async (_, path, code) => {
    const host = await hostWithSerialOne()
    host.authority.publish('phishing', SECOND)
    const good = host.authority.files.get(path)
    host.authority.files.set(path, Buffer.alloc(1_000_001, 'x'))
    await expectDistrust(host, code)
    if (good) host.authority.files.set(path, good)
    await expectRecovery(host)
  })

  test('one list without proof does not stop another', async () => {
    const host = await hostWithSerialOne()
    host.authority.publish('phishing', SECOND)
    host.authority.publish('other', lines(100, 112))
    host.authority.files.delete('log/proof/list-phishing/2.tlog-proof')
    await host.pull()
    expect(host.status('phishing')).toMatchObject({
      serial: 1,
      lastError: { code: 'log/unproven' },
    })
    expect(host.status('other')).toMatchObject({ serial: 2, lastError: null })
  })

  test('what the alarm says goes to the operator, once', async () => {
    const host = await hostWithSerialOne({
      configure: (config) => {
        config['onFailure'] = ['alarm', '{list}', '{code}', '{message}']
      },
    })
    host.ran.length = 0
    host.log.forget(2)
    host.authority.publish('phishing', SECOND)
    const { message } = await expectDistrust(host, 'log/split')
    await host.pull()
    expect(host.ran.filter(([, list]) => list === 'phishing')).toEqual([
      ['alarm', 'phishing', 'log/split', message],
    ])
    expect(evidenceOf(host)).toHaveLength(1)
  })
})

describe('the evidence', () => {
  test(`is ${MAX_EVIDENCE} files at most, the oldest give way`, async () => {
    const host = await hostWithSerialOne()
    const folder = join(host.folder, 'state/evidence')
    host.authority.publish('phishing', SECOND)
    host.authority.files.delete('log/proof/snapshot/4.tlog-proof')
    await host.pull()
    for (let i = 0; i < MAX_EVIDENCE; i++) {
      writeFileSync(join(folder, `20200101T0000${String(i % 60).padStart(2, '0')}Z-${i}-1.txt`), '')
    }
    writeFileSync(join(folder, '20200101T000000Z-5-5.txt.new'), '')
    writeFileSync(join(folder, 'notes.md'), '')
    expect(evidenceOf(host)).toHaveLength(MAX_EVIDENCE + 3)
    host.log.fill(1)
    host.log.publish(host.authority.files)
    await host.pull()
    const names = evidenceOf(host)
    expect(names.filter((name) => name.endsWith('.txt'))).toHaveLength(MAX_EVIDENCE)
    expect(names).toContain('notes.md')
    expect(names).not.toContain('20200101T000000Z-5-5.txt.new')
    expect(names.filter((name) => !name.startsWith('2020'))).toHaveLength(3)
  })
})

describe('the policy', () => {
  test('of the configuration is taken instead of the one of the source', async () => {
    const host = await openLogHost({
      configure: (config, folder) => {
        config['logPolicy'] = 'policy.txt'
        writeFileSync(join(folder, 'policy.txt'), 'quorum none\n')
      },
    })
    host.authority.publish('phishing', FIRST)
    await host.pull()
    expect(host.status()).toMatchObject({ serial: null, lastError: { code: 'log/signature' } })
    writeFileSync(join(host.folder, 'policy.txt'), host.log.policy)
    await host.pull()
    expect(host.status()).toMatchObject({ serial: 1, lastError: null })
    expect(host.source.asked.filter((path) => path.endsWith('policy.txt'))).toEqual([])
  })

  test('of the configuration holds also for what another policy has let through', async () => {
    const host = await hostWithSerialOne()
    const policy = join(host.folder, 'policy.txt')
    writeFileSync(policy, String(host.log.policy).replace(' 2 w0', ' 3 w0'))
    const pinned = { ...host.config, logPolicy: policy }
    host.log.cosigners = 2
    mend(host)
    await host.pull()
    expect(host.status()).toMatchObject({ lastError: null })
    await host.pullAs(pinned)
    expect(host.status()).toMatchObject({ serial: 1, lastError: { code: 'log/quorum' } })
    host.log.cosigners = 3
    mend(host)
    await host.pullAs(pinned)
    expect(host.status()).toMatchObject({ serial: 1, lastError: null })
  })

  test('of the configuration that cannot be read stops everything', async () => {
    const host = await openLogHost({
      configure: (config) => {
        config['logPolicy'] = 'policy.txt'
      },
    })
    host.authority.publish('phishing', FIRST)
    await expect(host.pull()).rejects.toThrow(expect.objectContaining({ code: 'agent/config' }))
    writeFileSync(join(host.folder, 'policy.txt'), 'quorum')
    await expect(host.pull()).rejects.toThrow(expect.objectContaining({ code: 'agent/config' }))
  })

  test('changes in a way that the one before has seen', async () => {
    const host = await hostWithSerialOne()
    host.authority.renewPolicy({ quorum: 3 })
    host.authority.publish('phishing', SECOND)
    await host.pull()
    expect(host.status()).toMatchObject({ serial: 2, lastError: null })
    host.log.cosigners = 2
    host.authority.publish('phishing', FIRST)
    await host.pull()
    expect(host.status()).toMatchObject({ serial: 2, lastError: { code: 'log/quorum' } })
    expect(host.status().lastError?.message).toMatch(/needs 3 of/)
  })

  test('does not change by the word of the keys alone', async () => {
    const host = await hostWithSerialOne()
    host.log.cosigners = 0
    host.authority.renewPolicy({ quorum: 0 })
    host.authority.publish('phishing', SECOND)
    const told = await expectDistrust(host, 'log/quorum')
    expect(told.message).toContain('the source names another policy now')
  })

  test('is asked for again where the first pull has failed', async () => {
    const host = await openLogHost()
    host.authority.publish('phishing', FIRST)
    host.log.cosigners = 1
    mend(host)
    await host.pull()
    expect(host.status()).toMatchObject({ serial: null, lastError: { code: 'log/quorum' } })
    expect(existsSync(join(host.folder, 'state/log.json'))).toBe(false)
    host.log.cosigners = 3
    mend(host)
    await host.pull()
    expect(host.status()).toMatchObject({ serial: 1, lastError: null })
  })

  test('that was seen is expected for ever: its memory is not to be spoilt', async () => {
    const host = await hostWithSerialOne()
    writeFileSync(join(host.folder, 'state/log.json'), '{"format":"bailiwick-agent-log/1"')
    expect(statusOf(host).log).toBe(null)
    await host.pull()
    expect(host.status()).toMatchObject({ serial: 1, lastError: { code: 'agent/damaged' } })
  })
})
