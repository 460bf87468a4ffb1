import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { auditMock, codesOf } from '../support/audit-mock.ts'
import { makeTestAuthority, type TestAuthority } from '../support/authority-folder.ts'
import { makeWitnessedHistory } from '../support/witnessed-authority.ts'

/**
 * Whatever is done to any one file that a real authority has published, `audit verify` finds it: each file is missed, each has a byte
 * flipped, each is replaced by what is older of its kind, and files of a kind change places. With SLOW=1 every older one, and every pair.
 */

const SLOW = process.env['SLOW'] !== undefined
/** Of pairs that change places, without SLOW. */
const SOME_PAIRS = 30

let home: TestAuthority
let states: readonly ReadonlyMap<string, Buffer>[]
let files: ReadonlyMap<string, Buffer>
let kinds: ReadonlyMap<string, readonly string[]>

beforeAll(async () => {
  home = await makeTestAuthority()
  states = await makeWitnessedHistory(home)
  files = states.at(-1) ?? new Map<string, Buffer>()
  kinds = byKind([...files.keys()])
  expect((await audit(files)).findings).toEqual([])
})

afterAll(() => home.remove())

test('the history has every kind of file', () => {
  expect([...kinds.keys()].sort()).toEqual([
    'log/checkpoint',
    'log/policy.txt',
    ...['LIST', 'publication/LIST', 'root', 'snapshot', 'targets'].map(
      (one) => `log/proof/${one}/N.tlog-proof`,
    ),
    'log/tile/0/000.p/N',
    'log/tile/entries/000.p/N',
    ...['LIST', 'root', 'snapshot', 'targets'].map((one) => `tuf/metadata/N.${one}.json`),
    'tuf/metadata/timestamp.json',
    'tuf/targets/keys/HASH.export.pub',
    ...['delta-N-N.txt.gz', 'list.json', 'snapshot.txt.gz'].map(
      (one) => `tuf/targets/lists/LIST/HASH.${one}`,
    ),
    'tuf/targets/log/HASH.policy.txt',
  ])
})

test('no file is missed unseen, but those that nobody needs', async () => {
  const free: string[] = []
  for (const path of files.keys()) {
    const without = new Map(files)
    without.delete(path)
    if ((await audit(without)).findingCount === 0) free.push(path)
  }
  expect(free).toEqual([...files.keys()].filter((path) => whyNotNeeded(path) !== null))
  // Each reason there is has been met.
  expect(new Set(free.map(whyNotNeeded)).size).toBe(3)
})

test('no file is changed unseen, in any one byte', async () => {
  const change = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }))
  const changes = fc.array(change, { minLength: files.size, maxLength: files.size })
  await fc.assert(
    fc.asyncProperty(changes, async (drawn) => {
      let next = 0
      for (const [path, bytes] of files) {
        const [n, mask] = drawn[next++] ?? [0, 1]
        const changed = Buffer.from(bytes)
        const at = n % bytes.length
        changed[at] = (changed[at] ?? 0) ^ mask
        await expectFound(new Map(files).set(path, changed), `${path} at ${at} by ${mask}`)
      }
    }),
    { numRuns: SLOW ? 10 : 1, endOnFailure: true },
  )
})

test('no file is replaced unseen by an older one of its kind', async () => {
  for (const [path, bytes] of files) {
    const older = olderOf(path).filter((one) => !one.bytes.equals(bytes))
    for (const one of SLOW ? older : older.slice(-1)) {
      await expectFound(new Map(files).set(path, one.bytes), `${path} by ${one.name}`)
    }
  }
})

test('no two files of a kind change places unseen', async () => {
  const pairs = [...kinds.values()].flatMap((paths) =>
    paths.flatMap((path, i) => paths.slice(i + 1).map((other) => [path, other] as const)),
  )
  expect(pairs.length).toBeGreaterThan(SOME_PAIRS)
  const check = async ([path, other]: readonly [string, string]): Promise<void> => {
    const [a, b] = [files.get(path), files.get(other)]
    if (a === undefined || b === undefined || a.equals(b)) return
    await expectFound(new Map(files).set(path, b).set(other, a), `${path} and ${other}`)
  }
  if (SLOW) {
    for (const pair of pairs) await check(pair)
    return
  }
  const options = { numRuns: SOME_PAIRS, endOnFailure: true }
  await fc.assert(fc.asyncProperty(fc.constantFrom(...pairs), check), options)
})

test('what a publication has laid down before it shows its checkpoint is told from what the log has not', async () => {
  const [before, after] = [states[11] ?? files, files]
  const early = new Map([...after, ...before])
  const added = [...early.keys()].filter((path) => !before.has(path))
  const unlogged = added.filter((path) => path.startsWith('tuf/metadata/'))
  expect(unlogged.length).toBeGreaterThan(2)
  expect(codesOf(await audit(early))).toEqual(['checkpoint/behind'])
  // Without its proof, or the tiles that show that the log goes on as it was, it is what nobody has logged.
  for (const needed of added.filter((path) => /^log\/proof\/(?!publication)/.test(path))) {
    const without = new Map(early)
    without.delete(needed)
    expect(codesOf(await audit(without)), needed).toContain('metadata/unlogged')
  }
  // Shown while the audit reads, it is nothing to be told.
  expect(
    (await auditMock({ files: new Following(early, after), at: home.clock.at })).findings,
  ).toEqual([])
  const rootless = new Map(
    [...early].filter(([path]) => !path.startsWith('log/tile/0/') || before.has(path)),
  )
  const { findings } = await audit(rootless)
  expect(findings.map(({ path }) => path).sort()).toEqual(unlogged.sort())
})

/** Files of which the checkpoint is replaced by that of others when it has been read once. */
class Following extends Map<string, Buffer> {
  readonly #later: ReadonlyMap<string, Buffer>
  #asked = 0

  constructor(files: ReadonlyMap<string, Buffer>, later: ReadonlyMap<string, Buffer>) {
    super(files)
    this.#later = later
  }

  override get(path: string): Buffer | undefined {
    return path === 'log/checkpoint' && this.#asked++ > 0 ? this.#later.get(path) : super.get(path)
  }
}

function audit(changed: ReadonlyMap<string, Buffer>): ReturnType<typeof auditMock> {
  return auditMock({ files: new Map(changed), at: home.clock.at })
}

async function expectFound(changed: ReadonlyMap<string, Buffer>, what: string): Promise<void> {
  expect((await audit(changed)).findingCount, what).toBeGreaterThan(0)
}

function byKind(paths: readonly string[]): Map<string, string[]> {
  const kinds = new Map<string, string[]>()
  for (const path of paths) kinds.set(kindOf(path), [...(kinds.get(kindOf(path)) ?? []), path])
  return kinds
}

/** A path without what tells files of one kind apart. */
function kindOf(path: string): string {
  return path
    .replace(/[0-9a-f]{64}\./, 'HASH.')
    .replace(/lists\/[^/]*\//, 'lists/LIST/')
    .replace(/list-[0-9a-z]*([./])/, 'LIST$1')
    .replace(/publication\/[^/]*\//, 'publication/LIST/')
    .replace(/delta-\d+-\d+/, 'delta-N-N')
    .replace(/(metadata\/|\.p\/|proof\/.*\/)\d+/, '$1N')
}

/** What is older of a file's kind: an earlier version of a role, a smaller tile, the same path as it was, other targets. Oldest first. */
function olderOf(path: string): { readonly name: string; readonly bytes: Buffer }[] {
  const kind = kindOf(path)
  const earlier = states
    .flatMap((state, i) => {
      const bytes = state.get(path)
      return bytes === undefined ? [] : [{ name: `its own of step ${i + 1}`, bytes }]
    })
    .filter(({ bytes }, i, all) => i === 0 || all[i - 1]?.bytes.equals(bytes) !== true)
  const peers = (kinds.get(kind) ?? [])
    .filter((one) => one !== path && firstStep(one) <= firstStep(path))
    .sort((a, b) => firstStep(a) - firstStep(b))
    .map((one) => ({ name: one, bytes: files.get(one) ?? Buffer.alloc(0) }))
  return [...peers, ...earlier]
}

/** When a path was first there. */
function firstStep(path: string): number {
  return states.findIndex((state) => state.has(path))
}

/** Why a file may be away; null for one that may not. */
function whyNotNeeded(path: string): string | null {
  const width = /^(log\/tile\/.*)\.p\/(\d+)$/.exec(path)
  if (width !== null) {
    const widths = [...files.keys()].flatMap((one) =>
      one.startsWith(`${width[1] ?? ''}.p/`) ? Number(one.split('/').at(-1)) : [],
    )
    // c2sp.org/tlog-tiles, «Partial Tiles».
    return Number(width[2]) < Math.max(...widths) ? 'a longer tile is there' : null
  }
  if (path.endsWith('export.pub')) {
    return isNamed(path) ? null : 'exports are signed by the key that TUF names now'
  }
  if (/lists\/phishing\/.*\.snapshot\.txt\.gz$/.test(path) && !isNamed(path)) {
    return firstStep(path) === 0 ? null : 'a delta leads to its serial'
  }
  return null
}

/** Whether the newest metadata name a target. */
function isNamed(path: string): boolean {
  const [, hash = ''] = /([0-9a-f]{64})\./.exec(path) ?? []
  const newest = ['targets', 'list-phishing'].map((role) => {
    const versions = [...files.keys()].flatMap(
      (one) => new RegExp(`^tuf/metadata/(\\d+)\\.${role}\\.json$`).exec(one)?.[1] ?? [],
    )
    return files.get(`tuf/metadata/${Math.max(...versions.map(Number))}.${role}.json`)
  })
  return newest.some((bytes) => bytes?.includes(hash) === true)
}
