import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { blockOf, decide, decisionOf, storeWithList } from '../../support/store-builders.ts'

const values = (lines: Iterable<string>): string[] => [...lines].map((line) => line.split('\t')[0]!)

describe('the history of a list', () => {
  it('gives the state at every past decision', () => {
    const { store, list } = storeWithList()
    const first = decide(store, list, { add: ['a.example', 'b.example'] })
    const second = decide(store, list, { add: ['c.example'], retire: ['a.example'] })
    const third = decide(store, list, { add: ['a.example'] })
    expect(values(store.publications.lines(list, first))).toEqual(['a.example', 'b.example'])
    expect(values(store.publications.lines(list, second))).toEqual(['b.example', 'c.example'])
    expect(values(store.publications.lines(list, third))).toEqual([
      'a.example',
      'b.example',
      'c.example',
    ])
    expect(values(store.publications.lines(list, 0))).toEqual([])
  })

  it('leaves out of the changes a line that went and came back the same', () => {
    const { store, list } = storeWithList()
    const first = decide(store, list, { add: ['a.example', 'b.example'] })
    decide(store, list, { retire: ['a.example'], add: ['x.example'] })
    const last = decide(store, list, { add: ['a.example'], retire: ['x.example'] })
    const { added, removed } = store.publications.changes(list, first, last)
    expect([...added]).toEqual([])
    expect([...removed]).toEqual([])
  })

  it('lets both sides of the changes be read at once, and again', () => {
    const { store, list } = storeWithList()
    const first = decide(store, list, { add: ['a.example', 'b.example'] })
    const last = decide(store, list, { add: ['c.example', 'd.example'], retire: ['a.example'] })
    const { added, removed } = store.publications.changes(list, first, last)
    const interleaved: string[] = []
    const other = removed[Symbol.iterator]()
    for (const line of added) interleaved.push(line, String(other.next().value))
    expect(values(interleaved)).toEqual(['c.example', 'a.example', 'd.example', 'undefined'])
    expect(values(added)).toEqual(['c.example', 'd.example'])
  })

  it('keeps quotes and backslashes of a URL as they are', () => {
    const { store, list } = storeWithList()
    const line = 'a.example/"\\x\turl\tnxdomain\t-\t-'
    const decision = store.decisions.commit(decisionOf(list, { added: 1 }), {
      added: [Buffer.from(`${line}\n`)],
      retired: [],
    })
    expect([...store.publications.lines(list, decision)]).toEqual([line])
  })

  it('refuses a second live entry of the same value and kind', () => {
    const { store, list } = storeWithList()
    decide(store, list, { add: ['a.example'] })
    expect(() => decide(store, list, { add: ['a.example'] })).toThrow('UNIQUE')
    expect(store.entries.count(list)).toBe(1)
    expect(store.decisions.all()).toHaveLength(1)
  })

  it('refuses a change whose counts are wrong, and keeps nothing of it', () => {
    const { store, list } = storeWithList()
    const change = { added: [blockOf(['a.example'])], retired: [] }
    expect(() => store.decisions.commit(decisionOf(list, { added: 2 }), change)).toThrow(
      'expected 2 entries added, got 1',
    )
    expect(store.entries.count(list)).toBe(0)
    expect(store.decisions.lastDecision(list)).toBe(0)
  })
})

const name = fc
  .constantFrom('a', 'a-b', 'ab', 'b', 'b.a', 'c', 'z')
  .map((label) => `${label}.example`)
const step = fc.record({ flip: fc.uniqueArray(name, { maxLength: 7 }) })

test.prop([fc.array(step, { minLength: 1, maxLength: 8 })])(
  'the changes between any two cuts turn the one state into the other',
  (steps) => {
    const { store, list } = storeWithList()
    const model: string[][] = [[]]
    const cuts = [0]
    for (const { flip } of steps) {
      const before = new Set(model.at(-1))
      const add = flip.filter((value) => !before.has(value))
      const retire = flip.filter((value) => before.has(value))
      cuts.push(decide(store, list, { add, retire }))
      model.push(
        [...new Set([...before, ...add])].filter((value) => !retire.includes(value)).sort(),
      )
    }
    for (const [i, from] of cuts.entries()) {
      expect([...store.publications.lines(list, from)]).toEqual(
        blockOf(model[i]!).toString().split('\n').slice(0, -1).sort(),
      )
      for (const [j, through] of cuts.entries()) {
        if (j < i) continue
        const { added, removed } = store.publications.changes(list, from, through)
        expect(store.publications.countChanges(list, from, through)).toEqual({
          added: [...added].length,
          removed: [...removed].length,
        })
        const state = new Set(store.publications.lines(list, from))
        for (const line of removed) expect(state.delete(line)).toBe(true)
        for (const line of added) expect(state.add(line)).toBe(state)
        expect([...state].sort()).toEqual([...store.publications.lines(list, through)])
      }
    }
    store.close()
  },
)
