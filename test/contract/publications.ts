import { fc } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import type {
  LogBatch,
  NewBatch,
  Publication,
  PublishStore,
  SealedCheckpoint,
  SignedMetadata,
} from '../../src/publish/ports.ts'
import { AT } from '../support/store-builders.ts'

/** An implementation of the publish room's store with one list, and the means to decide something. */
export interface PublicationsUnderTest {
  readonly store: Pick<PublishStore, 'publications' | 'metadata' | 'log'>
  readonly list: number
  /** Adds and retires whole snapshot lines in one decision; gives its number. */
  readonly decide: (change: {
    readonly add?: readonly string[]
    readonly retire?: readonly string[]
  }) => number
  readonly close: () => void
}

const conflict: unknown = expect.objectContaining({ code: 'publish/conflict' })

const line = (name: string, action = 'nxdomain'): string =>
  `${name}.example\tdomain\t${action}\t-\t-`

export function publicationOf(serial: number, decision = 0): Publication {
  return {
    serial,
    state: String(serial).padStart(64, '0'),
    entries: serial,
    added: 1,
    removed: 0,
    decision,
    definitionId: 1,
    publishedAt: new Date(AT.getTime() + serial),
    override: serial === 2 ? 'a reason' : null,
    actor: 'alice',
  }
}

export function signedOf(role: string, version: number): SignedMetadata {
  return {
    role,
    version,
    bytes: Buffer.from(
      `{"signatures":[{"keyid":"key-${role}","sig":""}],"signed":{"version":${version}}}`,
    ),
    expiresAt: AT,
  }
}

type Logged = Pick<PublishStore, 'log'>

/** A batch with a leaf for each of its parts, to be the next. */
export function batchOf(
  { log }: Logged,
  { metadata = [], publication = null }: Partial<Pick<LogBatch, 'metadata' | 'publication'>>,
): NewBatch {
  const signed = metadata.map(({ role, version }) => {
    return { kind: 'metadata' as const, name: role, number: version }
  })
  const serial = publication?.publication.serial
  const published =
    serial === undefined ? [] : [{ kind: 'publication' as const, name: 'phishing', number: serial }]
  const leaves = [...signed, ...published].map((leaf) => {
    return { ...leaf, bytes: Buffer.from(JSON.stringify(leaf)) }
  })
  const expectedSize = log.size()
  return {
    expectedSize,
    begunAt: AT,
    metadata,
    publication,
    leaves,
    manifests: [],
    policy: null,
    acts: [],
    ...{ joins: false, needsOldQuorum: true },
  }
}

/** A checkpoint of all leaves that there are. */
export function checkpointOf({ log }: Logged): SealedCheckpoint {
  const size = log.size()
  return { size, root: Buffer.alloc(32, size), note: Buffer.from(`${size}`), sealedAt: AT }
}

/** What `publish/ports.ts` promises of publications and metadata, for any implementation. */
export function describePublications(name: string, make: () => PublicationsUnderTest): void {
  const using = (work: (test: PublicationsUnderTest) => void) => (): void => {
    const test = make()
    try {
      work(test)
    } finally {
      test.close()
    }
  }
  describe(`publications, metadata and log in ${name}`, () => {
    describeCommits(using)
    describeLines(using)
  })
}

type Using = (work: (test: PublicationsUnderTest) => void) => () => void

function describeCommits(using: Using): void {
  it(
    'begin empty',
    using(({ store, list }) => {
      expect(store.publications.latest(list)).toBeNull()
      expect(store.publications.all(list)).toEqual([])
      expect(store.metadata.latest('root')).toBeNull()
      expect(store.metadata.all()).toEqual([])
    }),
  )

  it(
    'give back what was committed, whole',
    using(({ store, list }) => {
      const signed = [signedOf('list-phishing', 1), signedOf('snapshot', 1)]
      for (const [i, metadata] of [signed, [signedOf('snapshot', 2)]].entries()) {
        const publication = {
          listRowId: list,
          publication: publicationOf(i + 1),
          expectedSerial: i,
        }
        store.log.begin(batchOf(store, { metadata, publication }))
        store.log.finish({ ...checkpointOf(store), timestamp: signedOf('timestamp', i + 1) })
      }
      expect(store.publications.all(list)).toEqual([publicationOf(1), publicationOf(2)])
      expect(store.publications.latest(list)).toEqual(publicationOf(2))
      expect(store.publications.find(list, 1)).toEqual(publicationOf(1))
      expect(store.publications.find(list, 3)).toBeNull()
      expect(store.metadata.latest('timestamp')).toEqual(signedOf('timestamp', 2))
      expect(store.metadata.find('timestamp', 1)).toEqual(signedOf('timestamp', 1))
      expect(store.metadata.all('list-phishing')).toEqual([signedOf('list-phishing', 1)])
      expect(store.metadata.all('snapshot')).toEqual([
        signedOf('snapshot', 1),
        signedOf('snapshot', 2),
      ])
    }),
  )

  it(
    'keep a batch in the log and out of everything else until it is finished',
    using(({ store, list }) => {
      const metadata = [signedOf('list-phishing', 1), signedOf('snapshot', 1)]
      const publication = { listRowId: list, publication: publicationOf(1), expectedSerial: 0 }
      const batch = batchOf(store, { metadata, publication })
      store.log.begin({ ...batch, policy: 'one' })
      expect(store.log.size()).toBe(3)
      expect(store.log.leaves(0, 9)).toMatchObject(batch.leaves)
      expect(store.log.leaves(1, 2)).toMatchObject(batch.leaves.slice(1, 2))
      expect(store.log.batch()).toMatchObject({
        size: 3,
        metadata,
        publication,
        needsOldQuorum: true,
      })
      expect(store.log.policies()).toEqual(['one'])
      expect(store.log.checkpoint()).toBeNull()
      expect(store.publications.latest(list)).toBeNull()
      expect(store.metadata.all()).toEqual([])
      const end = checkpointOf(store)
      store.log.finish({ ...end, timestamp: null })
      expect(store.log.batch()).toBeNull()
      expect(store.log.checkpoint()).toEqual(end)
      expect(store.metadata.all()).toEqual(metadata)
    }),
  )

  it(
    'take one batch at a time, and finish none but that',
    using(({ store }) => {
      const begin = (role: string): void => {
        store.log.begin(batchOf(store, { metadata: [signedOf(role, 1)] }))
      }
      begin('a')
      expect(() => begin('b')).toThrow(conflict)
      const end = { ...checkpointOf(store), timestamp: null }
      expect(() => store.log.finish({ ...end, size: 2 })).toThrow(conflict)
      store.log.finish(end)
      expect(() => store.log.finish(end)).toThrow(conflict)
      const late = batchOf(store, { metadata: [signedOf('b', 1)] })
      expect(() => store.log.begin({ ...late, expectedSize: 0 })).toThrow(conflict)
      expect(store.log.size()).toBe(1)
      begin('b')
    }),
  )

  it(
    'put a batch on top of the one that waits, where it is to join that',
    using(({ store, list }) => {
      const publication = { listRowId: list, publication: publicationOf(1), expectedSerial: 0 }
      const first = [signedOf('list-phishing', 1), signedOf('snapshot', 1)]
      store.log.begin(batchOf(store, { metadata: first, publication }))
      const join = (version: number): void => {
        const more = batchOf(store, { metadata: [signedOf('snapshot', version)] })
        store.log.begin({ ...more, joins: true })
      }
      expect(() => join(1)).toThrow(conflict)
      expect(() => join(3)).toThrow(conflict)
      join(2)
      const metadata = [...first, signedOf('snapshot', 2)]
      expect(store.log.batch()).toMatchObject({ size: 4, metadata, publication })
      store.log.finish({ ...checkpointOf(store), timestamp: null })
      expect(store.publications.latest(list)).toEqual(publicationOf(1))
      expect(store.metadata.all('snapshot')).toHaveLength(2)
      expect(store.log.batch()).toBeNull()
    }),
  )

  it(
    'leave a batch waiting whose timestamp is not the next',
    using(({ store }) => {
      store.metadata.commit([signedOf('timestamp', 1)])
      store.log.begin(batchOf(store, { metadata: [signedOf('snapshot', 1)] }))
      const end = checkpointOf(store)
      expect(() => store.log.finish({ ...end, timestamp: signedOf('timestamp', 1) })).toThrow(
        conflict,
      )
      expect(store.log.batch()).not.toBeNull()
      expect(store.metadata.latest('snapshot')).toBeNull()
      expect(store.log.checkpoint()).toBeNull()
    }),
  )

  it.each([0, 2])(
    'refuse a batch on a stale serial, and keep nothing of it: expected %i, latest 1',
    (expectedSerial) =>
      using(({ store, list }) => {
        const first = { listRowId: list, publication: publicationOf(1), expectedSerial: 0 }
        store.log.begin(batchOf(store, { metadata: [], publication: first }))
        store.log.finish({ ...checkpointOf(store), timestamp: null })
        const late = { ...first, publication: publicationOf(2), expectedSerial }
        const metadata = [signedOf('snapshot', 1)]
        expect(() => store.log.begin(batchOf(store, { metadata, publication: late }))).toThrow(
          conflict,
        )
        expect(store.log.batch()).toBeNull()
        expect(store.log.size()).toBe(1)
        expect(store.publications.all(list)).toEqual([publicationOf(1)])
      })(),
  )

  it.each([1, 3])(
    'refuse metadata that is not the next of its role, and keep nothing: version %i after 1',
    (version) =>
      using(({ store }) => {
        store.metadata.commit([signedOf('timestamp', 1)])
        const metadata = [signedOf('snapshot', 1), signedOf('timestamp', version)]
        expect(() => store.log.begin(batchOf(store, { metadata }))).toThrow(conflict)
        expect(() => {
          store.metadata.commit(metadata)
        }).toThrow(conflict)
        expect(store.log.size()).toBe(0)
        expect(store.metadata.all()).toEqual([signedOf('timestamp', 1)])
      })(),
  )

  it(
    'remember how far files were swept, for each role',
    using(({ store }) => {
      store.log.sweep('list-a', 3)
      store.log.sweep('list-b', 1)
      store.log.sweep('list-a', 4)
      expect(['list-a', 'list-b', 'list-c'].map(store.log.swept)).toEqual([4, 1, 0])
    }),
  )

  it(
    'take several versions of one role at once, in their order',
    using(({ store }) => {
      store.metadata.commit([signedOf('root', 1), signedOf('root', 2)])
      expect(store.metadata.all('root').map(({ version }) => version)).toEqual([1, 2])
    }),
  )

  it(
    'forget old versions of a role, but never a root, and go on counting',
    using(({ store }) => {
      for (const role of ['root', 'snapshot', 'timestamp']) {
        store.metadata.commit([1, 2, 3].map((version) => signedOf(role, version)))
        if (role !== 'snapshot') store.metadata.forget(role, 3)
      }
      const versions = (role: string): number[] =>
        store.metadata.all(role).map(({ version }) => version)
      expect(versions('root')).toEqual([1, 2, 3])
      expect(versions('snapshot')).toEqual([1, 2, 3])
      expect(versions('timestamp')).toEqual([3])
      store.metadata.commit([signedOf('timestamp', 4)])
      expect(versions('timestamp')).toEqual([3, 4])
    }),
  )
}

function describeLines(using: Using): void {
  it(
    'give the lines of a cut, whatever was decided later',
    using(({ store, list, decide }) => {
      const first = decide({ add: [line('b'), line('a')] })
      decide({ add: [line('c')], retire: [line('a')] })
      expect([...store.publications.lines(list, first)]).toEqual([line('a'), line('b')])
      expect([...store.publications.changes(list, 0, first).added]).toEqual([line('a'), line('b')])
      expect([...store.publications.changes(list, first, first).added]).toEqual([])
    }),
  )

  it(
    'give an amended entry as one line that went and one that came',
    using(({ store, list, decide }) => {
      const first = decide({ add: [line('a'), line('b')] })
      const second = decide({ retire: [line('a')], add: [line('a', 'drop')] })
      const { added, removed } = store.publications.changes(list, first, second)
      expect([...added]).toEqual([line('a', 'drop')])
      expect([...removed]).toEqual([line('a')])
    }),
  )

  it('turn any cut into any later one by their changes', () => {
    const names = fc.uniqueArray(fc.constantFrom('a', 'a-b', 'ab', 'b', 'c'), { maxLength: 5 })
    fc.assert(
      fc.property(fc.array(names, { minLength: 1, maxLength: 6 }), (steps) => {
        using(({ store, list, decide }) => {
          const cuts = [0]
          const live = new Set<string>()
          for (const flip of steps) {
            const lines = flip.map((name) => line(name))
            const retire = lines.filter((one) => live.has(one))
            const add = lines.filter((one) => !live.has(one))
            for (const one of retire) live.delete(one)
            for (const one of add) live.add(one)
            cuts.push(decide({ add, retire }))
          }
          expect([...store.publications.lines(list, cuts.at(-1)!)]).toEqual([...live].sort())
          for (const [i, from] of cuts.entries()) {
            for (const to of cuts.slice(i)) {
              const { added, removed } = store.publications.changes(list, from, to)
              expect(store.publications.countChanges(list, from, to)).toEqual({
                added: [...added].length,
                removed: [...removed].length,
              })
              const state = new Set(store.publications.lines(list, from))
              for (const one of removed) expect(state.delete(one)).toBe(true)
              for (const one of added) expect(state.has(one)).toBe(false)
              for (const one of added) state.add(one)
              expect([...state].sort()).toEqual([...store.publications.lines(list, to)])
            }
          }
        })()
      }),
    )
  })
}
