import { MemoryPublications } from '../support/memory-publications.ts'
import { decisionOf, storeWithList } from '../support/store-builders.ts'
import { describePublications } from './publications.ts'

describePublications('SQLite', () => {
  const { store, list } = storeWithList()
  return {
    store,
    list,
    decide: ({ add = [], retire = [] }) => {
      const rowIds = retire.flatMap((line) =>
        store.entries.find(list, line.split('\t')[0]!).map(({ rowId }) => rowId),
      )
      const lines = [...add].sort().map((line) => `${line}\n`)
      return store.decisions.commit(
        decisionOf(list, { added: add.length, retired: rowIds.length }),
        { added: [Buffer.from(lines.join(''))], retired: rowIds },
      )
    },
    close: () => store.close(),
  }
})

describePublications('memory', () => {
  const store = new MemoryPublications()
  return {
    store,
    list: 1,
    decide: ({ add = [], retire = [] }) => store.decide({ add, retire }),
    close: () => undefined,
  }
})
