import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ROLES } from '../../src/core/person.ts'
import { ACT_ROLES, type Act } from '../../src/curation/may-act.ts'
import {
  faultOf,
  openCommandWorld,
  type CommandWay,
  type CommandWorld,
} from '../support/command-world.ts'

/** Every command that changes something, or takes data away, by every role: what policies ask is in `policies-through-commands.test.ts`. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const folder = mkdtempSync(join(tmpdir(), 'roles-'))
let world: CommandWorld
let count = 0

beforeAll(async () => {
  world = await openCommandWorld({ needed: 1, organisations: 1 })
  for (const way of ['here', 'there'] as const) world.list(way, ['listed.example'])
  writeFileSync(join(folder, 'top.csv'), '1,bank.example\n')
  const list = { id: 'phishing', title: 'Phishing', authority: 'Example CERT' }
  writeFileSync(join(folder, 'list.json'), JSON.stringify({ ...list, legalBasis: 'Act, art. 1' }))
})

afterAll(async () => {
  expect(world.stores.here.events.check()).toEqual([])
  expect(world.stores.there.events.check()).toEqual([])
  expect(world.ways.faults).toEqual([])
  await world.close()
  rmSync(folder, { recursive: true })
})

interface Row {
  readonly act: Act
  /** With a number that is used once. */
  readonly words: (n: number) => readonly string[]
  /** What must be there before it: done by somebody who may. */
  readonly first?: (n: number) => readonly [user: string, ...words: readonly string[]]
  /** What a server tells those who may not know of what it is about. */
  readonly hidden?: string
  /** At a server, too. */
  readonly isAsked: boolean
}

const WHY = ['--reason', 'a test'] as const

const report = (n: number) =>
  ['report', 'add', `r${n}.example`, '--list', 'phishing', '--id', `R${n}`, ...WHY] as const

/** The newest report of the list. */
const REPORTED = 'REPORTED'

const ROWS: readonly Row[] = [
  { act: 'report', words: report, isAsked: true },
  {
    ...{ act: 'answer-report', isAsked: true, first: (n) => ['reporter', ...report(n)] },
    words: () => ['report', 'reject', REPORTED, ...WHY],
  },
  {
    ...{ act: 'propose-add', isAsked: true, first: (n) => ['reporter', ...report(n)] },
    words: () => ['report', 'propose', REPORTED, '--acknowledge', 'guard/popular-missing'],
  },
  {
    ...{ act: 'review', isAsked: true },
    words: () => ['review', 'ask', 'phishing', 'listed.example', ...WHY],
  },
  { act: 'publish', isAsked: true, words: () => ['publish', 'phishing'] },
  { act: 'publish', isAsked: false, words: () => ['review', 'run'] },
  {
    ...{ act: 'manage-register', isAsked: true },
    words: (n) => ['register', 'add', `g${n}.example`, '--purpose', 'authority', ...WHY],
  },
  {
    ...{ act: 'manage-users', isAsked: true },
    words: (n) => ['organisation', 'add', `Organisation ${n}`, '--kind', 'partner'],
  },
  {
    ...{ act: 'manage-users', isAsked: true },
    words: (n) => {
      const role = ['--role', 'curator', '--list', 'phishing'] as const
      return ['user', 'add', `user${n}`, '--organisation', 'Court', ...role]
    },
  },
  {
    ...{ act: 'manage-users', isAsked: true, hidden: 'user/not-found' },
    words: () => ['user', 'role', 'give', 'other-curator', 'reporter', '--list', 'phishing'],
  },
  {
    ...{ act: 'manage-list', isAsked: false },
    words: () => ['list', 'apply', join(folder, 'list.json')],
  },
  {
    ...{ act: 'read-events', isAsked: false },
    words: (n) => ['events', 'export', '-o', join(folder, `events${n}`)],
  },
  {
    ...{ act: 'manage-subscribers', isAsked: false },
    words: (n) => ['subscriber', 'add', `isp${n}`, '--lists', 'phishing'],
  },
  { act: 'export', isAsked: false, words: () => ['export', 'phishing', '--format', 'hosts'] },
  {
    ...{ act: 'manage-register', isAsked: false },
    words: () => ['popular', 'load', join(folder, 'top.csv'), '--source', 'a test'],
  },
  { act: 'manage-keys', isAsked: false, words: () => ['key', 'renew', 'root'] },
  {
    ...{ act: 'propose-add', isAsked: false },
    words: (n) => {
      const file = join(folder, `import${n}`)
      writeFileSync(file, `i${n}.example\n`)
      return ['entry', 'import', 'phishing', file, ...WHY]
    },
  },
]

const cells = ROWS.flatMap((row) =>
  ROLES.map((role) => {
    const name = row.words(0).slice(0, 3).join(' ')
    const allowed = (ACT_ROLES[row.act] as readonly string[]).includes(role)
    return { row, role, name, allowed }
  }),
)

const numbersOf = (way: CommandWay): number => [...world.stores[way].events.all()].length

async function tryIt(way: CommandWay, { row, role, allowed }: (typeof cells)[number]) {
  const n = ++count
  if (row.first !== undefined) {
    const [user, ...words] = row.first(n)
    expect((await world.run(way, user, ...words)).code).toBe(0)
  }
  const newest = `r${world.stores[way].reports.ofOwnId('Court', `R${n}`)?.id ?? 0}`
  const words = row.words(n).map((word) => (word === REPORTED ? newest : word))
  const before = numbersOf(way)
  const ran = await world.run(way, role, ...words)
  if (allowed) expect([ran.code, faultOf(ran)], ran.stderr).toEqual([0, null])
  else {
    const isHidden = way === 'there' && role !== 'auditor'
    const code = (isHidden ? row.hidden : undefined) ?? 'user/refused'
    expect([ran.code, faultOf(ran)], ran.stderr).toEqual([3, code])
    expect(numbersOf(way)).toBe(before)
  }
}

describe('at the folder', () => {
  it.each(cells)('$role and «$name»', (cell) => tryIt('here', cell))
})

describe('at a server', () => {
  it.each(cells.filter(({ row }) => row.isAsked))('$role and «$name»', (cell) =>
    tryIt('there', cell),
  )
})
