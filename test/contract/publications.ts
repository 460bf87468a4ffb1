import { fc } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import type { Publication, PublishStore, SignedMetadata } from '../../src/publish/ports.ts'
import { AT } from '../support/store-builders.ts'

/** An implementation of the publish room's store with one list, and the means to decide something. */
export interface PublicationsUnderTest {
  readonly store: Pick<PublishStore, 'publications' | 'metadata'>
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
  describe(`publications and metadata in ${name}`, () => {
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
      const signed = [signedOf('list-phishing', 1), signedOf('timestamp', 1)]
      for (const [i, metadata] of [signed, [signedOf('timestamp', 2)]].entries()) {
        const publication = publicationOf(i + 1)
        store.publications.commit({ listRowId: list, publication, metadata, expectedSerial: i })
      }
      expect(store.publications.all(list)).toEqual([publicationOf(1), publicationOf(2)])
      expect(store.publications.latest(list)).toEqual(publicationOf(2))
      expect(store.publications.find(list, 1)).toEqual(publicationOf(1))
      expect(store.publications.find(list, 3)).toBeNull()
      expect(store.metadata.latest('timestamp')).toEqual(signedOf('timestamp', 2))
      expect(store.metadata.find('timestamp', 1)).toEqual(signedOf('timestamp', 1))
      expect(store.metadata.all()).toEqual([...signed, signedOf('timestamp', 2)])
    }),
  )

  it.each([0, 2])(
    'refuse a commit on a stale serial, and keep nothing of it: expected %i, latest 1',
    (expectedSerial) =>
      using(({ store, list }) => {
        const commit = { listRowId: list, publication: publicationOf(1), expectedSerial: 0 }
        store.publications.commit({ ...commit, metadata: [signedOf('timestamp', 1)] })
        const late = {
          ...commit,
          publication: publicationOf(2),
          metadata: [signedOf('timestamp', 2)],
        }
        expect(() => {
          store.publications.commit({ ...late, expectedSerial })
        }).toThrow(conflict)
        expect(store.publications.all(list)).toEqual([publicationOf(1)])
        expect(store.metadata.latest('timestamp')?.version).toBe(1)
      })(),
  )

  it.each([1, 3])(
    'refuse metadata that is not the next of its role, and keep nothing: version %i after 1',
    (version) =>
      using(({ store, list }) => {
        store.metadata.commit([signedOf('timestamp', 1)])
        const metadata = [signedOf('snapshot', 1), signedOf('timestamp', version)]
        const publication = publicationOf(1)
        expect(() => {
          store.publications.commit({ listRowId: list, publication, metadata, expectedSerial: 0 })
        }).toThrow(conflict)
        expect(() => {
          store.metadata.commit(metadata)
        }).toThrow(conflict)
        expect(store.publications.all(list)).toEqual([])
        expect(store.metadata.all()).toEqual([signedOf('timestamp', 1)])
      })(),
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
