import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Ran } from '../support/bailiwick-command.ts'
import {
  faultOf,
  openCommandWorld,
  type CommandWay,
  type CommandWorld,
} from '../support/command-world.ts'
import {
  ON_PROPOSALS,
  policyCells,
  POLICIES,
  PROPOSING,
  type Policy,
  type PolicyCell,
} from '../support/policy-table.ts'

/** Every act on proposals, by every role, under every policy, by commands at the folder; and a part of it at a server. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 180_000 })

const worlds = new Map<Policy, CommandWorld>()
let names = 0

beforeAll(async () => {
  for (const policy of Object.keys(POLICIES) as Policy[]) {
    worlds.set(policy, await openCommandWorld(POLICIES[policy]))
  }
})

afterAll(async () => {
  for (const { stores, ways, close } of worlds.values()) {
    expect(stores.here.events.check()).toEqual([])
    expect(stores.there.events.check()).toEqual([])
    expect(ways.faults).toEqual([])
    await close()
  }
})

const SEEN = ['--acknowledge', 'guard/popular-missing'] as const
const WHY = ['--reason', 'a test'] as const

/** Each act of the table as it is typed. */
const PROPOSE: Readonly<Record<string, (value: string) => readonly string[]>> = {
  add: (value) => ['entry', 'add', 'phishing', value, ...WHY, ...SEEN],
  retire: (value) => ['entry', 'retire', 'phishing', value, ...WHY],
  amend: (value) => ['entry', 'amend', 'phishing', value, '--action', 'nodata', ...WHY, ...SEEN],
}

const ACT: Readonly<Record<string, (proposal: string) => readonly string[]>> = {
  approvals: (id) => ['decision', 'approve', id, ...SEEN],
  rejection: (id) => ['decision', 'reject', id, ...WHY],
  withdrawal: (id) => ['decision', 'withdraw', id, ...WHY],
  comments: (id) => ['decision', 'comment', id, 'a test'],
  assignment: (id) => ['decision', 'assign', id, 'other-curator'],
  revisions: (id) => ['decision', 'change', id, '--note', 'a slip', '--reason', 'new', ...SEEN],
  overrides: (id) => ['decision', 'override', id, ...WHY],
  'approvals/taken-back': (id) => ['decision', 'unapprove', id, '--of', 'other-curator', ...WHY],
}

interface Told {
  readonly state?: string
  readonly proposal?: string | null
}

function toldBy({ stdout }: Ran): Told {
  const told = JSON.parse(stdout) as Told | readonly Told[]
  return (Array.isArray(told) ? (told as readonly Told[])[0] : (told as Told)) ?? {}
}

/** The state that it says it has come to, or the fault that it has ended with. */
function outcomeOf(ran: Ran): string | undefined {
  return faultOf(ran) ?? toldBy(ran).state
}

async function propose(way: CommandWay, { policy, role, ...cell }: PolicyCell): Promise<void> {
  const world = worlds.get(policy)!
  const value = `n${++names}.example`
  const [act = '', urgent] = cell.act.split(' ').reverse()
  if (act !== 'add') world.list(way, [value])
  const before = world.listed(way, value)
  const words = [...PROPOSE[act]!(value), ...(urgent === undefined ? [] : ['--urgent']), '--json']
  const ran = await world.run(way, role, ...words)
  expect(outcomeOf(ran), ran.stderr).toBe(cell.allowed ? cell.then : 'user/refused')
  const isDecided = cell.allowed && cell.then === 'decided'
  const after = { add: 'nxdomain', retire: null, amend: 'nodata' }[act]
  expect(world.listed(way, value)).toBe(isDecided ? after : before)
}

async function actOnProposal(
  way: CommandWay,
  { policy, role, ...cell }: PolicyCell,
): Promise<void> {
  const world = worlds.get(policy)!
  const value = `n${++names}.example`
  const proposed = await world.run(way, 'other-curator', ...PROPOSE['add']!(value), '--json')
  const { proposal } = toldBy(proposed)
  const ran = await world.run(way, role, ...ACT[cell.act]!(proposal ?? ''), '--json')
  const refused = way === 'there' && role === 'reporter' ? 'proposal/not-found' : 'user/refused'
  expect(outcomeOf(ran), ran.stderr).toBe(cell.allowed ? cell.then : refused)
  const isDecided = cell.allowed && cell.then === 'decided'
  expect(world.listed(way, value)).toBe(isDecided ? 'nxdomain' : null)
  const shown = await world.run(way, 'auditor', 'decision', 'show', proposal ?? '', '--json')
  const isDone = cell.allowed && cell.then !== 'user/refused'
  expect(toldBy(shown).state).toBe(isDone ? cell.then : 'open')
}

/** Of each act somebody who may, where anybody may, and two who may not. */
function sampleOf(cells: readonly PolicyCell[]): readonly PolicyCell[] {
  const seen = new Set<string>()
  return cells.filter(({ policy, act, role, allowed }) => {
    if (policy !== 'two of two organisations') return false
    if (!allowed) return role === 'auditor' || role === 'reporter'
    return !seen.has(act) && seen.add(act)
  })
}

describe('at the folder', () => {
  it.each(policyCells(PROPOSING))('$policy: $act by $role', (cell) => propose('here', cell))

  it.each(policyCells(ON_PROPOSALS))('$policy: $act by $role of what is proposed', (cell) =>
    actOnProposal('here', cell),
  )
})

describe('at a server', () => {
  it.each(sampleOf(policyCells(PROPOSING)))('$act by $role', (cell) => propose('there', cell))

  it.each(sampleOf(policyCells(ON_PROPOSALS)))('$act by $role of what is proposed', (cell) =>
    actOnProposal('there', cell),
  )
})
