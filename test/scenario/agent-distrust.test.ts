import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { FaultCode } from '../../src/core/fault.ts'
import { openAgentHost, type AgentHost } from '../support/agent-host.ts'
import { entryLine, sortLines } from '../support/lines.ts'
import { stateOf } from '../support/mock-authority.ts'

const lines = (from: number, to: number): string[] =>
  sortLines(Array.from({ length: to - from }, (_, i) => entryLine(from + i)))
const FIRST = lines(0, 40)
const SECOND = lines(2, 42)
const PAST = '2020-01-01T00:00:00Z'

/** A host whose agent has serial 1 in place, and a source that then misbehaves. */
async function hostWithSerialOne(options: { threshold?: number } = {}): Promise<AgentHost> {
  const host = await openAgentHost({
    lists: ['phishing', 'other'],
    listThreshold: options.threshold ?? 1,
    configure: (config) => {
      config['maxRedirects'] = 2
    },
  })
  host.authority.publish('phishing', FIRST)
  host.authority.publish('other', lines(100, 110))
  await host.pull()
  expect(host.status()).toMatchObject({ serial: 1, lastError: null })
  host.told.length = 0
  return host
}

/** After `misbehave`, a pull says `code` and leaves everything as it was; after `behave`, the next one gets through. */
async function expectDistrust(
  host: AgentHost,
  code: FaultCode,
  behave: (() => void) | null = null,
): Promise<void> {
  const zone = host.read('phishing.rpz')
  await host.pull()
  expect(host.status()).toMatchObject({
    serial: 1,
    state: stateOf(FIRST),
    lastError: { code },
  })
  expect(host.told.map((line) => line.code)).toContain(code)
  expect(host.read('phishing.rpz')).toBe(zone)
  expect(host.read('state/lists/phishing/1.lines')).toBe(FIRST.join('\n') + '\n')
  if (!behave) return
  behave()
  await host.pull()
  expect(host.status()).toMatchObject({ serial: 2, state: stateOf(SECOND), lastError: null })
}

function restore(host: AgentHost, files: ReadonlyMap<string, Buffer>): void {
  host.authority.files.clear()
  for (const [path, bytes] of files) host.authority.files.set(path, bytes)
}

/** Replaces the bytes of every published file whose path matches. */
function replace(host: AgentHost, path: RegExp, change: (bytes: Buffer) => Buffer): void {
  for (const [name, bytes] of host.authority.files) {
    if (path.test(name)) host.authority.files.set(name, change(bytes))
  }
}

describe('metadata that goes back, stands still or does not fit is refused', () => {
  test('the whole repository as it was before', async () => {
    const host = await hostWithSerialOne()
    const old = host.authority.save()
    host.authority.publish('phishing', SECOND)
    await host.pull()
    restore(host, old)
    await host.pull()
    expect(host.status()).toMatchObject({ serial: 2, lastError: { code: 'trust/rollback' } })
  })

  test('a timestamp with a lower version', async () => {
    const host = await hostWithSerialOne()
    host.authority.resign({ version: { timestamp: 1 } })
    await expectDistrust(host, 'trust/rollback')
  })

  test('a timestamp that points to an older snapshot', async () => {
    const host = await hostWithSerialOne()
    host.authority.publish('phishing', SECOND, { version: { snapshot: 1 } })
    await expectDistrust(host, 'trust/rollback')
  })

  test("a snapshot in which a list's role goes back", async () => {
    const host = await hostWithSerialOne()
    host.authority.publish('phishing', FIRST, {
      serial: 1,
      version: { 'list-phishing': 4 },
    })
    await host.pull()
    host.authority.publish('phishing', SECOND, { version: { 'list-phishing': 2 } })
    await expectDistrust(host, 'trust/rollback')
  })

  test('a snapshot in which a role is missing', async () => {
    const host = await hostWithSerialOne()
    host.authority.publish('phishing', SECOND, {
      change: {
        snapshot: (signed) => {
          delete (signed['meta'] as Record<string, unknown>)['list-other.json']
        },
      },
    })
    await expectDistrust(host, 'trust/rollback', () => host.authority.resign())
  })

  test('an older serial under newer metadata', async () => {
    const host = await hostWithSerialOne()
    host.authority.publish('phishing', SECOND)
    await host.pull()
    host.authority.publish('phishing', FIRST, { serial: 1 })
    await host.pull()
    expect(host.status()).toMatchObject({ serial: 2, lastError: { code: 'trust/rollback' } })
  })

  test('two states under one serial', async () => {
    const host = await hostWithSerialOne()
    host.authority.publish('phishing', SECOND, { serial: 1 })
    await expectDistrust(host, 'trust/mismatch')
  })

  test.each(['timestamp', 'snapshot', 'targets', 'list-phishing'])(
    'expired metadata: %s',
    async (role) => {
      const host = await hostWithSerialOne()
      host.authority.publish('phishing', SECOND)
      host.authority.resign({ expires: { [role]: PAST } })
      await expectDistrust(host, 'trust/expired', () => host.authority.resign())
    },
  )

  test('a snapshot of another moment than the timestamp says', async () => {
    const host = await hostWithSerialOne()
    const before = host.authority.save()
    host.authority.publish('phishing', SECOND)
    const old = [...before].find(([path]) => path.endsWith('/3.snapshot.json'))
    replace(host, /\/4\.snapshot\.json$/, () => old?.[1] ?? Buffer.alloc(0))
    await expectDistrust(host, 'trust/mismatch')
  })

  test("a list's role of another moment than the snapshot says", async () => {
    const host = await hostWithSerialOne()
    const old = host.authority.files.get('tuf/metadata/1.list-phishing.json') ?? Buffer.alloc(0)
    host.authority.publish('phishing', SECOND)
    replace(host, /\/2\.list-phishing\.json$/, () => old)
    await expectDistrust(host, 'trust/mismatch')
  })
})

describe('signatures that do not suffice are refused', () => {
  test("one list's key on another list", async () => {
    const host = await hostWithSerialOne()
    host.authority.publish('phishing', SECOND, { signedBy: { 'list-phishing': 'list-other' } })
    await expectDistrust(host, 'trust/signature')
  })

  test("one list's role does not get to speak for another's paths", async () => {
    const host = await hostWithSerialOne()
    const forged = { targets: {} as unknown }
    host.authority.publish('phishing', SECOND, {
      change: {
        'list-phishing': (signed) => {
          forged.targets = signed['targets']
          signed['targets'] = {}
        },
      },
    })
    host.authority.publish('other', lines(100, 111), {
      change: {
        'list-other': (signed) => {
          Object.assign(signed['targets'] as object, forged.targets)
        },
      },
    })
    await expectDistrust(host, 'snapshot/not-found')
  })

  test('fewer signatures than the threshold', async () => {
    const host = await hostWithSerialOne({ threshold: 2 })
    host.authority.publish('phishing', SECOND)
    replace(host, /\/2\.list-phishing\.json$/, (bytes) => {
      const metadata = JSON.parse(bytes.toString()) as { signatures: unknown[] }
      metadata.signatures.pop()
      return Buffer.from(JSON.stringify(metadata))
    })
    await expectDistrust(host, 'trust/signature')
  })

  test('one key under two names', async () => {
    const host = await hostWithSerialOne()
    host.authority.publish('phishing', SECOND)
    host.authority.resign({
      change: {
        targets: (signed) => {
          const { keys } = signed['delegations'] as { keys: Record<string, unknown> }
          keys['0'.repeat(64)] = Object.values(keys)[0]
        },
      },
    })
    await expectDistrust(host, 'trust/key-id', () => host.authority.resign())
  })

  test('a root that the old one has not signed', async () => {
    const host = await hostWithSerialOne()
    host.authority.publish('phishing', SECOND)
    host.authority.rotateRoot({ unsignedByOld: true })
    await expectDistrust(host, 'trust/signature')
  })

  test('a root that skips a version', async () => {
    const host = await hostWithSerialOne()
    host.authority.publish('phishing', SECOND)
    host.authority.rotateRoot({ skip: true })
    await expectDistrust(host, 'trust/mismatch')
  })
})

describe('files that are not what was signed are refused', () => {
  const SNAPSHOT = /(^|\.)snapshot\.txt\.gz$/

  test('a snapshot with another hash', async () => {
    const host = await hostWithSerialOne()
    host.authority.publish('phishing', SECOND, { noDeltas: true })
    const good = host.authority.save()
    replace(host, SNAPSHOT, (bytes) => {
      const other = Buffer.from(bytes)
      other[20] = other[20]! ^ 1
      return other
    })
    await expectDistrust(host, 'trust/mismatch', () => restore(host, good))
  })

  test('a snapshot that is too short', async () => {
    const host = await hostWithSerialOne()
    host.authority.publish('phishing', SECOND, { noDeltas: true })
    const good = host.authority.save()
    replace(host, SNAPSHOT, (bytes) => bytes.subarray(0, -1))
    await expectDistrust(host, 'trust/mismatch', () => restore(host, good))
  })

  test('a snapshot that is too long', async () => {
    const host = await hostWithSerialOne()
    host.authority.publish('phishing', SECOND, { noDeltas: true })
    const good = host.authority.save()
    replace(host, SNAPSHOT, (bytes) => Buffer.concat([bytes, Buffer.from('x')]))
    await expectDistrust(host, 'fetch/too-large', () => restore(host, good))
  })

  test('a decompression bomb', async () => {
    const host = await hostWithSerialOne()
    host.authority.publish('phishing', SECOND, {
      noDeltas: true,
      packed: (file, bytes) => (SNAPSHOT.test(file) ? gzipSync(Buffer.alloc(50_000_000)) : bytes),
    })
    await expectDistrust(host, 'snapshot/invalid')
  })

  test('a decompression bomb as a delta is thrown away for the snapshot', async () => {
    const host = await hostWithSerialOne()
    host.authority.publish('phishing', SECOND, {
      packed: (file, bytes) =>
        file.startsWith('delta') ? gzipSync(Buffer.alloc(10_000), { level: 9 }) : bytes,
      custom: (file, custom) => {
        if (file.startsWith('delta')) custom['rawLength'] = 100
      },
    })
    expect((await host.pull()).lists[0]).toMatchObject({ by: 'snapshot' })
    expect(host.told).toMatchObject([{ code: 'delta/invalid' }])
  })

  test.each([
    ['lines out of order', (text: string) => text.replace(/(\n\n)([^\n]*\n)([^\n]*\n)/, '$1$3$2')],
    ['a name that is not canonical', (text: string) => text.replace(/\n\nn/, '\n\nN')],
    [
      'a line of another shape',
      (text: string) => text.replace(/\n\n[^\n]*\n/, '\n\n$INCLUDE /etc/passwd\n'),
    ],
    ['no last line feed', (text: string) => text.slice(0, -1)],
    ['another list in its header', (text: string) => text.replace('list: phishing', 'list: other')],
    ['another serial in its header', (text: string) => text.replace('serial: 2', 'serial: 3')],
    ['another state in its header', (text: string) => text.replace(/state: ./, 'state: z')],
    ['another count in its header', (text: string) => text.replace('entries: 40', 'entries: 41')],
    ['another format', (text: string) => text.replace('snapshot/1', 'snapshot/2')],
    ['no header', (text: string) => text.slice(text.indexOf('\n\n') + 2)],
  ])('a signed snapshot with %s', async (_, spoil) => {
    const host = await hostWithSerialOne()
    host.authority.publish('phishing', SECOND, {
      noDeltas: true,
      raw: (file, bytes) => (SNAPSHOT.test(file) ? Buffer.from(spoil(bytes.toString())) : bytes),
    })
    await expectDistrust(host, 'snapshot/invalid')
  })

  test.each([
    [
      'does not fit',
      (text: string) => text.replace(/\n-n[^\n]*\n/, '\n-never.example\thost\tnxdomain\t-\t-\n'),
    ],
    [
      'leads elsewhere',
      (text: string) => text.replace(/\n\+n[^\n]*\n/, '\n+never.example\thost\tnxdomain\t-\t-\n'),
    ],
    ['adds what is no entry', (text: string) => text.replace(/\n\+n[^\n]*\n/, '\n+$INCLUDE x\n')],
    ['has another header', (text: string) => text.replace('to: 2', 'to: 3')],
    ['is cut', (text: string) => text.slice(0, -1)],
  ])('a signed delta that %s is thrown away for the snapshot', async (_, spoil) => {
    const host = await hostWithSerialOne()
    host.authority.publish('phishing', SECOND, {
      raw: (file, bytes) =>
        file.startsWith('delta') ? Buffer.from(spoil(bytes.toString())) : bytes,
    })
    const { lists } = await host.pull()
    expect(lists[0]).toMatchObject({ by: 'snapshot' })
    expect(host.status()).toMatchObject({ serial: 2, state: stateOf(SECOND), lastError: null })
    expect(host.told).toHaveLength(1)
  })

  test.each([
    ['serial', 'x'],
    ['serial', 0],
    ['state', 'A'.repeat(64)],
    ['rawLength', -1],
    ['entries', '40'],
  ])('signed nonsense about a snapshot: %s is %j', async (name, value) => {
    const host = await hostWithSerialOne()
    host.authority.publish('phishing', SECOND, {
      custom: (file, custom) => {
        if (SNAPSHOT.test(file)) custom[name] = value
      },
    })
    await expectDistrust(host, 'trust/invalid')
  })
})

describe('sources that misbehave on the wire are survived', () => {
  test.each<[string, FaultCode, (response: ServerResponse) => void]>([
    [
      'a portal page with 200',
      'fetch/unexpected',
      (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    ],
    [
      'a portal page that claims to be JSON',
      'trust/invalid',
      (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('<html>'),
    ],
    ['an empty answer', 'trust/invalid', (response) => response.writeHead(200).end()],
    [
      'a redirect loop',
      'fetch/redirect',
      (response) => response.writeHead(302, { location: '/loop' }).end(),
    ],
    [
      'a redirect to another host',
      'fetch/redirect',
      (response) => response.writeHead(302, { location: 'http://elsewhere.example/' }).end(),
    ],
    ['a fault of the server', 'fetch/failed', (response) => response.writeHead(500).end()],
    [
      'a busy server',
      'fetch/busy',
      (response) => response.writeHead(503, { 'retry-after': '120' }).end(),
    ],
    [
      'a content coding nobody asked for',
      'fetch/unexpected',
      (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{}')),
    ],
    [
      'an announced length without end',
      'fetch/too-large',
      (response) => response.writeHead(200, { 'content-length': 1e12 }).write('x'),
    ],
    [
      'a body that is cut',
      'fetch/truncated',
      (response) => {
        response.writeHead(200, { 'content-length': 1000 })
        response.write('x'.repeat(500), () => response.destroy())
      },
    ],
    ['silence', 'fetch/timeout', () => undefined],
    ['a closed connection', 'fetch/unreachable', (response) => response.destroy()],
    [
      'a slow drip',
      'fetch/timeout',
      (response) => {
        response.writeHead(200)
        const drip = setInterval(() => response.write('x'), 100)
        response.on('close', () => clearInterval(drip))
      },
    ],
    [
      'endless data',
      'fetch/too-large',
      (response) => {
        response.writeHead(200)
        const more = (): void => {
          if (response.writable) response.write('x'.repeat(65_536), more)
        }
        response.on('error', () => undefined)
        more()
      },
    ],
  ])('%s', async (_, code, misbehave) => {
    const host = await hostWithSerialOne()
    host.authority.publish('phishing', SECOND)
    host.source.intercept = (path, response) => {
      if (!path.endsWith('timestamp.json') && path !== 'loop') return false
      misbehave(response)
      return true
    }
    await expectDistrust(host, code, () => {
      host.source.intercept = null
    })
  })

  test('a busy source is asked again when it said, not before', async () => {
    const host = await hostWithSerialOne()
    host.source.intercept = (_, response) => {
      response.writeHead(429, { 'retry-after': '600' }).end()
      return true
    }
    const now = new Date()
    const { retryAt, sourceFault } = await host.pull({ now: () => now })
    expect(sourceFault).toMatchObject({ code: 'fetch/busy' })
    expect(retryAt).toEqual(new Date(now.getTime() + 600_000))
  })

  test('endless data in place of a snapshot stops at the signed length', async () => {
    const host = await hostWithSerialOne()
    host.authority.publish('phishing', SECOND, { noDeltas: true })
    let sent = 0
    host.source.intercept = (path, response) => {
      if (!path.endsWith('snapshot.txt.gz')) return false
      response.writeHead(200)
      const more = (): void => {
        sent += 65_536
        if (response.writable && sent < 1e9) response.write('x'.repeat(65_536), more)
      }
      response.on('error', () => undefined)
      more()
      return true
    }
    await expectDistrust(host, 'fetch/too-large', () => {
      host.source.intercept = null
    })
    expect(sent).toBeLessThan(100e6)
  })

  test('one list that cannot be had does not stop another', async () => {
    const host = await hostWithSerialOne()
    host.authority.publish('phishing', SECOND)
    host.authority.publish('other', lines(100, 112))
    host.source.intercept = (path, response) => {
      if (!path.includes('lists/phishing/') && !path.includes('list-phishing')) return false
      response.writeHead(500).end()
      return true
    }
    await host.pull()
    expect(host.status('phishing')).toMatchObject({
      serial: 1,
      lastError: { code: 'fetch/failed' },
    })
    expect(host.status('other')).toMatchObject({ serial: 2, lastError: null })
  })
})
