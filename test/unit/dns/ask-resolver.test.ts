import { afterEach, describe, expect, it } from 'vitest'
import { askExistence, MAX_TRIES } from '../../../src/dns/ask-resolver.ts'
import {
  cname,
  extendedError,
  FLAGS,
  openFakeResolver,
  soa,
  wireName,
  type Behaviour,
  type FakeResolver,
  type Reply,
} from '../../support/fake-resolver.ts'

const NAME = 'www.bad.example'
const A = 1
const GONE: Reply = { rcode: 3, authority: [soa('example')] }

let resolver: FakeResolver | null = null
afterEach(async () => {
  await resolver?.close()
  resolver = null
})

/** What is made of a resolver that behaves so, and what it was asked. */
async function asked(behave: Behaviour, timeoutMs = 5_000): Promise<[string, readonly string[]]> {
  resolver = await openFakeResolver(behave)
  let id = 7
  const said = await askExistence(
    {
      resolver: { address: '127.0.0.1', port: resolver.port },
      randomId: () => id++,
      pace: () => Promise.resolve(),
      timeoutMs,
    },
    NAME,
  )
  return [said, resolver.asked]
}

const all =
  (reply: Reply): Behaviour =>
  () => [reply]
const again = (type: number, times = MAX_TRIES): string[] =>
  Array.from({ length: times }, () => `${type} ${NAME}`)

describe('a name', () => {
  it('is gone when A, AAAA and NS are all denied as the zone above denies them', async () => {
    expect(await asked(all(GONE))).toEqual(['gone', [`1 ${NAME}`, `28 ${NAME}`, `2 ${NAME}`]])
  })

  it.each([
    ['the root', ''],
    ['its parent', 'bad.example'],
  ])('is gone when the denial comes from %s', async (_, owner) => {
    expect((await asked(all({ rcode: 3, authority: [soa(owner)] })))[0]).toBe('gone')
  })

  it.each([28, 2])('is there when one type is not denied: %i', async (there) => {
    const [said] = await asked((_, { type }) => [type === there ? {} : GONE])
    expect(said).toBe('there')
  })

  it('is there without records, and asked for once', async () => {
    expect(await asked(all({ authority: [soa('example')] }))).toEqual(['there', [`1 ${NAME}`]])
  })

  it.each([
    ['an alias of a name that is gone', [cname(NAME, 'gone.example')]],
    ['an alias in a loop', [cname(NAME, 'b.example'), cname('b.example', NAME)]],
  ])('is there when it is %s', async (_, answer) => {
    expect((await asked(all({ ...GONE, answer })))[0]).toBe('there')
  })
})

describe('an answer counts for nothing', () => {
  it.each<[string, Reply]>([
    ['SERVFAIL', { rcode: 2 }],
    ['REFUSED', { rcode: 5 }],
    ['NXDOMAIN without an SOA', { rcode: 3 }],
    [
      'NXDOMAIN with its SOA elsewhere, as BIND has it for a policy',
      { rcode: 3, additional: [soa('example')] },
    ],
    ['NXDOMAIN with the SOA of another zone', { rcode: 3, authority: [soa('rpz.test')] }],
    [
      'NXDOMAIN with the SOA of a name that only ends alike',
      { rcode: 3, authority: [soa('d.example')] },
    ],
    ['NXDOMAIN with the SOA of the name itself', { rcode: 3, authority: [soa(NAME)] }],
    ['NXDOMAIN of the resolver’s own', { ...GONE, flags: FLAGS.honest | FLAGS.authoritative }],
    ['NXDOMAIN of one that does not recurse', { ...GONE, flags: 0x8100 }],
    ['NXDOMAIN that says «blocked»', { ...GONE, additional: [extendedError(15)] }],
    ['NXDOMAIN that says «prohibited»', { ...GONE, additional: [extendedError(18)] }],
    [
      'NXDOMAIN with records of another name',
      { ...GONE, answer: [cname('x.example', 'y.example')] },
    ],
  ])('when it is %s', async (_, reply) => {
    expect(await asked(all(reply))).toEqual(['unclear', again(A)])
  })

  it('but for other words of the resolver, which are about servers', async () => {
    const stale = { ...GONE, additional: [extendedError(3)] }
    expect((await asked(all(stale)))[0]).toBe('gone')
  })
})

describe('what is no answer is passed over, and the answer behind it taken:', () => {
  it.each<[string, Reply]>([
    ['another id', { ...GONE, id: 6 }],
    [
      'another name',
      { ...GONE, question: Buffer.concat([wireName('x.example'), Buffer.from([0, 1, 0, 1])]) },
    ],
    [
      'another type',
      { ...GONE, question: Buffer.concat([wireName(NAME), Buffer.from([0, 28, 0, 1])]) },
    ],
    ['a question', { ...GONE, flags: 0x0100 }],
    ['one that is cut off', { ...GONE, cutBytes: 3 }],
  ])('%s', async (_, reply) => {
    expect(await asked(() => [reply, {}])).toEqual(['there', [`1 ${NAME}`]])
  })

  it('what comes from another port', async () => {
    // The kernel passes it over; the true answer comes after it.
    const honest: Reply = {}
    expect(await asked(() => [{ spoofed: GONE }, honest])).toEqual(['there', [`1 ${NAME}`]])
  })

  it('not without end', async () => {
    const flood = Array.from({ length: 100 }, () => ({ ...GONE, id: 6 }))
    expect(await asked(() => [...flood, {}])).toEqual(['unclear', again(A)])
  })
})

describe('an answer that does not fit', () => {
  const cut: Reply = { rcode: 3, flags: FLAGS.honest | FLAGS.truncated }

  it('is asked for over TCP', async () => {
    const [said, log] = await asked((_, { overTcp }) => [overTcp ? GONE : cut])
    expect(said).toBe('gone')
    expect(log.slice(0, 2)).toEqual([`1 ${NAME}`, `tcp 1 ${NAME}`])
  })

  it.each<[string, Reply]>([
    ['cut again', cut],
    ['another id', { ...GONE, id: 6 }],
    ['SERVFAIL', { rcode: 2 }],
  ])('counts for nothing when it is then %s', async (_, reply) => {
    const [said] = await asked((_query, { overTcp }) => [overTcp ? reply : cut])
    expect(said).toBe('unclear')
  })
})

describe('silence', () => {
  it('counts for nothing, after three tries', async () => {
    expect(await asked(() => [], 20)).toEqual(['unclear', again(A)])
  })

  it('once is asked again', async () => {
    let times = 0
    expect(await asked(() => (times++ === 0 ? [] : [{}]), 100)).toEqual(['there', again(A, 2)])
  })

  it('of a port where nobody is counts for nothing', async () => {
    const gone = await openFakeResolver(() => [])
    await gone.close()
    const asking = {
      resolver: { address: '127.0.0.1', port: gone.port },
      randomId: () => 7,
      pace: () => Promise.resolve(),
      timeoutMs: 5_000,
    }
    expect(await askExistence(asking, NAME)).toBe('unclear')
  })
})

it('every message that is sent waits for its turn', async () => {
  resolver = await openFakeResolver((_, { overTcp }) => [
    overTcp ? GONE : { rcode: 3, flags: FLAGS.honest | FLAGS.truncated },
  ])
  let turns = 0
  const asking = {
    resolver: { address: '127.0.0.1', port: resolver.port },
    randomId: () => 7,
    pace: () => {
      turns++
      return Promise.resolve()
    },
    timeoutMs: 5_000,
  }
  expect(await askExistence(asking, NAME)).toBe('gone')
  expect(turns).toBe(resolver.asked.length)
  expect(turns).toBe(6)
})
