import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openAgentHost } from '../support/agent-host.ts'
import { openCopyHost } from '../support/copy-host.ts'
import type { MockAuthority } from '../support/mock-authority.ts'

const line = (name: string): string => `${name}.example\tdomain\tnxdomain\t-\t-`
const LINES = ['a', 'b', 'c'].map(line)
const MORE = ['a', 'c', 'd'].map(line)
const PLACE = '0123456789abcdef0123456789abcdef'

describe('a copy', () => {
  it('has the very files of the source, and gives the newest serials', async () => {
    const host = await openCopyHost({ lists: ['one', 'two'] })
    host.authority.publish('one', LINES)
    host.authority.publish('two', MORE)
    const { pull, copying } = await host.start()
    const { copy } = await pull()
    expect(copy.lists.map(({ id, serials }) => [id, serials.at(-1)?.serial])).toEqual([
      ['one', 1],
      ['two', 1],
    ])
    for (const [path, bytes] of host.tree()) {
      expect(bytes, path).toBe(host.authority.files.get(path)?.toString('base64'))
    }
    expect(host.flaws()).toEqual([])
    expect(copying.tree.folder.read('tuf/metadata/1.root.json')).toEqual(host.authority.root)
    const lines = readFileSync(join(host.state, 'lists/one/1.lines'), 'utf8')
    expect(lines).toBe(LINES.map((one) => `${one}\n`).join(''))
  })

  it('takes what is new by deltas, keeps the lines before, and asks for two files when nothing is', async () => {
    const many = Array.from({ length: 500 }, (_, i) => line(`n${String(i).padStart(3, '0')}`))
    const host = await openCopyHost({ lists: ['one'] })
    host.authority.publish('one', many)
    const { pull, copying } = await host.start()
    await pull()
    host.authority.publish('one', many.slice(1))
    host.source.asked.length = 0
    const { copy } = await copying.pull()
    // The lines are there before the snapshot, which nobody here needs, is downloaded.
    const before = host.source.asked.filter((path) => path.endsWith('.txt.gz'))
    expect(before).toEqual([expect.stringContaining('delta-1-2')])
    expect(copy.lists[0]?.serials.map(({ serial }) => serial)).toEqual([1, 2])
    await copying.expose()
    const after = host.source.asked.filter((path) => path.endsWith('.txt.gz'))
    expect(after).toEqual([...before, expect.stringContaining('snapshot')])
    expect(readdirSync(join(host.state, 'lists/one')).sort()).toEqual([
      ...['1.lines', '2.lines', 'copy.json', 'state.json'],
    ])
    host.source.asked.length = 0
    expect((await pull()).isNew).toBe(false)
    expect(host.source.asked).toEqual(['tuf/metadata/2.root.json', 'tuf/metadata/timestamp.json'])
  })

  it('is a source for agents', async () => {
    const host = await openCopyHost({ lists: ['one'] })
    host.authority.publish('one', LINES)
    host.authority.rotateRoot()
    host.authority.publish('one', MORE)
    const first = await host.start()
    await first.pull()
    const copied = new Map(
      [...host.tree()].map(([path, text]) => [path, Buffer.from(text, 'base64')]),
    )
    // The agent has the first root, from before the rotation.
    const agent = await openAgentHost({ lists: ['one'] })
    agent.authority.files.clear()
    for (const [path, bytes] of copied) agent.authority.files.set(path, bytes)
    writeFileSync(join(agent.folder, 'root.json'), host.authority.root)
    const { lists, sourceFault } = await agent.pull()
    expect(sourceFault).toBeNull()
    expect(lists[0]?.state.applied).toMatchObject({ serial: 2, entries: 3 })
  })

  it('walks through every root, and has them all', async () => {
    const host = await openCopyHost({ lists: ['one'] })
    host.authority.publish('one', LINES)
    const { pull } = await host.start()
    await pull()
    for (let i = 0; i < 3; i++) host.authority.rotateRoot()
    await pull()
    const roots = [...host.tree().keys()].filter((path) => path.endsWith('.root.json'))
    expect(roots).toEqual([1, 2, 3, 4].map((n) => `tuf/metadata/${n}.root.json`))
    // A root that the disk has lost comes back, and only as a link of the chain.
    rmSync(join(host.state, 'published/tuf/metadata/2.root.json'))
    host.authority.files.set(
      'tuf/metadata/2.root.json',
      host.authority.files.get('tuf/metadata/3.root.json') ?? Buffer.alloc(0),
    )
    host.authority.publish('one', MORE)
    const again = await host.start()
    await expect(again.pull()).rejects.toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^trust\//) as string }),
    )
  })

  it('leaves out what it may not see, and what it is not to have', async () => {
    const host = await openCopyHost({
      lists: ['one', 'two', 'secret'],
      places: { secret: PLACE },
    })
    for (const id of ['one', 'two', 'secret']) host.authority.publish(id, LINES)
    host.source.intercept = (path, response, request) => {
      if (!path.includes(PLACE) || request.headers.authorization === 'Bearer entitled') return false
      response.writeHead(404).end()
      return true
    }
    const { pull } = await host.start({ lists: ['one', 'secret'] })
    const { copy } = await pull()
    expect(copy.lists.map(({ id }) => id)).toEqual(['one'])
    expect([...host.tree().keys()].join()).not.toContain(PLACE)
    const tokenFile = join(host.state, '../token')
    writeFileSync(tokenFile, 'entitled\n')
    const entitled = await host.start({ lists: ['one', 'secret'], tokenFile })
    const seen = await entitled.pull()
    expect(seen.copy.lists.map(({ id, place }) => [id, place])).toEqual([
      ['one', 'one'],
      ['secret', PLACE],
    ])
    // Its entitlement ends: what it had stays, and it is told.
    host.authority.publish('secret', MORE)
    host.authority.publish('one', MORE)
    writeFileSync(tokenFile, 'revoked\n')
    const after = await entitled.pull()
    const secret = after.copy.lists.find(({ id }) => id === 'secret')
    expect(secret).toMatchObject({ fault: { code: 'fetch/not-found' } })
    expect(secret?.serials.at(-1)?.serial).toBe(1)
    expect(after.copy.lists.find(({ id }) => id === 'one')?.serials.at(-1)?.serial).toBe(2)
  })

  it('does not let one list speak under the name of another', async () => {
    const host = await openCopyHost({ lists: ['one', 'thief'], places: { thief: PLACE } })
    host.authority.publish('one', LINES)
    host.authority.publish('thief', MORE, {
      raw: (file, bytes) =>
        file === 'list.json' ? Buffer.from(bytes.toString().replaceAll('"thief"', '"one"')) : bytes,
    })
    const { pull, told } = await host.start()
    const { copy } = await pull()
    expect(copy.lists.map(({ place }) => place)).toEqual(['one'])
    expect(told.map(({ code }) => code)).toContain('trust/mismatch')
  })

  it('holds a list back that is past a limit of the edge, and shows the tree all the same', async () => {
    const host = await openCopyHost({ lists: ['one', 'two'] })
    host.authority.publish('one', LINES)
    host.authority.publish('two', LINES)
    const limits = { minEntries: 0, maxEntries: 3 }
    const { pull } = await host.start({ limits })
    await pull()
    host.authority.publish('one', [...LINES, line('d')])
    host.authority.publish('two', MORE)
    const { copy } = await pull()
    const serialOf = (id: string): number | undefined =>
      copy.lists.find((list) => list.id === id)?.serials.at(-1)?.serial
    expect([serialOf('one'), serialOf('two')]).toEqual([1, 2])
    expect(copy.lists[0]?.fault?.code).toBe('edge/limit')
    expect(host.flaws()).toEqual([])
    expect(host.tree().get('tuf/metadata/timestamp.json')).toBe(
      host.authority.files.get('tuf/metadata/timestamp.json')?.toString('base64'),
    )
  })
})

describe('after a start', () => {
  it('everything is there without the source, however old', async () => {
    const host = await openCopyHost({ lists: ['one'], lifeMs: 1500 })
    host.authority.publish('one', LINES)
    await (await host.start()).pull()
    await host.source.close()
    const later = (): Date => new Date(Date.now() + 90 * 86_400_000)
    const { copy, pull } = await host.start({}, later)
    expect(copy.lists[0]?.serials.at(-1)).toMatchObject({ serial: 1, entries: 3 })
    expect(copy.freshUntil).not.toBeNull()
    const before = host.tree()
    await expect(pull()).rejects.toThrow(expect.objectContaining({ code: 'fetch/unreachable' }))
    expect(host.tree()).toEqual(before)
  })

  it.each([
    ['a target', (path: string) => path.includes('snapshot.txt.gz')],
    ['the timestamp', (path: string) => path.endsWith('timestamp.json')],
    ['the metadata of a list', (path: string) => path.endsWith('list-one.json')],
  ])('%s that the disk has spoilt is taken again', async (_, isSpoilt) => {
    const host = await openCopyHost({ lists: ['one'] })
    host.authority.publish('one', LINES)
    await (await host.start()).pull()
    const path = [...host.tree().keys()].find(isSpoilt) ?? ''
    const file = join(host.state, 'published', path)
    const bytes = readFileSync(file)
    bytes[20] = (bytes[20] ?? 0) ^ 1
    writeFileSync(file, bytes)
    const { pull, copy } = await host.start()
    expect(copy.freshUntil).toBeNull()
    expect(copy.lists).toHaveLength(1)
    await pull()
    expect(host.flaws()).toEqual([])
    expect(readFileSync(file)).toEqual(host.authority.files.get(path))
  })

  it('lines that the disk has spoilt are not served, and made again', async () => {
    const host = await openCopyHost({ lists: ['one'] })
    host.authority.publish('one', LINES)
    await (await host.start()).pull()
    const file = join(host.state, 'lists/one/1.lines')
    writeFileSync(file, readFileSync(file, 'utf8').replace('a.example', 'x.example'))
    const { copy, pull, told } = await host.start()
    expect(copy.lists).toEqual([])
    expect(told[0]?.message).toBe('the kept lines were damaged')
    expect((await pull()).copy.lists[0]?.serials.at(-1)?.serial).toBe(1)
    expect(readFileSync(file, 'utf8')).toContain('a.example')
  })

  it('what is old is taken away, but not what a reader may be using', async () => {
    const host = await openCopyHost({ lists: ['one'] })
    const { pull } = await host.start({}, () => new Date(Date.now() + 3_600_000))
    for (let serial = 1; serial <= 12; serial++) {
      host.authority.publish('one', [line(`n${serial}`)])
      await pull()
    }
    const versions = [...host.tree().keys()].filter((path) => path.endsWith('.list-one.json'))
    expect(versions).toHaveLength(8)
    const snapshots = [...host.tree().keys()].filter((path) => path.endsWith('snapshot.txt.gz'))
    expect(snapshots).toHaveLength(8)
    expect(host.flaws()).toEqual([])
    expect(existsSync(join(host.state, 'published/tuf/metadata/1.root.json'))).toBe(true)
  })
})

/** How a source lies: each is done to what an honest authority has published a moment ago. */
const LIES: readonly (readonly [string, (authority: MockAuthority) => void])[] = [
  [
    'a timestamp signed by nobody we know',
    (authority) => authority.resign({ signedBy: { timestamp: 'snapshot' } }),
  ],
  [
    'a list signed by another role',
    (authority) => authority.publish('one', MORE, { signedBy: { 'list-one': 'targets' } }),
  ],
  ['a version that goes back', (authority) => authority.resign({ version: { timestamp: 1 } })],
  [
    'metadata that has expired',
    (authority) => authority.resign({ expires: { timestamp: '2020-01-01T00:00:00Z' } }),
  ],
  ['a serial that goes back', (authority) => authority.publish('one', MORE, { serial: 1 })],
  [
    'a target with another byte',
    (authority) => {
      authority.publish('one', MORE)
      for (const [path, bytes] of authority.files) {
        if (!path.includes('delta') && !path.includes('.snapshot.txt.gz')) continue
        const spoilt = Buffer.from(bytes)
        spoilt[30] = (spoilt[30] ?? 0) ^ 1
        authority.files.set(path, spoilt)
      }
    },
  ],
  [
    'a target that is cut',
    (authority) => {
      authority.publish('one', MORE)
      for (const [path, bytes] of authority.files) {
        if (path.includes('.txt.gz')) authority.files.set(path, bytes.subarray(0, 20))
      }
    },
  ],
  [
    'a snapshot of signed nonsense',
    (authority) =>
      authority.publish('one', MORE, {
        noDeltas: true,
        raw: (file, bytes) =>
          file.startsWith('snapshot')
            ? Buffer.from(bytes.toString().replace('a.example', 'A.example'))
            : bytes,
      }),
  ],
]

describe('a source that lies', () => {
  it.each(LIES)('with %s changes nothing that is served', async (name, lie) => {
    const host = await openCopyHost({ lists: ['one'] })
    host.authority.publish('one', LINES)
    host.authority.publish('one', [...LINES, line('z')])
    const started = await host.start()
    await started.pull()
    const lines = readFileSync(join(host.state, 'lists/one/2.lines'))
    const timestamp = host.tree().get('tuf/metadata/timestamp.json')
    lie(host.authority)
    const outcome = await started.pull().then(
      ({ copy }) => copy.lists[0]?.fault?.code,
      (error: unknown) => (error as { code?: string }).code,
    )
    expect(outcome).toMatch(/^(trust|snapshot|fetch)\//)
    const { copy } = await host.start()
    expect(copy.lists[0]?.serials.at(-1)?.serial).toBe(2)
    expect(readFileSync(join(host.state, 'lists/one/2.lines'))).toEqual(lines)
    // What is distrusted is not there at all.
    expect(host.flaws().filter((path) => !path.endsWith('3.list-one.json'))).toEqual([])
    if (!name.includes('another role') && !name.includes('nonsense') && !name.includes('serial')) {
      expect(host.tree().get('tuf/metadata/timestamp.json')).toBe(timestamp)
    }
  })
})
