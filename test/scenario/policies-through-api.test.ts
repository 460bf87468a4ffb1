import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Role } from '../../src/core/person.ts'
import { openConsoleWorld, OURS, WARNED, type ConsoleWorld } from '../support/console-world.ts'
import {
  ON_PROPOSALS,
  policyCells as cells,
  POLICIES,
  PROPOSING,
  type Policy,
} from '../support/policy-table.ts'

/** Every act on proposals, by every role, under every policy, over the API. */

/** Nothing that is decided urgently can be published where there are no keys; what is decided stays. */
const UNPUBLISHED = 'data/not-found'

const BODIES: Readonly<Record<string, object>> = {
  approvals: { acknowledge: WARNED },
  revisions: { note: 'another text', acknowledge: WARNED },
  assignment: { to: 'other-curator' },
  'approvals/taken-back': { whose: 'other-curator', reason: 'he is ill' },
}

/** Of a role that can't read proposals nobody says that there is one. */
function refusalOf(role: Role): string {
  return role === 'reporter' ? 'proposal/not-found' : 'user/refused'
}

const worlds = new Map<Policy, ConsoleWorld>()
let names = 0

beforeAll(() => {
  for (const policy of Object.keys(POLICIES) as Policy[]) {
    worlds.set(policy, openConsoleWorld(POLICIES[policy]))
  }
})

afterAll(() => {
  for (const { host } of worlds.values()) {
    for (const error of host.faults) expect(error).toMatchObject({ code: UNPUBLISHED })
    expect(host.store.events.check()).toEqual([])
    host.close()
  }
})

describe('who proposes', () => {
  it.each(cells(PROPOSING))('$policy: $act by $role', async ({ policy, role, ...cell }) => {
    const world = worlds.get(policy)!
    const value = `n${++names}.example`
    const [act = '', urgent] = cell.act.split(' ').reverse()
    if (act !== 'add') world.list(OURS, [value])
    const isListed = () => listed(world, value)
    const before = isListed()
    const { status, body } = await world.send(role, 'POST', '/v1/proposals', {
      body: {
        ...{ list: OURS, act, entries: [{ value }], reason: 'a test', acknowledge: WARNED },
        ...(urgent !== undefined && { urgent: true }),
        ...(act === 'amend' && { action: 'nodata' }),
      },
    })
    if (!cell.allowed) {
      expect({ status, body }).toMatchObject({ status: 403, body: { code: 'user/refused' } })
      expect(isListed()).toEqual(before)
      return
    }
    expect(body['state'] ?? body['code']).toBe(cell.then)
    if (cell.then !== 'decided') expect(isListed()).toEqual(before)
    else expect(isListed()).toEqual({ add: 'nxdomain', retire: null, amend: 'nodata' }[act])
    if (urgent !== undefined && cell.then === 'decided') {
      expect(body).toMatchObject({
        serial: null,
        note: expect.stringContaining(UNPUBLISHED) as string,
      })
    }
  })
})

describe('who has a proposal before him', () => {
  it.each(cells(ON_PROPOSALS))('$policy: $act by $role', async ({ policy, role, ...cell }) => {
    const world = worlds.get(policy)!
    const value = `n${++names}.example`
    const { proposal } = (await world.propose(OURS, value)).body as { proposal: string }
    const path = `/v1/proposals/${proposal}/${cell.act}`
    const { status, body } = await world.send(role, 'POST', path, {
      ...{ tag: 'r1', body: BODIES[cell.act] ?? { reason: 'a test' } },
    })
    if (!cell.allowed) {
      const status404 = refusalOf(role) === 'proposal/not-found'
      expect({ status, body }).toMatchObject({
        ...{ status: status404 ? 404 : 403, body: { code: refusalOf(role) } },
      })
    } else expect(body['state'] ?? body['code']).toBe(cell.then)
    expect(listed(world, value)).toBe(cell.allowed && cell.then === 'decided' ? 'nxdomain' : null)
  })

  it.each(['approvals', 'overrides', 'approvals/taken-back', 'revisions', 'rejection'])(
    'does nothing by %s to a revision that he has not seen',
    async (act) => {
      const world = worlds.get('two of two organisations')!
      const value = `n${++names}.example`
      const { proposal } = (await world.propose(OURS, value)).body as { proposal: string }
      const path = `/v1/proposals/${proposal}`
      const note = { note: 'another text', acknowledge: WARNED }
      await world.send('other-curator', 'POST', `${path}/revisions`, { tag: 'r1', body: note })
      const user = act === 'approvals/taken-back' ? 'administrator' : 'approver'
      const body = BODIES[act] ?? { reason: 'a test' }
      const late = await world.send(user, 'POST', `${path}/${act}`, { tag: 'r1', body })
      expect(late).toMatchObject({ status: 412, body: { code: 'proposal/changed' } })
      const none = await world.send(user, 'POST', `${path}/${act}`, { body })
      expect(none).toMatchObject({ status: 428, body: { code: 'request/precondition' } })
      for (const tag of ['r0', 'r', '2', 'r2 ', '*', 'R2', 'r99999999999']) {
        const wrong = await world.send(user, 'POST', `${path}/${act}`, { tag, body })
        expect(wrong).toMatchObject({ status: 400, body: { code: 'request/invalid' } })
      }
      const now = await world.send(user, 'POST', `${path}/${act}`, { tag: 'r2', body })
      expect(now.status).toBe(200)
    },
  )
})

/** The action of an entry of ours; null where it isn't listed. */
function listed({ host: { store } }: ConsoleWorld, value: string): string | null {
  return store.entries.find(store.lists.find(OURS)!.rowId, value)[0]?.entry.action ?? null
}
