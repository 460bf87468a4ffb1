import { expect, it } from 'vitest'
import { guardImport } from '../../../src/main/guard-import.ts'
import { batchOf, guardDepsOf, rowOf } from '../../support/guard-builders.ts'
import { decide, storeWithList } from '../../support/store-builders.ts'

it('leaves out what is new and stopped, but amends what the list has', () => {
  const { store, list: rowId } = storeWithList()
  decide(store, rowId, { add: ['a.example', 'z.example'] })
  const list = store.lists.find('phishing')!
  const guards = guardDepsOf({ register: [rowOf('a.example'), rowOf('b.example')] })
  const { lines } = batchOf(['a.example domain nodata', 'b.example', 'c.example', 'z.example'])
  const wanted = { mode: 'mirror', size: 4, lines, leaveOut: true } as const
  const { plan, report, rest, leftOut } = guardImport({ store, list, guards }, wanted)
  expect(plan).toMatchObject({ added: 1, amended: 1, retired: 0, listed: 1 })
  expect({ leftOut, stops: report!.stops, left: rest!.stops }).toEqual({
    ...{ leftOut: 1, stops: 2, left: 1 },
  })
  store.close()
})

it('finds what a long list has of a short file, as by reading all of it', () => {
  const { store, list: rowId } = storeWithList()
  decide(store, rowId, { add: ['a.example', 'b.example', 'y.example', 'z.example'] })
  const list = store.lists.find('phishing')!
  const { lines } = batchOf(['b.example', 'b.example host', 'c.example', 'z.example domain nodata'])
  const planned = [1, 4].map((size) => {
    const wanted = { mode: 'add', size, lines, leaveOut: false } as const
    return guardImport({ store, list, guards: guardDepsOf({}) }, wanted).plan
  })
  expect(planned[0]).toMatchObject({ added: 2, listed: 2, retired: 0, amended: 0 })
  expect(planned[0]).toEqual(planned[1])
  store.close()
})
