import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ALL_OPERATIONS } from '../../src/console/api/all-operations.ts'
import { ROLES, type Role } from '../../src/core/person.ts'
import { ACT_ROLES } from '../../src/curation/may-act.ts'
import { requestOf } from '../support/api-request.ts'
import { openConsoleWorld, SECRET, THEIRS, type ConsoleWorld } from '../support/console-world.ts'
import type { Answer } from '../support/sign-in-host.ts'

/** Every operation that there is, asked by everybody: whatever is added to the table is asked here too. */
let world: ConsoleWorld

beforeAll(async () => {
  world = openConsoleWorld()
  await world.fill()
})

afterAll(() => {
  expect(world.host.faults).toEqual([])
  world.host.close()
})

const eventsNow = (): number => [...world.host.store.events.all()].length

/** Nothing that it says is about a list or others: empty pages, whoever asks alone, or of several nothing done. */
function saysNothing({ body, text }: Answer, role: string): boolean {
  const { items, outcomes } = body as { items?: unknown[]; outcomes?: { error: unknown }[] }
  if (text.includes(SECRET)) return false
  if (items !== undefined) return items.every((item) => isOneself(item, role))
  if (outcomes !== undefined) return outcomes.every(({ error }) => error !== null)
  const parts = Object.entries(body).flatMap(([name, part]) => (name === 'at' ? [] : [part]))
  return parts.length > 0 && parts.every((part) => part === null || isEmpty(part))
}

const isEmpty = (part: unknown): boolean => Array.isArray(part) && part.length === 0

/** Users are named by their roles here. */
function isOneself(item: unknown, role: string): boolean {
  const { name, roles } = item as { name?: unknown; roles?: unknown }
  return roles !== undefined && name === role
}

/** By the letter of its address, in the order of the table. */
const rows = ALL_OPERATIONS.map((row) => ({ row, name: `${row.method} ${row.path}` }))
const closed = rows.filter(({ row }) => row.isOpen !== true)

describe('nobody', () => {
  it.each(closed)('may $name', async ({ row }) => {
    const { method, path, sending } = requestOf(row)
    const before = eventsNow()
    const answer = await world.send(null, method, path, sending)
    expect(answer).toMatchObject({ status: 401, body: { code: 'session/none' } })
    expect(eventsNow()).toBe(before)
  })
})

const limited = closed.filter(({ row }) => row.act !== undefined)
const refused = limited.flatMap(({ row, name }) => {
  const allowed: readonly Role[] = row.act === undefined ? ROLES : ACT_ROLES[row.act]
  const others = ROLES.filter((role) => !allowed.includes(role))
  return others.map((role) => ({ row, name, role }))
})

describe('without a role that may', () => {
  it.each(refused)('$role does nothing by $name', async ({ row, role }) => {
    const { method, path, sending } = requestOf(row)
    const before = eventsNow()
    const answer = await world.send(role, method, path, sending)
    const isRefused = [403, 404].includes(answer.status) || saysNothing(answer, role)
    expect(isRefused, `${answer.status} ${answer.text}`).toBe(true)
    // An attempt that a guard or a rule has stopped may be noted; what lists have and what is decided stays.
    const made = [...world.host.store.events.all()].slice(before).map(({ act }) => act)
    expect(made.filter((act) => act !== 'decision-refused')).toEqual([])
  })
})

/** An id of a list that the asker may know nothing of, and one that nobody has. */
const FOREIGN = {
  ...{ proposal: 'p2', list: THEIRS, report: 'r2', value: `${SECRET}.example` },
  ...{ decision: '2', review: '2', subscriber: 'isp-2' },
}
const NOWHERE = {
  ...{ proposal: 'p99', list: 'nowhere', report: 'r99', value: 'none.example' },
  ...{ decision: '99', review: '99', subscriber: 'isp-99' },
}

describe('of a restricted list', () => {
  const asked = ROLES.flatMap((role) => closed.map(({ row, name }) => ({ role, row, name })))

  it.each(asked)('$role of another hears by $name what he hears of none', async ({ role, row }) => {
    const hear = async (there: Readonly<Record<string, string>>): Promise<string> => {
      const { method, path, sending } = requestOf(row, there)
      const { status, text } = await world.send(role, method, path, sending)
      // What one has said oneself may be said back.
      expect(text.replaceAll(there['value'] ?? '', '')).not.toContain(SECRET)
      return [
        status,
        ...text.split(/\b(?:[pr]?2|[pr]?99|gambling|nowhere|zanzibar\.example|none\.example)\b/),
      ].join('·')
    }
    if (JSON.stringify(requestOf(row, FOREIGN)) === JSON.stringify(requestOf(row, NOWHERE))) return
    const before = eventsNow()
    expect(await hear(FOREIGN)).toBe(await hear(NOWHERE))
    const made = [...world.host.store.events.all()].slice(before).map(({ act }) => act)
    expect(made.filter((act) => act !== 'decision-refused')).toEqual([])
  })
})
