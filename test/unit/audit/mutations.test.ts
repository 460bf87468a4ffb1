import { beforeAll, describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { auditMock } from '../../support/audit-mock.ts'
import { createMockPublished, mockLines, type MockPublished } from '../../support/mock-published.ts'

/** One of each kind of file, the last of its kind unless said otherwise. */
const KINDS: readonly (readonly [string, RegExp])[] = [
  ['the timestamp', /timestamp\.json$/],
  ['a root', /1\.root\.json$/],
  ['the newest root', /2\.root\.json$/],
  ['an old targets role', /1\.targets\.json$/],
  ['the newest targets role', /\.targets\.json$/],
  ['an old snapshot role', /2\.snapshot\.json$/],
  ['the newest snapshot role', /\.snapshot\.json$/],
  ['an old list role', /1\.list-phishing\.json$/],
  ['the newest list role', /\.list-phishing\.json$/],
  ['a delta', /delta-1-2\.txt\.gz$/],
  ['a definition', /phishing\/.*list\.json$/],
  ['the key of exports', /export\.pub$/],
  ['the policy as a target', /targets\/log\/.*policy\.txt$/],
  ['the copy of the policy', /^log\/policy\.txt$/],
  ['the checkpoint', /^log\/checkpoint$/],
  ['a bundle of entries', /^log\/tile\/entries\/.*$/],
  ['a tile', /^log\/tile\/0\/.*$/],
  ['the proof of a root', /^log\/proof\/root\/.*$/],
  ['the proof of a list role', /^log\/proof\/list-phishing\/.*$/],
  ['the proof of a manifest', /^log\/proof\/publication\/.*$/],
]

let mock: MockPublished
let older: ReadonlyMap<string, Buffer>
let paths: readonly string[]

beforeAll(async () => {
  mock = await createMockPublished()
  await mock.publish('phishing', mockLines('a.example', 'b.example'))
  await mock.publish('malware', mockLines('m.example'))
  older = mock.save()
  await mock.rotateRoot()
  await mock.publish('phishing', mockLines('a.example', 'c.example'))
  await mock.publish('phishing', mockLines('a.example', 'c.example', 'd.example'), {
    noDelta: true,
  })
  paths = [...mock.files.keys()].sort()
  expect((await auditMock(mock)).findings).toEqual([])
})

describe.each(KINDS)('%s', (_, pattern) => {
  test('is not changed unseen, in its first, a middle and its last byte', async () => {
    const path = pathLike(pattern)
    const length = mock.files.get(path)?.length ?? 0
    const all = Array.from({ length }, (_none, at) => at)
    const offsets = process.env['SLOW'] ? all : [0, length >> 1, length - 1]
    for (const at of offsets) await expectFound(flipped(path, at, 1), `${path} at ${at}`)
  })

  test('is not missed unseen', async () => {
    await expectFound(without(pathLike(pattern)), pathLike(pattern))
  })

  test('is not swapped with another file unseen', async () => {
    const path = pathLike(pattern)
    const at = KINDS.findIndex(([, one]) => one === pattern)
    for (const [, other] of KINDS.slice(at + 1)) {
      const changed = swapped(path, pathLike(other))
      if (changed !== null) await expectFound(changed, `${path} and ${pathLike(other)}`)
    }
  })
})

describe('an older file', () => {
  test.each(['tuf/metadata/timestamp.json', 'log/checkpoint'])(
    'at %s is not shown again unseen',
    async (path) => {
      const files = new Map(mock.files).set(path, older.get(path) ?? Buffer.alloc(0))
      await expectFound(files, path)
    },
  )

  test('may not take the place of both pointers', async () => {
    const files = new Map(mock.files)
    for (const path of ['tuf/metadata/timestamp.json', 'log/checkpoint']) {
      files.set(path, older.get(path) ?? Buffer.alloc(0))
    }
    await expectFound(files, 'both')
  })

  test('may be all that there is: what an old copy had is whole, and only its age can tell', async () => {
    expect((await auditMock({ ...mock, files: new Map(older) })).findings).toEqual([])
  })
})

test('any byte of any file, any two files, any file at all', async () => {
  const anyPath = fc.nat().map((n) => paths[n % paths.length] ?? '')
  await fc.assert(
    fc.asyncProperty(
      anyPath,
      anyPath,
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      async (path, other, n, mask) => {
        const at = n % (mock.files.get(path)?.length ?? 1)
        await expectFound(flipped(path, at, mask), `${path} at ${at} by ${mask}`)
        const changed = swapped(path, other)
        if (changed !== null) await expectFound(changed, `${path} and ${other}`)
        if (!mayGo(path)) await expectFound(without(path), `without ${path}`)
      },
    ),
  )
})

test('what may go, goes: nothing else does', async () => {
  const free = paths.filter(mayGo)
  expect(free.length).toBeGreaterThan(5)
  for (const path of free) {
    expect((await auditMock({ ...mock, files: without(path) })).findings).toEqual([])
  }
})

/**
 * Kept for nobody: partial tiles behind which there are longer ones (c2sp.org/tlog-tiles), and snapshots of serials that a delta leads
 * to, unless they are the newest.
 */
function mayGo(path: string): boolean {
  const width = /^(log\/tile\/[^.]*)\.p\/(\d+)$/.exec(path)
  if (width !== null) {
    const [, base = '', count = ''] = width
    const widths = paths.map((one) =>
      one.startsWith(`${base}.p/`) ? Number(one.split('/').at(-1)) : 0,
    )
    return Number(count) < Math.max(...widths)
  }
  return path === unneededSnapshot()
}

/** The snapshot of serial 2, of the list that is at serial 3. */
function unneededSnapshot(): string {
  const snapshots = [...mock.files.keys()].filter((path) =>
    /lists\/phishing\/.*snapshot/.test(path),
  )
  return snapshots[1] ?? ''
}

async function expectFound(files: ReadonlyMap<string, Buffer>, what: string): Promise<void> {
  const report = await auditMock({ ...mock, files: new Map(files) })
  expect(report.findingCount, what).toBeGreaterThan(0)
}

function flipped(path: string, at: number, mask: number): Map<string, Buffer> {
  const bytes = Buffer.from(mock.files.get(path) ?? '')
  bytes[at] = (bytes[at] ?? 0) ^ mask
  return new Map(mock.files).set(path, bytes)
}

function without(path: string): Map<string, Buffer> {
  const files = new Map(mock.files)
  files.delete(path)
  return files
}

/** Null where both are the same bytes. */
function swapped(path: string, other: string): Map<string, Buffer> | null {
  const [a, b] = [mock.files.get(path), mock.files.get(other)]
  if (a === undefined || b === undefined || a.equals(b)) return null
  return new Map(mock.files).set(path, b).set(other, a)
}

function pathLike(pattern: RegExp): string {
  const path = [...mock.files.keys()].filter((one) => pattern.test(one)).at(-1)
  if (path === undefined) throw new Error(`no file like ${String(pattern)}`)
  return path
}
