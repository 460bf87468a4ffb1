import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import {
  openConsoleWorld,
  OURS,
  proposalOf,
  WARNED,
  type ConsoleWorld,
} from '../support/console-world.ts'

/** People, as `openConsoleWorld` has them; the organisation of each, and whether its word may stand behind a proposal or an override. */
const PEOPLE = {
  curator: { organisation: 'Example CERT', stands: true, overrides: false },
  approver: { organisation: 'Example CERT', stands: true, overrides: true },
  publisher: { organisation: 'Example CERT', stands: false, overrides: true },
  administrator: { organisation: 'Example CERT', stands: false, overrides: false },
  'other-curator': { organisation: 'Example Hotline', stands: true, overrides: false },
  'other-approver': { organisation: 'Example Hotline', stands: true, overrides: true },
  'gambling-approver': { organisation: 'Example Police', stands: false, overrides: false },
} as const
type Name = keyof typeof PEOPLE

const everybody = Object.keys(PEOPLE) as Name[]
/** Those who can decide come more often than those who can't. */
const who = fc.constantFrom(...everybody, ...everybody.filter((name) => PEOPLE[name].stands))
const id = fc.constantFrom('p1', 'p2', 'p3')
const seen = fc.constantFrom('r1', 'r1', 'r2')
const acknowledge = fc.constantFrom<readonly string[]>(WARNED, WARNED, [])

const on = (act: string, body: fc.Arbitrary<object>) =>
  fc.record({ who, id, seen, body }).map((one) => ({
    ...{ who: one.who, tag: one.seen, body: one.body },
    path: `/v1/proposals/${one.id}/${act}`,
  }))
const reason = fc.constant({ reason: 'so it is' })

const request = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ who, value: fc.constantFrom('a', 'b'), acknowledge }).map((one) => ({
      ...{ who: one.who, path: '/v1/proposals', tag: undefined },
      body: {
        ...{ list: OURS, act: 'add', entries: [{ value: `${one.value}.example` }] },
        ...{ reason: 'a test', acknowledge: one.acknowledge },
      },
    })),
  },
  { weight: 8, arbitrary: on('approvals', fc.record({ acknowledge })) },
  {
    weight: 2,
    arbitrary: fc.record({ who, ids: fc.array(id, { minLength: 1, maxLength: 4 }) }).map((one) => ({
      ...{ who: one.who, path: '/v1/proposals/approvals', tag: undefined },
      body: {
        approvals: one.ids.map((proposal) => ({ proposal, revision: 1, acknowledge: WARNED })),
      },
    })),
  },
  { weight: 2, arbitrary: on('overrides', reason) },
  { weight: 1, arbitrary: on('revisions', fc.record({ note: fc.constant('x'), acknowledge })) },
  { weight: 1, arbitrary: on('approvals/taken-back', fc.constant({})) },
  { weight: 1, arbitrary: on('rejection', reason) },
)

/** A second opinion, from the acts alone: two people of two organisations, or two who may override. */
function isBacked({ host: { store } }: ConsoleWorld, decision: number): boolean {
  const proposal = store.proposals.ofDecision(decision)
  if (proposal === null) return false
  const acts = store.proposals.acts(proposal.id)
  const now = acts.filter(({ revision }) => revision === proposal.revision)
  const by = (act: string): string[] => now.flatMap((one) => (one.act === act ? [one.actor] : []))
  const [asker] = by('override-asked')
  const [other] = by('override-confirmed')
  if (asker !== undefined && other !== undefined) {
    return asker !== other && [asker, other].every((name) => PEOPLE[name as Name].overrides)
  }
  const said = new Set<string>()
  for (const { act, actor, whom, counts } of now) {
    if ((act === 'proposed' || act === 'changed') && counts) said.add(actor)
    if (act === 'approved') said.add(actor)
    if (act === 'approval-withdrawn') said.delete(whom ?? actor)
  }
  const names = [...said] as Name[]
  const isAllowed = names.every((name) => PEOPLE[name].stands)
  return isAllowed && new Set(names.map((name) => PEOPLE[name].organisation)).size >= 2
}

describe('whatever is asked of the API, one after the other and at once', () => {
  test.prop(
    [fc.array(fc.array(request, { minLength: 1, maxLength: 4 }), { minLength: 5, maxLength: 15 })],
    { numRuns: process.env['SLOW'] ? 500 : 25 },
  )('nothing comes on the list without two people of two organisations', async (rounds) => {
    const world = openConsoleWorld()
    const { store } = world.host
    try {
      // So that from the first round on words are given for something.
      await world.propose(OURS, 'c.example')
      await world.send('curator', 'POST', '/v1/proposals', { body: proposalOf(OURS, 'd.example') })
      for (const round of rounds) {
        const asked = round.map(({ who: user, path, tag, body }) =>
          world.send(user, 'POST', path, { body, ...(tag !== undefined && { tag }) }),
        )
        for (const { status, text } of await Promise.all(asked)) {
          expect(status, text).toBeLessThan(500)
        }
      }
      const decisions = store.decisions.all()
      for (const { id: decision } of decisions) {
        expect(isBacked(world, decision), JSON.stringify(decisions)).toBe(true)
      }
      const added = decisions.reduce((sum, decision) => sum + decision.added, 0)
      const rowId = store.lists.find(OURS)!.rowId
      expect([...store.entries.live(rowId)]).toHaveLength(added)
      expect(store.events.check()).toEqual([])
      expect(world.host.faults).toEqual([])
    } finally {
      world.host.close()
    }
  })
})
