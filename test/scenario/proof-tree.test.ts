import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkPublished } from '../../src/audit/check-published.ts'
import { parseEntryProofFile, type EntryProofFile } from '../../src/audit/entry-proof-file.ts'
import { defaultLimits } from '../../src/audit/limit-published.ts'
import { openFolder } from '../../src/audit/open-folder.ts'
import { verifyEntryProofFile } from '../../src/audit/verify-entry-proof-file.ts'
import type { Authority } from '../../src/main/open-authority.ts'
import { openProofTrees } from '../../src/main/proof-trees.ts'
import type { PublishDeps } from '../../src/publish/ports.ts'
import { publishList } from '../../src/publish/publish-list.ts'
import {
  applyList,
  decideLines,
  makeTestAuthority,
  publishLines,
  type TestAuthority,
} from '../support/authority-folder.ts'
import { runBailiwick, type Ran } from '../support/bailiwick-command.ts'
import { entryLine } from '../support/lines.ts'
import { publishedPolicy } from '../support/published-log.ts'
import {
  publicReferenceLeaf,
  referenceRoot,
  referenceTop,
  sha,
} from '../support/proof-tree-reference.ts'
import { manifestOf, rootsOf } from '../support/tree-roots.ts'

const PLACE = 'f0'.repeat(16)
let home: TestAuthority
let authority: Authority

beforeEach(async () => {
  home = await makeTestAuthority()
  authority = home.open()
  applyList(authority, 'open')
  applyList(authority, 'secret', { visibility: 'restricted' }, PLACE)
})
afterEach(() => {
  authority.close()
  home.remove()
})

/** Serial by serial: some are amended, some retired, and some come back as they were. */
const HISTORY = [
  [entryLine(1), entryLine(2), entryLine(3)],
  [entryLine(1), entryLine(2, 1), entryLine(4)],
  [entryLine(1), entryLine(2)],
  [],
  [entryLine(1), entryLine(3), entryLine(5)],
]
const valueOf = (n: number): string => entryLine(n).split('\t')[0]!
const treeFile = (place: string): string => join(authority.paths.work, place, 'proof-tree.db')

async function expectRoots(id: string, from = 1): Promise<void> {
  const { told, made } = await rootsOf(authority, id, from)
  expect(told).toEqual(made)
}

describe.each(['open', 'secret'])('the manifests of the list %s', (id) => {
  test('have the roots of trees made anew, in every serial of a history', async () => {
    for (const lines of HISTORY) await publishLines(authority, id, lines)
    await expectRoots(id)
    const trees = HISTORY.map((_, i) => manifestOf(authority, id, i + 1))
    expect(new Set(trees.map(({ tree }) => tree)).size).toBe(HISTORY.length)
    const keys = new Set(trees.map(({ vrfKey }) => vrfKey))
    expect(keys.size).toBe(1)
    expect(keys.has(undefined)).toBe(id === 'open')
  })

  test('have them whatever became of the cache meanwhile', async () => {
    const place = id === 'open' ? 'open' : PLACE
    const old = join(home.data, 'old')
    const changes: (() => void)[] = [
      () => cpSync(authority.paths.work, old, { recursive: true }),
      () => rmSync(authority.paths.work, { recursive: true }),
      () => cpSync(old, authority.paths.work, { recursive: true, force: true }),
      () => writeFileSync(treeFile(place), 'no database'),
      () => {
        const bytes = readFileSync(treeFile(place))
        writeFileSync(treeFile(place), bytes.subarray(0, bytes.length - 5000).fill(7, 3000))
      },
    ]
    for (const [i, change] of changes.entries()) {
      await publishLines(authority, id, HISTORY[i]!)
      change()
    }
    await publishLines(authority, id, [entryLine(9)])
    await expectRoots(id)
    expect(existsSync(treeFile(place))).toBe(true)
  })

  test('have them after a serial whose tree was not kept, and one that never came to be', async () => {
    await publishLines(authority, id, HISTORY[0]!)
    const forgetful: PublishDeps = {
      ...authority,
      trees: {
        ...authority.trees,
        begin: (next) => ({ ...authority.trees.begin(next), keep: () => undefined }),
      },
    }
    const list = authority.store.lists.find(id)!
    for (const lines of HISTORY.slice(1, 3)) {
      decideLines(authority, id, lines)
      await publishList(forgetful, list, { actor: 'alice', override: null })
    }
    // Its tree is kept, and the serial then made of other decisions.
    decideLines(authority, id, HISTORY[3]!)
    const kept = authority.trees
    const broken: PublishDeps = {
      ...authority,
      trees: {
        ...kept,
        begin: (next) => {
          const ahead = kept.begin(next)
          return {
            ...ahead,
            root: ahead.root.then(() => (ahead.keep(), Promise.reject(new Error('killed')))),
          }
        },
      },
    }
    await expect(publishList(broken, list, { actor: 'alice', override: null })).rejects.toThrow(
      'killed',
    )
    expect(await authority.trees.keptSerial(list.place)).toBe(4)
    await publishLines(authority, id, HISTORY[4]!)
    await publishLines(authority, id, HISTORY[0]!)
    await expectRoots(id)
  })
})

test('an authority that had serials without them begins with its next one', async () => {
  await publishLines(authority, 'open', HISTORY[0]!)
  await publishLines(authority, 'secret', HISTORY[0]!)
  authority.store.log.abandon()
  rmSync(join(authority.paths.published, 'log'), { recursive: true })
  await publishLines(authority, 'open', HISTORY[1]!)
  await publishLines(authority, 'secret', HISTORY[1]!)
  for (const id of ['open', 'secret']) {
    expect(manifestOf(authority, id, 1)).toMatchObject({ v: 1 })
    expect(manifestOf(authority, id, 1).tree).toBeUndefined()
    await expectRoots(id, 2)
  }
})

test('the secrets of a restricted list lie in one key file, and nowhere else', async () => {
  expect(await publishLines(authority, 'secret', HISTORY[0]!)).toMatchObject({
    isTreeRekeyed: false,
  })
  const files = readdirSync(authority.paths.keys).map(
    (name) =>
      JSON.parse(readFileSync(join(authority.paths.keys, name), 'utf8')) as {
        readonly use?: string
        readonly keyid: string
      },
  )
  const own = files.filter(({ use }) => use === `tree-${PLACE}`)
  expect(own).toHaveLength(1)
  const secret = Buffer.from(await authority.keys.treeSecret(own[0]!.keyid))
  expect(secret).toHaveLength(32)
  for (const path of [authority.paths.database, treeFile(PLACE), `${treeFile(PLACE)}-wal`]) {
    if (existsSync(path)) expect(readFileSync(path).includes(secret)).toBe(false)
  }
  const others = files.filter(({ use }) => use === 'root' || use === `list-${PLACE}`)
  expect(others).toHaveLength(2)
  for (const { keyid } of others) {
    await expect(authority.keys.treeSecret(keyid)).rejects.toThrow(
      expect.objectContaining({ code: 'key/missing' }),
    )
  }
  // Taken away, as after a theft: the next serial is made with another.
  const before = manifestOf(authority, 'secret', 1).vrfKey
  rmSync(join(authority.paths.keys, `${own[0]!.keyid}.json`))
  authority.close()
  authority = home.open()
  const outcomes = [
    await publishLines(authority, 'secret', HISTORY[1]!),
    await publishLines(authority, 'secret', HISTORY[2]!),
  ]
  // Said once: without that key nothing of the serials before can be proved.
  expect(outcomes).toMatchObject([{ isTreeRekeyed: true }, { isTreeRekeyed: false }])
  expect(manifestOf(authority, 'secret', 2).vrfKey).not.toBe(before)
  await expectRoots('secret', 2)
})

test('of a long list is made by a thread of its own', { timeout: 120_000 }, async () => {
  const { paths, store } = authority
  const threads = openProofTrees(
    { folder: paths.work, database: paths.database, store },
    new URL('../../dist/main/proof-tree-thread.js', import.meta.url),
  )
  const began: boolean[] = []
  const deps: PublishDeps = {
    ...authority,
    trees: {
      ...threads,
      begin: (next) => {
        began.push(next.way !== null)
        return threads.begin(next)
      },
    },
  }
  const lines = Array.from({ length: 50_000 }, (_, n) => entryLine(n))
  for (const changed of [lines, lines.map((line, n) => (n < 9 ? entryLine(n, 1) : line))]) {
    decideLines(authority, 'open', changed)
    const list = store.lists.find('open')!
    await publishList(deps, list, { actor: 'alice', override: null })
  }
  expect(await threads.keptSerial('open')).toBe(2)
  expect(began).toEqual([false, true])
  await expectRoots('open')
})

/** What an outsider is shown: nothing of the files and the role of a restricted list. */
function shownFiles(): string {
  const all = readdirSync(authority.paths.published, { recursive: true, encoding: 'utf8' })
  return all
    .filter((path) => !path.includes(`list-${PLACE}.json`) && !path.includes(`lists/${PLACE}`))
    .map((path) => join(authority.paths.published, path))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'))
    .join('\n')
}

/** Everything that can be made of a guess without a secret, in hex: for lists that have it alone, too. */
function guessesAt(place: string, line: string, serial: number): string[] {
  const leaf = publicReferenceLeaf(place, line)
  const top = referenceTop([leaf])
  const [value = '', kind = ''] = line.split('\t')
  const plain = [value, `${value}\t${kind}`, line, `${line}\n`].map((text) => sha(text))
  const all = [...plain, leaf.index, leaf.commitment, top, referenceRoot(place, serial, top)]
  return all.map((bytes) => bytes.toString('hex'))
}

test('a dictionary finds nothing of a restricted list in what is published, and would find plain hashes', async () => {
  const listed = 4711
  const found = (place: string): number[] => {
    const shown = new Set(shownFiles().match(/[0-9a-f]{64}/g))
    return Array.from({ length: process.env['SLOW'] ? 1_000_000 : 10_000 }, (_, n) => n).filter(
      (n) => guessesAt(place, entryLine(n), 1).some((guess) => shown.has(guess)),
    )
  }
  await publishLines(authority, 'secret', [entryLine(listed)])
  expect(shownFiles()).toContain(manifestOf(authority, 'secret', 1).tree)
  expect(found(PLACE)).toEqual([])
  await publishLines(authority, 'open', [entryLine(listed)])
  expect(found('open')).toEqual([listed])
})

describe('a proof', () => {
  beforeEach(async () => {
    for (const id of ['open', 'secret']) {
      for (const lines of HISTORY) await publishLines(authority, id, lines)
    }
    authority.close()
  })

  const run = (...args: string[]): Promise<Ran> =>
    runBailiwick(['--data', home.data, ...args], { cwd: home.data })
  const readProof = (): EntryProofFile =>
    parseEntryProofFile(JSON.parse(readFileSync(join(home.data, 'proof.json'), 'utf8')))

  /** Whether the value was on the list at a serial, as whoever gets the proof is told, offline. */
  async function proven(id: string, serial: number, value: string): Promise<string> {
    const made =
      id === 'open'
        ? await run(
            ...['audit', 'prove', 'open', value, '--from', 'published'],
            ...['--serial', String(serial), '-o', 'proof.json'],
          )
        : await run(
            ...['log', 'open', id, '--serial', String(serial), '--entry', value],
            ...['-o', 'proof.json'],
          )
    expect(made.stderr).toBe('')
    const policy = join(home.data, 'published/log/policy.txt')
    const ran = await run('audit', 'verify-proof', 'proof.json', '--policy', policy)
    expect(ran.stderr).toBe('')
    expect(ran.stdout).toMatch(/proven: bailiwick-entry-proof\/1\n$/)
    return ran.stdout
  }

  test.each(['open', 'secret'])(
    'of the list %s is verified offline, for what was listed and for what was not',
    { timeout: 120_000 },
    async (id) => {
      const listed = await proven(id, 2, valueOf(2))
      expect(listed.match(/listed: nodata, category c1, reference R2/g)).toHaveLength(1)
      expect(listed.match(/: not listed/g)).toHaveLength(3)
      expect(listed).toContain(id === 'open' ? 'open, serial 2, 20' : PLACE)
      const { answers } = readProof()
      expect(answers.map(({ kind }) => kind)).toEqual(['domain', 'host', 'subdomains', 'url'])
      expect(await proven(id, 3, valueOf(2))).toContain('listed: nxdomain, category -')
      for (const [serial, value] of [
        [5, 2],
        [4, 1],
        [1, 9],
      ] as const) {
        const absent = await proven(id, serial, valueOf(value))
        expect(absent.match(/: not listed/g)).toHaveLength(4)
      }
    },
  )

  test('of a restricted list shows no other entry, no decision and not its name', async () => {
    await proven('secret', 2, valueOf(2))
    const text = readFileSync(join(home.data, 'proof.json'), 'utf8')
    const all = [text, ...base64In(text).map((part) => part.toString('latin1'))].join('\n')
    for (const n of [1, 3, 4, 5]) expect(all).not.toContain(`${valueOf(n)}\t`)
    const authority_ = home.open()
    const { state, previous, decisions } = manifestOf(authority_, 'secret', 2)
    for (const hidden of [state, previous, decisions, '"list":"secret"']) {
      expect(all).not.toContain(hidden)
    }
    authority_.close()
  })

  test('is refused when anything in it is altered, and under another policy or root', async () => {
    await proven('secret', 2, valueOf(2))
    const hidden = readProof()
    await proven('open', 2, valueOf(2))
    const file = readProof()
    const policy = publishedPolicy(join(home.data, 'published'))
    const trust = { policy, root: null }
    const refused = expect.objectContaining({ code: 'audit/proof' }) as unknown
    const verify =
      (changed: EntryProofFile, by = trust) =>
      () =>
        verifyEntryProofFile(changed, by)
    expect(verify(file)).not.toThrow()
    expect(verify(hidden)).not.toThrow()
    const [first, second] = file.answers
    const other = { ...first!.proof, path: second!.proof.path, end: second!.proof.end }
    for (const changed of [
      { ...file, serial: 3 },
      { ...file, place: 'other' },
      { ...file, place: hidden.place },
      { ...file, leaf: hidden.leaf },
      { ...file, answers: [] },
      { ...file, answers: [{ ...first!, value: valueOf(3) }] },
      { ...file, answers: [{ ...first!, value: first!.value.toUpperCase() }] },
      { ...file, answers: [{ ...first!, proof: other }] },
      { ...file, answers: hidden.answers },
      { ...file, vrfKey: hidden.vrfKey! },
      { ...file, leaf: { ...file.leaf, proof: hidden.leaf.proof } },
      { ...hidden, vrfKey: Buffer.alloc(32, 1).toString('base64') },
      { ...hidden, vrfKey: `${hidden.vrfKey!}=` },
      { ...hidden, answers: file.answers },
    ]) {
      expect(verify(changed)).toThrow(refused)
    }
    const stranger = await makeTestAuthority()
    const strange = publishedPolicy(join(stranger.data, 'published'))
    stranger.remove()
    expect(verify(file, { policy: strange, root: null })).toThrow(refused)
    const root = readFileSync(join(home.data, 'root.json'))
    expect(() => verifyEntryProofFile(file, { policy: null, root })).not.toThrow()
    expect(() => verifyEntryProofFile(file, { policy: null, root: Buffer.from('{}') })).toThrow(
      refused,
    )
    expect(() => verifyEntryProofFile({ ...file, targets: [] }, { policy: null, root })).toThrow(
      refused,
    )
  })

  test('of a restricted list is not made without the authority', async () => {
    const ran = await run(
      ...['audit', 'prove', PLACE, 'a.example', '--from', 'published'],
      ...['--serial', '2', '-o', 'no.json'],
    )
    expect([ran.code, existsSync(join(home.data, 'no.json'))]).toEqual([3, false])
    expect(ran.stderr).toContain('audit/unprovable')
  })

  test('is of a tree that the audit makes again at every serial', async () => {
    const source = await openFolder(join(home.data, 'published'))
    const report = await checkPublished(source, {
      ...{ at: home.clock.at, policy: null, root: null, checkpoint: null },
      limits: defaultLimits(() => home.clock.at),
    })
    expect(report).toMatchObject({ findings: [], counts: { manifests: 10, trees: 5 } })
    await source.close()
  })
})

function base64In(text: string): Buffer[] {
  return [...text.matchAll(/"([A-Za-z0-9+/=]{20,})"/g)].map(([, part]) =>
    Buffer.from(part!, 'base64'),
  )
}
