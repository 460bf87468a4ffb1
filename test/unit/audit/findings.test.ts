import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { FINDING_CODES, type FindingCode } from '../../../src/audit/finding.ts'
import { parsePolicy } from '../../../src/core/log/parse-policy.ts'
import { metadataLeaf, type PublicationLeaf } from '../../../src/core/log-leaf.ts'
import { Fault } from '../../../src/core/fault.ts'
import { checkPublished } from '../../../src/audit/check-published.ts'
import { defaultLimits } from '../../../src/audit/limit-published.ts'
import { auditMock, codesOf, type AuditMockOptions } from '../../support/audit-mock.ts'
import {
  createMockPublished,
  mockLines,
  publishedFrom,
  type MockPublished,
  type MockTricks,
} from '../../support/mock-published.ts'

interface Case {
  readonly code: FindingCode
  readonly what: string
  /** Does the harm; may give options for the audit. */
  readonly act: (mock: MockPublished) => unknown
}

const NEXT = mockLines('a.example', 'z.example')

const publish =
  (tricks: MockTricks) =>
  (mock: MockPublished): Promise<void> =>
    mock.publish('phishing', NEXT, tricks)

const manifest =
  (changes: Partial<PublicationLeaf>) =>
  (mock: MockPublished): Promise<void> =>
    mock.publish('phishing', NEXT, { manifest: (leaf) => ({ ...leaf, ...changes }) })

/** Puts other bytes at the one path that `pattern` finds, the last of them. */
function put(mock: MockPublished, pattern: RegExp, change: (bytes: Buffer) => Buffer | null): void {
  const path = pathLike(mock, pattern)
  const bytes = change(Buffer.from(mock.files.get(path) ?? ''))
  if (bytes === null) mock.files.delete(path)
  else mock.files.set(path, bytes)
}

function pathLike(mock: MockPublished, pattern: RegExp): string {
  const path = [...mock.files.keys()].filter((one) => pattern.test(one)).at(-1)
  if (path === undefined) throw new Error(`no file like ${String(pattern)}`)
  return path
}

const flip = (bytes: Buffer): Buffer => {
  const at = bytes.length >> 1
  bytes[at] = (bytes[at] ?? 0) ^ 1
  return bytes
}
const none = (): null => null

const CASES: readonly Case[] = [
  {
    code: 'policy/missing',
    what: 'no policy is signed',
    act: (mock) =>
      mock.signTargets({
        change: {
          targets: (signed) =>
            delete (signed['targets'] as Record<string, unknown>)['log/policy.txt'],
        },
      }),
  },
  {
    code: 'policy/invalid',
    what: 'a policy is none',
    act: (mock) => mock.signTargets({ policy: 'quorum\n' }),
  },
  {
    code: 'policy/differs',
    what: 'the copy is another policy',
    act: (mock) => put(mock, /^log\/policy/, (bytes) => Buffer.concat([bytes, Buffer.from('#\n')])),
  },
  {
    code: 'policy/differs',
    what: 'the copy is missing',
    act: (mock) => put(mock, /^log\/policy/, none),
  },
  {
    code: 'checkpoint/missing',
    what: 'there is no checkpoint',
    act: (mock) => put(mock, /^log\/checkpoint/, none),
  },
  {
    code: 'checkpoint/invalid',
    what: 'the checkpoint is none',
    act: (mock) => put(mock, /^log\/checkpoint/, () => Buffer.from('x')),
  },
  {
    code: 'checkpoint/signature',
    what: 'the log has not signed it',
    act: (mock) =>
      put(mock, /^log\/checkpoint/, (bytes) =>
        Buffer.from(bytes.toString().replace(/^— log[^\n]*\n/m, '')),
      ),
  },
  { code: 'checkpoint/quorum', what: 'a witness is missing', act: publish({ witnesses: [0] }) },
  {
    code: 'checkpoint/quorum',
    what: "the auditor's policy asks for another quorum",
    act: async (mock) => {
      const text = mock.policy()
      const other = await createMockPublished()
      const stranger = /witness one (\S+)/.exec(other.policy())?.[1] ?? ''
      const policy = `${text.replace('quorum both\n', '')}witness x ${stranger}\nquorum x\n`
      return { policy: parsePolicy(Buffer.from(policy)) }
    },
  },
  {
    code: 'checkpoint/stranger',
    what: 'somebody else has signed it too',
    act: (mock) =>
      put(mock, /^log\/checkpoint/, (bytes) =>
        Buffer.concat([bytes, Buffer.from('— x.example AAAAAAAA\n')]),
      ),
  },
  {
    code: 'checkpoint/fork',
    what: 'an earlier checkpoint is of another log',
    act: async (mock) => {
      const checkpoint = mock.files.get('log/checkpoint') ?? Buffer.alloc(0)
      const text = checkpoint.toString().split('\n')
      text[2] = Buffer.alloc(32, 1).toString('base64')
      await mock.publish('phishing', NEXT)
      return { checkpoint: Buffer.from(text.join('\n')) }
    },
  },
  {
    code: 'checkpoint/fork',
    what: 'an earlier checkpoint is of the same size and another root',
    act: (mock) => {
      const text = (mock.files.get('log/checkpoint') ?? Buffer.alloc(0)).toString().split('\n')
      text[2] = Buffer.alloc(32, 1).toString('base64')
      return { checkpoint: Buffer.from(text.join('\n')) }
    },
  },
  {
    code: 'checkpoint/fork',
    what: 'an earlier checkpoint has another origin',
    act: (mock) => {
      const text = (mock.files.get('log/checkpoint') ?? Buffer.alloc(0)).toString()
      return { checkpoint: Buffer.from(text.replace('log.example/2030\n', 'log.example/2029\n')) }
    },
  },
  {
    code: 'checkpoint/rewind',
    what: 'the log is smaller than it was',
    act: async (mock) => {
      const before = mock.files.get('log/checkpoint') ?? Buffer.alloc(0)
      await mock.publish('phishing', NEXT)
      const checkpoint = mock.files.get('log/checkpoint') ?? Buffer.alloc(0)
      mock.files.set('log/checkpoint', before)
      return { checkpoint }
    },
  },
  {
    code: 'checkpoint/behind',
    what: 'both pointers are older than what is published',
    act: async (mock) => {
      const pointers = ['log/checkpoint', 'tuf/metadata/timestamp.json']
      const before = pointers.map((path) => mock.files.get(path) ?? Buffer.alloc(0))
      await mock.publish('phishing', NEXT)
      pointers.forEach((path, i) => mock.files.set(path, before[i] ?? Buffer.alloc(0)))
    },
  },
  {
    code: 'log/missing',
    what: 'a bundle is missing',
    act: (mock) => put(mock, /^log\/tile\/entries/, none),
  },
  {
    code: 'log/missing',
    what: 'a tile is missing',
    act: (mock) => put(mock, /^log\/tile\/0/, none),
  },
  {
    code: 'log/damaged',
    what: 'a bundle is cut',
    act: (mock) => put(mock, /^log\/tile\/entries/, (bytes) => bytes.subarray(1)),
  },
  {
    code: 'log/tile',
    what: 'a tile has another hash',
    act: (mock) => put(mock, /^log\/tile\/0/, flip),
  },
  {
    code: 'log/root',
    what: 'an entry was changed',
    act: (mock) => put(mock, /^log\/tile\/entries/, flip),
  },
  { code: 'leaf/invalid', what: 'a leaf is none', act: (mock) => mock.log([Buffer.from('{}')]) },
  {
    code: 'proof/missing',
    what: 'a proof is missing',
    act: (mock) => put(mock, /^log\/proof\/publication/, none),
  },
  {
    code: 'proof/invalid',
    what: 'a proof is of another leaf',
    act: (mock) => {
      const other = mock.files.get(pathLike(mock, /^log\/proof\/targets/)) ?? Buffer.alloc(0)
      put(mock, /^log\/proof\/publication/, () => other)
    },
  },
  { code: 'proof/invalid', what: 'a proof has no quorum', act: publish({ witnesses: [1] }) },
  {
    code: 'root/chain',
    what: 'the next root is not signed by the one before',
    act: (mock) => mock.rotateRoot({ unsignedByOld: true }),
  },
  {
    code: 'root/chain',
    what: 'the root is not the one that the auditor has',
    act: async (mock) => {
      const other = await createMockPublished()
      return { root: other.files.get('tuf/metadata/1.root.json') ?? null, at: mock.at }
    },
  },
  {
    code: 'metadata/missing',
    what: 'an old version is gone',
    act: (mock) => put(mock, /1\.list-phishing\.json/, none),
  },
  {
    code: 'metadata/missing',
    what: 'the timestamp is gone',
    act: (mock) => put(mock, /timestamp/, none),
  },
  {
    code: 'metadata/damaged',
    what: 'an old version was changed',
    act: (mock) => put(mock, /1\.list-phishing\.json/, flip),
  },
  {
    code: 'metadata/invalid',
    what: 'a file is not of its role',
    act: publish({ change: { snapshot: (signed) => (signed['_type'] = 'targets') } }),
  },
  {
    code: 'metadata/invalid',
    what: 'a list speaks for another one',
    act: publish({
      change: {
        'list-phishing': (signed) => {
          const targets = signed['targets'] as Record<string, unknown>
          targets['lists/malware/snapshot.txt.gz'] = targets['lists/phishing/snapshot.txt.gz']
        },
      },
    }),
  },
  {
    code: 'metadata/signature',
    what: 'a key that does not count has signed',
    act: (mock) => {
      const signed = mock.signed('list-phishing')
      const bytes = mock.sign('list-malware', { ...signed, version: 4 })
      mock.files.set('tuf/metadata/4.list-phishing.json', bytes)
      return mock.log([metadataLeaf('list-phishing', 4, bytes)])
    },
  },
  {
    code: 'metadata/version',
    what: 'a version is left out',
    act: (mock) => {
      const bytes = mock.sign('list-phishing', { ...mock.signed('list-phishing'), version: 9 })
      mock.files.set('tuf/metadata/9.list-phishing.json', bytes)
      return mock.log([metadataLeaf('list-phishing', 9, bytes)])
    },
  },
  {
    code: 'metadata/version',
    what: 'a version is there twice',
    act: publish({ leaves: (leaves) => [...leaves, ...leaves.slice(-1)] }),
  },
  {
    code: 'metadata/rollback',
    what: 'snapshot drops a list',
    act: publish({
      change: {
        snapshot: (signed) => {
          const meta = signed['meta'] as Record<string, unknown>
          delete meta['list-malware.json']
        },
      },
    }),
  },
  {
    code: 'metadata/reference',
    what: 'snapshot names an older version',
    act: publish({
      change: {
        snapshot: (signed) => {
          const meta = signed['meta'] as Record<string, unknown>
          meta['list-phishing.json'] = { version: 2 }
        },
      },
    }),
  },
  {
    code: 'metadata/reference',
    what: 'the timestamp is an older one',
    act: async (mock) => {
      const before = mock.files.get('tuf/metadata/timestamp.json') ?? Buffer.alloc(0)
      await mock.publish('phishing', NEXT)
      mock.files.set('tuf/metadata/timestamp.json', before)
    },
  },
  {
    code: 'metadata/expired',
    what: 'the timestamp has expired',
    act: publish({ expires: '2030-01-31T12:00:00Z' }),
  },
  {
    code: 'metadata/unlogged',
    what: 'a version is signed and not logged',
    act: (mock) => {
      const bytes = mock.sign('list-phishing', { ...mock.signed('list-phishing'), version: 4 })
      mock.files.set('tuf/metadata/4.list-phishing.json', bytes)
    },
  },
  {
    code: 'metadata/unlogged',
    what: 'the same where files cannot be listed',
    act: (mock) => {
      const bytes = mock.sign('list-phishing', { ...mock.signed('list-phishing'), version: 4 })
      mock.files.set('tuf/metadata/4.list-phishing.json', bytes)
      return { isListed: false }
    },
  },
  {
    code: 'metadata/unlogged',
    what: 'another version of the same number is signed',
    act: (mock) => {
      const signed = { ...mock.signed('list-phishing'), expires: '2031-01-01T00:00:00Z' }
      mock.files.set('tuf/metadata/3.list-phishing.json', mock.sign('list-phishing', signed))
    },
  },
  { code: 'serial/order', what: 'a manifest leaves out a serial', act: manifest({ serial: 4 }) },
  { code: 'serial/order', what: 'a manifest has a serial again', act: manifest({ serial: 2 }) },
  {
    code: 'serial/previous',
    what: 'a manifest has another state before',
    act: manifest({ previous: '1'.repeat(64) }),
  },
  {
    code: 'serial/time',
    what: 'a manifest is older than the one before',
    act: manifest({ at: '2029-01-01T00:00:00Z' }),
  },
  {
    code: 'serial/unlogged',
    what: 'a serial has no manifest',
    act: publish({ manifest: () => null }),
  },
  {
    code: 'serial/unpublished',
    what: 'a manifest has no serial',
    act: publish({
      leaves: (leaves) => [...leaves, { ...(leaves[1] as PublicationLeaf), serial: 4 }],
    }),
  },
  {
    code: 'serial/differs',
    what: 'a manifest has another state',
    act: manifest({ state: '1'.repeat(64) }),
  },
  {
    code: 'serial/differs',
    what: 'a manifest counts other entries',
    act: manifest({ entries: 3 }),
  },
  {
    code: 'serial/differs',
    what: 'a manifest counts other changes',
    act: manifest({ added: 2, removed: 3 }),
  },
  {
    code: 'serial/differs',
    what: 'a manifest is of another list',
    act: manifest({ list: 'other' }),
  },
  {
    code: 'tree/differs',
    what: 'a manifest has another root of its proof tree',
    act: manifest({ tree: '1'.repeat(64) }),
  },
  {
    code: 'tree/missing',
    what: 'a manifest has no root any more',
    act: publish({
      manifest: ({ tree, ...told }) => ({ ...told, v: tree === undefined ? 2 : 1 }),
    }),
  },
  { code: 'target/missing', what: 'a delta is gone', act: (mock) => put(mock, /delta-1-2/, none) },
  {
    code: 'target/missing',
    what: 'the first snapshot is gone',
    act: (mock) => {
      const path =
        [...mock.files.keys()].find((one) => /lists\/phishing\/.*snapshot/.test(one)) ?? ''
      mock.files.delete(path)
    },
  },
  {
    code: 'target/damaged',
    what: 'a delta was changed',
    act: (mock) => put(mock, /delta-1-2/, flip),
  },
  {
    code: 'target/invalid',
    what: 'a delta has another header',
    act: publish({
      raw: (file, bytes) =>
        file.startsWith('delta')
          ? Buffer.from(bytes.toString().replace('from: 2', 'from: 1'))
          : bytes,
    }),
  },
  {
    code: 'target/invalid',
    what: 'a snapshot is not sorted',
    act: (mock) => mock.publish('phishing', [...NEXT].reverse()),
  },
  {
    code: 'state/differs',
    what: 'a delta leads elsewhere',
    act: publish({
      raw: (file, bytes) =>
        file.startsWith('delta')
          ? Buffer.from(bytes.toString().replace('+z.example', '+y.example'))
          : bytes,
    }),
  },
  {
    code: 'state/differs',
    what: 'a delta takes what is not there',
    act: publish({
      raw: (file, bytes) =>
        file.startsWith('delta')
          ? Buffer.from(bytes.toString().replace('-c.example', '-d.example'))
          : bytes,
    }),
  },
  {
    code: 'export/missing',
    what: 'an export is not served',
    act: (mock) => {
      mock.putFeeds()
      put(mock, /^feeds\/phishing\/hosts\?/, none)
      return { hasFeeds: true }
    },
  },
  {
    code: 'export/differs',
    what: 'an export is another one',
    act: (mock) => {
      mock.putFeeds()
      put(mock, /^feeds\/phishing\/hosts\?/, flip)
      return { hasFeeds: true }
    },
  },
  {
    code: 'export/signature',
    what: 'the signature of an export is that of another',
    act: (mock) => {
      mock.putFeeds()
      const other =
        mock.files.get(pathLike(mock, /^feeds\/malware\/hosts.minisig/)) ?? Buffer.alloc(0)
      put(mock, /^feeds\/phishing\/hosts.minisig/, () => other)
      return { hasFeeds: true }
    },
  },
  {
    code: 'export/signature',
    what: 'the signature of an export is too old',
    act: (mock) => {
      mock.putFeeds('2030-01-31T12:00:00Z')
      return { hasFeeds: true }
    },
  },
  {
    code: 'file/unknown',
    what: 'a file has no place here',
    act: (mock) => void mock.files.set('log/other', Buffer.from('x')),
  },
]

const produced = new Set<string>()

describe('finds', () => {
  test.each(CASES)('$code where $what', async ({ code, act }) => {
    const mock = await honest()
    const options = ((await act(mock)) ?? {}) as AuditMockOptions
    const report = await auditMock(mock, options)
    produced.add(code)
    expect(codesOf(report)).toContain(code)
    expect(report.findingCount).toBeGreaterThan(0)
  })

  test('source/failed where a file cannot be had, and goes on', async () => {
    const mock = await honest()
    const source = publishedFrom(mock.files)
    const report = await checkPublished(
      {
        ...source,
        read: (path, maxBytes) =>
          path === 'tuf/metadata/1.list-phishing.json'
            ? Promise.reject(new Fault('fetch/timeout', 'expected an answer, got silence'))
            : source.read(path, maxBytes),
      },
      {
        at: mock.at,
        policy: null,
        root: null,
        checkpoint: null,
        limits: defaultLimits(() => mock.at),
      },
    )
    produced.add('source/failed')
    expect(codesOf(report)).toContain('source/failed')
    expect(report).toMatchObject({ isWhole: true, counts: { manifests: 3 } })
  })
})

describe('finds nothing', () => {
  test('in what an honest authority publishes, by folder or by URL', async () => {
    const mock = await honest()
    await mock.rotateRoot()
    await mock.publish('phishing', NEXT, { noDelta: true })
    await mock.publish('malware', [])
    mock.putFeeds()
    const root = mock.files.get('tuf/metadata/1.root.json') ?? null
    const policy = parsePolicy(Buffer.from(mock.policy()))
    for (const isListed of [true, false]) {
      for (const options of [{}, { root, policy, hasFeeds: true }]) {
        const report = await auditMock(mock, { isListed, ...options })
        expect(report.findings).toEqual([])
        expect(report).toMatchObject({ isWhole: true, counts: { manifests: 5, lists: 2 } })
        expect(report.counts.exports).toBe('hasFeeds' in options ? 22 : 0)
      }
    }
  })

  test('where witnesses were replaced: a proof is of its time', async () => {
    const mock = await honest()
    const text = mock.policy().replace(/^witness two .*\n/m, '')
    await mock.signTargets({
      policy: text.replace('group both all one two\nquorum both', 'quorum one'),
    })
    await mock.publish('phishing', NEXT, { witnesses: [0] })
    expect((await auditMock(mock)).findings).toEqual([])
  })

  test('in an earlier checkpoint of the same log, at any size', async () => {
    const mock = await honest()
    const checkpoints = [mock.files.get('log/checkpoint') ?? Buffer.alloc(0)]
    await mock.publish('phishing', NEXT)
    checkpoints.push(mock.files.get('log/checkpoint') ?? Buffer.alloc(0))
    for (const checkpoint of checkpoints) {
      expect((await auditMock(mock, { checkpoint })).findings).toEqual([])
    }
  })

  test('in a log that an authority with a history has begun', async () => {
    const mock = await late()
    await mock.beginLog()
    expect((await auditMock(mock)).findings).toEqual([])
    await mock.publish('phishing', NEXT)
    await mock.rotateRoot()
    await mock.publish('malware', NEXT)
    for (const isListed of [true, false]) {
      const report = await auditMock(mock, { isListed })
      expect(report.findings).toEqual([])
      expect(report.counts.manifests).toBe(5)
    }
  })

  test('in a restricted list, whether its files are shown or not', async () => {
    const place = '00112233445566778899aabbccddeeff'
    const mock = await createMockPublished({ restricted: { secret: place } })
    await mock.publish('phishing', NEXT)
    await mock.publish('secret', NEXT)
    await mock.publish('secret', mockLines('q.example'))
    expect((await auditMock(mock)).findings).toEqual([])
    for (const path of [...mock.files.keys()]) {
      if (path.includes(place) && !path.startsWith('log/')) mock.files.delete(path)
    }
    const report = await auditMock(mock, { isListed: false })
    expect(report.findings).toEqual([])
    expect(report.hidden).toEqual([place])
    // The holder of the folder has no excuse.
    expect(codesOf(await auditMock(mock))).toContain('metadata/missing')
  })
})

afterAll(() => {
  // Run alone, a part of the tests proves nothing about the table.
  if (produced.size < FINDING_CODES.length - 3) return
  expect(FINDING_CODES.filter((code) => !produced.has(code))).toEqual([])
})

test('every code is found by a case here, and stands in docs/audit.md', () => {
  const cases = new Set([...CASES.map(({ code }) => code), 'source/failed'])
  expect(FINDING_CODES.filter((code) => !cases.has(code))).toEqual([])
  const page = readFileSync(new URL('../../../docs/audit.md', import.meta.url), 'utf8')
  expect(FINDING_CODES.filter((code) => !page.includes(`| \`${code}\` |`))).toEqual([])
})

describe('what a log begins with', () => {
  test('has a manifest of every serial so far', async () => {
    const mock = await late()
    await mock.beginLog({ leaves: (leaves) => leaves.filter(({ kind }) => kind !== 'publication') })
    expect(codesOf(await auditMock(mock))).toContain('serial/unlogged')
  })

  test('has no manifest of another state', async () => {
    const mock = await late()
    await mock.beginLog({
      leaves: (leaves) =>
        leaves.map((leaf) =>
          leaf.kind === 'publication' && leaf.serial === 2
            ? { ...leaf, state: '1'.repeat(64) }
            : leaf,
        ),
    })
    expect(codesOf(await auditMock(mock))).toContain('serial/differs')
  })

  test('is over by the time of any checkpoint that the auditor kept', async () => {
    const mock = await honest()
    const checkpoint = mock.files.get('log/checkpoint') ?? Buffer.alloc(0)
    expect((await auditMock(mock, { checkpoint })).findings).toEqual([])
    // A role that begins above 1 is told once the log has begun.
    const bytes = mock.sign('list-phishing', { ...mock.signed('list-phishing'), version: 7 })
    mock.files.set('tuf/metadata/7.list-other.json', bytes)
    await mock.log([metadataLeaf('list-other', 7, bytes)])
    expect(codesOf(await auditMock(mock))).toContain('metadata/version')
  })
})

/** Has published before it has a log. */
async function late(): Promise<MockPublished> {
  const mock = await createMockPublished({ isLate: true })
  await mock.publish('phishing', mockLines('a.example', 'b.example'))
  await mock.publish('malware', mockLines('m.example'))
  await mock.publish('phishing', mockLines('a.example', 'c.example'))
  return mock
}

async function honest(): Promise<MockPublished> {
  const mock = await createMockPublished()
  await mock.publish('phishing', mockLines('a.example', 'b.example'))
  await mock.publish('malware', mockLines('m.example'))
  await mock.publish('phishing', mockLines('a.example', 'c.example'))
  return mock
}
