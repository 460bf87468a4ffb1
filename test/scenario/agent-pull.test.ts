import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openAgentHost } from '../support/agent-host.ts'
import { entryLine, sortLines } from '../support/lines.ts'
import { createMockAuthority, stateOf } from '../support/mock-authority.ts'

const lines = (from: number, to: number): string[] =>
  sortLines(Array.from({ length: to - from }, (_, i) => entryLine(from + i)))

describe('agent pull', () => {
  test('takes the snapshot first, then deltas, then nothing', async () => {
    const host = await openAgentHost({ lists: ['phishing'] })
    host.authority.publish('phishing', lines(0, 50))
    expect((await host.pull()).lists[0]).toMatchObject({ by: 'snapshot' })
    host.authority.publish('phishing', lines(5, 52))
    expect((await host.pull()).lists[0]).toMatchObject({ by: 'delta' })
    expect(host.status()).toMatchObject({
      serial: 2,
      entries: 47,
      state: stateOf(lines(5, 52)),
      lastError: null,
      isStale: false,
    })
    expect((await host.pull()).lists[0]).toMatchObject({ by: 'nothing', written: [] })
    expect(host.read('state/lists/phishing/2.lines')).toBe(lines(5, 52).join('\n') + '\n')
    expect(readdirSync(join(host.folder, 'state/lists/phishing')).sort()).toEqual([
      '2.lines',
      'state.json',
    ])
  })

  test.each([
    ['that is no JSON', () => '{'],
    ['without its fields', () => '{"format":"bailiwick-agent-list/1"}'],
    ['whose serial is none', (text: string) => text.replace('"serial": 1', '"serial": "1"')],
    [
      'whose outputs are none',
      (text: string) => text.replace(/"outputs": \{/, '"outputs": 7, "x": {'),
    ],
  ])('takes the list anew when its state is a file %s', async (_, spoil) => {
    const host = await openAgentHost({ lists: ['phishing'] })
    host.authority.publish('phishing', lines(0, 5))
    await host.pull()
    const path = 'state/lists/phishing/state.json'
    const spoiled = spoil(host.read(path))
    expect(spoiled).not.toBe(host.read(path))
    writeFileSync(join(host.folder, path), spoiled)
    expect((await host.pull()).lists[0]).toMatchObject({ by: 'snapshot', fault: null })
    expect(host.status()).toMatchObject({ serial: 1, lastError: null })
  })

  test('keeps the entries from other users of the host', async () => {
    const host = await openAgentHost({ lists: ['phishing'] })
    for (const serial of [1, 2]) {
      host.authority.publish('phishing', lines(serial, 50))
      expect((await host.pull()).lists[0]).toMatchObject({
        by: serial === 1 ? 'snapshot' : 'delta',
      })
      const kept = statSync(join(host.folder, `state/lists/phishing/${serial}.lines`))
      expect(kept.mode & 0o777).toBe(0o600)
    }
  })

  test('asks for two files only when nothing is new', async () => {
    const host = await openAgentHost({ lists: ['phishing'] })
    host.authority.publish('phishing', lines(0, 50))
    await host.pull()
    host.source.asked.length = 0
    await host.pull()
    expect(host.source.asked).toEqual(['tuf/metadata/2.root.json', 'tuf/metadata/timestamp.json'])
  })

  test('goes by two deltas where none leads there at once', async () => {
    const host = await openAgentHost({ lists: ['phishing'], directDeltas: 1 })
    host.authority.publish('phishing', lines(0, 500))
    await host.pull()
    host.authority.publish('phishing', lines(1, 501))
    host.authority.publish('phishing', lines(2, 502))
    host.source.asked.length = 0
    expect((await host.pull()).lists[0]).toMatchObject({ by: 'delta' })
    const deltas = host.source.asked.filter((path) => path.includes('.delta-'))
    expect(deltas.map((path) => path.replace(/.*\.delta/, 'delta'))).toEqual([
      'delta-1-2.txt.gz',
      'delta-2-3.txt.gz',
    ])
    expect(host.status().state).toBe(stateOf(lines(2, 502)))
  })

  test('writes the output, readable for the resolver, and reloads it once', async () => {
    const host = await openAgentHost({ lists: ['phishing'] })
    host.authority.publish('phishing', ['bad.example\tdomain\tnxdomain\t-\tR1'])
    await host.pull()
    const zone = host.read('phishing.rpz')
    expect(zone).toMatch(/^bad\.example CNAME \.$/m)
    expect(zone).toMatch(/^\*\.bad\.example CNAME \.$/m)
    expect(zone.endsWith('\n')).toBe(true)
    expect(statSync(join(host.folder, 'phishing.rpz')).mode & 0o777).toBe(0o644)
    await host.pull()
    expect(host.ran).toEqual([['reload', 'phishing']])
  })

  test('makes an output again when its file is missing or was altered', async () => {
    const host = await openAgentHost({ lists: ['phishing'] })
    host.authority.publish('phishing', lines(0, 5))
    await host.pull()
    const before = host.read('phishing.rpz')
    rmSync(join(host.folder, 'phishing.rpz'))
    await host.pull()
    expect(host.read('phishing.rpz')).toBe(before)
    writeFileSync(join(host.folder, 'phishing.rpz'), '')
    await host.pull()
    expect(host.read('phishing.rpz')).toBe(before)
    expect(host.ran).toHaveLength(3)
  })

  test('makes outputs again from kept lines while the source is down', async () => {
    const host = await openAgentHost({ lists: ['phishing'] })
    host.authority.publish('phishing', lines(0, 5))
    await host.pull()
    const before = host.read('phishing.rpz')
    rmSync(join(host.folder, 'phishing.rpz'))
    await host.source.close()
    await host.pull()
    expect(host.read('phishing.rpz')).toBe(before)
    expect(host.status()).toMatchObject({ serial: 1, lastError: { code: 'fetch/unreachable' } })
  })

  test('takes the snapshot when the kept lines were damaged, and never loads them', async () => {
    const host = await openAgentHost({ lists: ['phishing'] })
    host.authority.publish('phishing', lines(0, 50))
    await host.pull()
    const kept = join(host.folder, 'state/lists/phishing/1.lines')
    const before = host.read('phishing.rpz')
    const damaged = Buffer.from(host.read('state/lists/phishing/1.lines'))
    damaged[3] = damaged[3]! ^ 1
    writeFileSync(kept, damaged)
    rmSync(join(host.folder, 'phishing.rpz'))
    expect((await host.pull()).lists[0]).toMatchObject({ by: 'snapshot' })
    expect(host.read('phishing.rpz')).toBe(before)
  })

  test('keeps the old file when the check of the new one fails, and goes on with the others', async () => {
    const host = await openAgentHost({
      lists: ['phishing'],
      configure: (config) => {
        config['lists'] = [
          {
            id: 'phishing',
            outputs: [
              { format: 'rpz', path: 'a.rpz', check: ['check', 'zone', '{file}'] },
              { format: 'hosts', path: 'b.hosts' },
            ],
          },
        ]
      },
    })
    host.authority.publish('phishing', lines(0, 5))
    await host.pull()
    const before = host.read('a.rpz')
    host.authority.publish('phishing', lines(0, 6))
    const { Fault } = await import('../../src/core/fault.ts')
    const seen: string[] = []
    await host.pull({
      run: (command) => {
        seen.push(command.at(-1) ?? '')
        return Promise.reject(new Fault('agent/command', 'expected success, got exit code 1'))
      },
    })
    expect(seen).toEqual([join(host.folder, '.a.rpz.new')])
    expect(host.read('a.rpz')).toBe(before)
    expect(host.read('b.hosts')).toMatch(/Serial: 2/)
    expect(host.status()).toMatchObject({ serial: 2, lastError: { code: 'agent/command' } })
    expect(readdirSync(host.folder).filter((name) => name.startsWith('.'))).toEqual([])
    await host.pull()
    expect(host.read('a.rpz')).not.toBe(before)
    expect(host.status().lastError).toBeNull()
  })

  test('tries a failed reload again at the next pull', async () => {
    const host = await openAgentHost({ lists: ['phishing'] })
    const { Fault } = await import('../../src/core/fault.ts')
    host.authority.publish('phishing', lines(0, 5))
    await host.pull({
      run: () => Promise.reject(new Fault('agent/command', 'expected success, got exit code 1')),
    })
    expect(host.status()).toMatchObject({
      serial: 1,
      lastError: { code: 'agent/command' },
      outputs: [{ reloadPending: true }],
    })
    await host.pull()
    expect(host.ran).toEqual([['reload', 'phishing']])
    expect(host.status()).toMatchObject({ lastError: null, outputs: [{ reloadPending: false }] })
  })

  test('runs one reload for files of several lists', async () => {
    const host = await openAgentHost({
      lists: ['malware', 'phishing'],
      configure: (config) => {
        config['lists'] = ['malware', 'phishing'].map((id) => ({
          id,
          outputs: [
            { format: 'rpz', path: `${id}.rpz`, reload: ['rec_control', 'reload-lua-config'] },
          ],
        }))
      },
    })
    host.authority.publish('phishing', lines(0, 5))
    host.authority.publish('malware', lines(0, 5))
    await host.pull()
    expect(host.ran).toEqual([['rec_control', 'reload-lua-config']])
  })

  test('makes the outputs again when only the definition changed', async () => {
    const host = await openAgentHost({ lists: ['phishing'] })
    host.authority.publish('phishing', lines(0, 5))
    await host.pull()
    const list = host.authority.lists.get('phishing') as unknown as {
      definition: { zone: { origin: string } }
    }
    list.definition.zone.origin = 'other.rpz.example'
    host.authority.publish('phishing', lines(0, 5), { serial: 1 })
    expect((await host.pull()).lists[0]).toMatchObject({ by: 'nothing' })
    expect(host.read('phishing.rpz')).toContain('other.rpz.example')
  })

  test('finds a restricted list by asking with its token, which is sent to the source alone', async () => {
    const place = '0123456789abcdef0123456789abcdef'
    const host = await openAgentHost({
      lists: ['secret'],
      places: { secret: place },
      configure: (config, folder) => {
        writeFileSync(join(folder, 'token'), 'sesame\n')
        config['tokenFile'] = 'token'
      },
    })
    host.authority.publish('secret', lines(0, 5))
    host.authority.files.set(
      'v1/lists',
      Buffer.from(JSON.stringify({ lists: [{ id: 'secret', place }] })),
    )
    await host.pull()
    expect(host.status()).toMatchObject({ serial: 1, lastError: null })
    expect(host.source.lastHeaders()).toMatchObject({ authorization: 'Bearer sesame' })
    expect(statSync(join(host.folder, 'secret.rpz')).mode & 0o777).toBe(0o640)
    host.source.asked.length = 0
    await host.pull()
    expect(host.source.asked).not.toContain('v1/lists')
  })

  test('does not take another list that is offered in place of the restricted one', async () => {
    const place = '0123456789abcdef0123456789abcdef'
    const host = await openAgentHost({
      lists: ['secret', 'other'],
      places: { secret: 'f'.repeat(32), other: place },
    })
    host.authority.publish('secret', lines(0, 5))
    host.authority.publish('other', lines(0, 5))
    host.authority.files.set(
      'v1/lists',
      Buffer.from(JSON.stringify({ lists: [{ id: 'secret', place }] })),
    )
    await host.pull()
    expect(host.status('secret')).toMatchObject({
      serial: null,
      lastError: { code: 'trust/mismatch' },
    })
  })

  test('says which list may have been meant', async () => {
    const host = await openAgentHost({
      lists: ['phishing'],
      configure: (config) => {
        config['lists'] = [{ id: 'phising' }]
      },
    })
    host.authority.publish('phishing', lines(0, 5))
    const { lists } = await host.pull()
    expect(lists[0]?.state.lastError).toMatchObject({
      code: 'list/not-found',
      message: expect.stringContaining('did you mean "phishing"?') as string,
    })
  })

  test('follows a rotation of the root and of all online keys', async () => {
    const host = await openAgentHost({ lists: ['phishing'] })
    host.authority.publish('phishing', lines(0, 5))
    await host.pull()
    host.authority.rotateRoot()
    host.authority.rotateRoot()
    host.authority.publish('phishing', lines(0, 6))
    await host.pull()
    expect(host.status()).toMatchObject({ serial: 2, lastError: null })
    expect(host.source.asked).toContain('tuf/metadata/3.root.json')
    expect(JSON.parse(host.read('state/metadata/root.json'))).toMatchObject({
      signed: { version: 3 },
    })
  })

  test('asks for the configured root again until it has led somewhere', async () => {
    const host = await openAgentHost({ lists: ['phishing'] })
    host.authority.publish('phishing', lines(0, 5))
    const root = join(host.folder, 'root.json')
    const good = host.read('root.json')
    const another = createMockAuthority({ lists: ['phishing'] }).root
    writeFileSync(root, another)
    await host.pull()
    expect(host.status()).toMatchObject({ serial: null, lastError: { code: 'trust/signature' } })
    writeFileSync(root, '<html>')
    await expect(host.pull()).rejects.toThrow(expect.objectContaining({ code: 'agent/config' }))
    writeFileSync(root, good)
    await host.pull()
    expect(host.status()).toMatchObject({ serial: 1, lastError: null })
    // From now on it is no longer needed, and another one is not listened to.
    writeFileSync(root, another)
    await host.pull()
    expect(host.status()).toMatchObject({ serial: 1, lastError: null })
  })

  test('keeps its list when the trusted root was damaged, and says so', async () => {
    const host = await openAgentHost({ lists: ['phishing'] })
    host.authority.publish('phishing', lines(0, 5))
    await host.pull()
    const trusted = join(host.folder, 'state/metadata/root.json')
    writeFileSync(trusted, host.read('state/metadata/root.json').slice(0, 200))
    host.authority.publish('phishing', lines(0, 6))
    await host.pull()
    expect(host.status()).toMatchObject({ serial: 1, lastError: { code: 'agent/damaged' } })
    rmSync(join(host.folder, 'state/metadata'), { recursive: true })
    await host.pull()
    expect(host.status()).toMatchObject({ serial: 2, lastError: null })
  })

  test('refuses a second agent on the same state folder', async () => {
    const host = await openAgentHost({ lists: ['phishing'] })
    host.authority.publish('phishing', lines(0, 5))
    const { takeLock } = await import('../../src/agent/lock.ts')
    await host.pull()
    const lock = takeLock(join(host.folder, 'state'))
    await expect(host.pull()).rejects.toThrow(expect.objectContaining({ code: 'agent/locked' }))
    lock.release()
    await host.pull()
  })

  test('takes over the lock of a process that is gone', async () => {
    const host = await openAgentHost({ lists: ['phishing'] })
    host.authority.publish('phishing', lines(0, 5))
    await host.pull()
    writeFileSync(join(host.folder, 'state/lock'), '{"pid":999999999,"started":"1"}\n')
    await host.pull()
    writeFileSync(join(host.folder, 'state/lock'), `{"pid":${process.pid},"started":"1"}\n`)
    await host.pull()
    expect(
      readdirSync(join(host.folder, 'state')).filter((name) => name.startsWith('lock')),
    ).toEqual([])
  })
})

describe('limits', () => {
  test('a list that shrinks past its limit waits for a person, who lets it through once', async () => {
    const host = await openAgentHost({
      lists: ['phishing'],
      configure: (config) => {
        config['lists'] = [
          {
            id: 'phishing',
            limits: { maxShrink: 0.2 },
            outputs: [{ format: 'rpz', path: 'p.rpz' }],
          },
        ]
      },
    })
    host.authority.publish('phishing', lines(0, 10))
    await host.pull()
    host.authority.publish('phishing', lines(0, 8))
    await host.pull()
    expect(host.status()).toMatchObject({ serial: 2, lastError: null })
    const before = host.read('p.rpz')
    host.authority.publish('phishing', lines(0, 6))
    await host.pull()
    expect(host.status()).toMatchObject({ serial: 2, lastError: { code: 'agent/limit' } })
    await host.pull({}, new Map([['phishing', { serial: 2 }]]))
    expect(host.status().serial).toBe(2)
    expect(host.read('p.rpz')).toBe(before)
    await host.pull({}, new Map([['phishing', { serial: 3 }]]))
    expect(host.status()).toMatchObject({ serial: 3, lastError: null })
    expect(JSON.parse(host.read('state/lists/phishing/state.json'))).toMatchObject({
      accepted: [{ serial: 3, before: 8, after: 6 }],
    })
  })

  test('an empty list never takes the place of a full one unasked', async () => {
    const host = await openAgentHost({ lists: ['phishing'] })
    host.authority.publish('phishing', lines(0, 10))
    await host.pull()
    host.authority.publish('phishing', [])
    await host.pull()
    expect(host.status()).toMatchObject({ serial: 1, lastError: { code: 'agent/limit' } })
    await host.pull({}, new Map([['phishing', { serial: null }]]))
    expect(host.status()).toMatchObject({ serial: 2, entries: 0, lastError: null })
  })
})

test('a list is stale when the signed freshness has run out, says so, and goes on blocking', async () => {
  const host = await openAgentHost({
    lists: ['phishing'],
    configure: (config) => {
      config['metricsFile'] = 'agent.prom'
    },
  })
  host.authority.publish('phishing', lines(0, 10))
  const soon = new Date(Date.now() + 4000).toISOString().replace(/\.\d+Z$/, 'Z')
  host.authority.resign({ expires: { timestamp: soon } })
  await host.pull()
  expect(host.status()).toMatchObject({ serial: 1, isStale: false })
  expect(new Date(host.status().freshUntil ?? '')).toEqual(new Date(soon))
  const zone = host.read('phishing.rpz')
  await expect.poll(() => host.status().isStale, { timeout: 10_000 }).toBe(true)
  await host.pull()
  expect(host.status()).toMatchObject({ serial: 1, lastError: { code: 'trust/expired' } })
  expect(host.told.map(({ message }) => message).join()).toMatch(/stale since .*, goes on blocking/)
  expect(host.read('phishing.rpz')).toBe(zone)
  expect(host.read('agent.prom')).toContain('bailiwick_agent_stale{list="phishing"} 1\n')
  host.authority.resign()
  await host.pull()
  expect(host.status()).toMatchObject({ isStale: false, lastError: null })
})
