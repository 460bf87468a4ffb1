import { describe, expect, it } from 'vitest'
import { checkGuardsNow } from '../../../../src/curation/guards/check-guards.ts'
import type { GuardDeps, GuardedList } from '../../../../src/curation/guards/guard-deps.ts'
import { MAX_FINDINGS } from '../../../../src/curation/guards/guard-finding.ts'
import { GUARD_LIMITS } from '../../../../src/curation/guards/guard-limits.ts'
import { ownRows } from '../../../../src/curation/guards/own-rows.ts'
import {
  batchOf,
  guardDepsOf,
  guardedListOf,
  popularOf,
  rowOf,
  TODAY,
} from '../../../support/guard-builders.ts'
import { definitionOf } from '../../../support/store-builders.ts'

const popular = popularOf(['popular.example'])

/** `code class` of every finding, but that there is no file of top sites. */
function found(
  texts: string[],
  deps: Partial<GuardDeps> = {},
  list: GuardedList = guardedListOf(),
) {
  return checkGuardsNow(guardDepsOf(deps), list, batchOf(texts))
    .findings.filter(({ guard }) => guard !== 'guard/popular-missing')
    .map(({ guard, class: kind }) => `${guard} ${kind}`)
}

describe('a name of the register', () => {
  const register = [rowOf('up.bad.example'), rowOf('root.example', { scope: 'below' })]
  const shared = [rowOf('cdn.example', { purpose: 'cdn' })]

  it.each([
    ['up.bad.example', true],
    ['up.bad.example host', true],
    ['up.bad.example subdomains', false],
    ['bad.example', true],
    ['bad.example host', false],
    ['bad.example subdomains', true],
    ['x.up.bad.example', false],
    ['xup.bad.example', false],
    ['root.example', true],
    ['root.example subdomains', true],
    ['a.root.example host', true],
    ['b.a.root.example', true],
    ['aroot.example', false],
    ['up.bad.example/* url', true],
    ['up.bad.example:8443/* url', true],
    ['up.bad.example/a url', false],
    ['up.bad.example domain passthru', false],
  ])('is taken down by %s: %s', (text, isStopped) => {
    expect(found([text], { register })).toEqual(isStopped ? ['guard/protected stop'] : [])
  })

  it('takes a URL for its whole host where the list steers', () => {
    const definition = { id: 'x', steering: { to: ['192.0.2.80'] } }
    const list = guardedListOf([], { definition })
    expect(found(['up.bad.example/a url'], { register }, list)).toEqual(['guard/protected stop'])
  })

  it('shared by strangers is taken down by all below it, too', () => {
    expect(found(['cdn.example subdomains'], { register: shared })).toEqual([
      'guard/shared-host stop',
    ])
    expect(found(['x.cdn.example'], { register: shared })).toEqual([])
  })

  it('is named, and how many more there are', () => {
    const rows = [rowOf('b.bad.example'), rowOf('a.bad.example'), rowOf('c.bad.example')]
    const { findings } = checkGuardsNow(
      guardDepsOf({ register: rows }),
      guardedListOf(),
      batchOf(['bad.example']),
    )
    expect(findings[0]!.text).toBe(
      'bad.example takes down a.bad.example, which is in the protected register (update: a test), and 2 more of the register',
    )
  })

  it('counts once when it is given twice, with the wider scope', () => {
    const twice = [
      rowOf('own.zone.example', { purpose: 'authority', scope: 'below', reason: 'by hand' }),
      rowOf('own.zone.example', { purpose: 'authority', reason: 'the zone' }),
    ]
    for (const rows of [twice, [...twice].reverse()]) {
      const deps = guardDepsOf({ register: rows, popular })
      expect(found(['own.zone.example subdomains'], deps)).toEqual(['guard/own stop'])
      const { findings } = checkGuardsNow(deps, guardedListOf(), batchOf(['zone.example']))
      expect(findings).toHaveLength(1)
      expect(findings[0]!.text).not.toContain('more of the register')
    }
  })

  it('may be the authority’s own: its zones, and where it redirects', () => {
    const zone = { origin: 'x.rpz.example', ttl: 1, refresh: 1, retry: 1, expire: 1, zonemd: false }
    const definition = definitionOf('x', { zone, action: { type: 'redirect', to: ['192.0.2.80'] } })
    const steered = definitionOf('z', { steering: { to: ['2001:db8::80', 'Proxy.Example'] } })
    const hidden = definitionOf('y', { zone: { ...zone, origin: 'rpz' } })
    const own = ownRows([definition, hidden, steered])
    expect(own.map(({ value }) => value)).toEqual([
      ...['192.0.2.80', '2001:db8::80', 'proxy.example', 'x.rpz.example'],
    ])
    expect(found(['rpz.example'], { register: own })).toEqual(['guard/own stop'])
    expect(found(['192.0.2.80 ip'], { register: own })).toContain('guard/own stop')
  })
})

describe('an address', () => {
  const register = [
    rowOf('203.0.112.0/23', { purpose: 'cdn' }),
    rowOf('198.51.101.7', { purpose: 'resolver' }),
  ]

  it.each([
    ['10.1.2.3', ['guard/special-address stop']],
    ['9.255.255.255', []],
    ['11.0.0.0', []],
    ['100.64.0.0', ['guard/special-address stop']],
    ['100.63.255.255', []],
    ['::1', ['guard/special-address stop']],
    ['fe80::1', ['guard/special-address stop']],
    ['64:ff9b::1.2.3.4', ['guard/special-address stop']],
    ['::fffe:0:0/95', ['guard/special-address stop']],
    ['255.255.255.255', ['guard/special-address stop']],
    ['192.0.2.1', ['guard/special-address warn']],
    ['2001:db8::/48', ['guard/special-address warn']],
    ['203.0.113.255', ['guard/special-address warn', 'guard/shared-address stop']],
    ['203.0.114.0', []],
    // Around protocol assignments and TEST-NET-1: the worse of them is told.
    ['192.0.0.0/22', ['guard/special-address stop', 'guard/wide-network warn']],
    ['198.51.101.7', ['guard/protected stop']],
    ['198.51.101.0/24', ['guard/protected stop']],
    ['198.51.101.8', []],
  ])('%s: %j', (value, codes) => {
    expect(found([`${value} ip`], { register })).toEqual(codes)
  })

  it.each([
    ['45.0.0.0/24', []],
    ['45.0.0.0/23', ['guard/wide-network warn']],
    ['45.0.0.0/16', ['guard/wide-network warn']],
    ['44.0.0.0/15', ['guard/wide-network stop']],
    ['2a00:1:2::/48', []],
    ['2a00:1:2::/47', ['guard/wide-network warn']],
    ['2a00:1::/32', ['guard/wide-network warn']],
    ['2a00::/31', ['guard/wide-network stop']],
  ])('of a network %s: %j', (value, codes) => {
    expect(found([`${value} ip`])).toEqual(codes)
  })
})

describe('a popular site', () => {
  const { popularStopRank, popularAboveRank } = GUARD_LIMITS
  const names = Array.from({ length: popularAboveRank + 1 }, (_, i) => `s${i + 1}.example`)
  names[4] = 'www.deep.example'
  const many = popularOf(names)

  it.each([
    [`s${popularStopRank}.example`, ['guard/popular stop']],
    [`s${popularStopRank + 1}.example`, ['guard/popular warn']],
    ['deep.example', ['guard/popular stop']],
    ['deep.example host', []],
    ['deep.example subdomains', ['guard/popular stop']],
    ['www.deep.example subdomains', []],
    ['www.s7.example', ['guard/popular-above warn']],
    [`a.b.s${popularAboveRank}.example`, ['guard/popular-above warn']],
    [`a.s${popularAboveRank + 1}.example`, []],
    ['s7.example/a url', []],
    ['s7.example/* url', ['guard/popular stop']],
    ['quiet.example', []],
  ])('%s: %j', (text, codes) => {
    expect(found([text], { popular: many })).toEqual(codes)
  })

  it('is missed where no file of them is loaded, and where it is old', () => {
    const missing = checkGuardsNow(guardDepsOf(), guardedListOf(), batchOf(['a.example']))
    expect(missing.counts).toEqual({ 'guard/popular-missing': 1 })
    const daysBefore = (days: number): string =>
      new Date(Date.parse(TODAY) - days * 86_400_000).toISOString().slice(0, 10)
    const { popularMaxAgeDays: most } = GUARD_LIMITS
    expect(found(['a.example'], { popular: popularOf(['b.example'], daysBefore(most)) })).toEqual(
      [],
    )
    expect(
      found(['a.example'], { popular: popularOf(['b.example'], daysBefore(most + 1)) }),
    ).toEqual(['guard/popular-old warn'])
  })
})

describe('a value that was retired on appeal', () => {
  it('is stopped, with the decision', () => {
    const at = new Date('2029-12-24T10:00:00Z')
    const retiredOnAppeal = (value: string, list: string) =>
      value === 'a.example' ? { list, decision: 17, at } : null
    const deps = guardDepsOf({ retiredOnAppeal, popular })
    const { findings } = checkGuardsNow(deps, guardedListOf(), batchOf(['a.example', 'b.example']))
    expect(findings).toMatchObject([
      { guard: 'guard/appealed', class: 'stop', entry: { value: 'a.example' } },
    ])
    expect(findings[0]!.text).toContain('decision 17 on 2029-12-24')
  })
})

describe('a batch', () => {
  const names = (count: number, of = (i: number) => `n${i}.example`) =>
    Array.from({ length: count }, (_, i) => of(i))
  const { batchSizeLeast, batchPastLeast, batchStopLeast } = GUARD_LIMITS

  it.each([
    [batchSizeLeast, [1, 1, 1, 1, 1], []],
    [batchSizeLeast + 1, [1, 1, 1, 1, 1], ['guard/batch-size warn']],
    [batchSizeLeast + 1, [1, 1, 1, 1], []],
    [batchSizeLeast + 1, [1, 1, 1, 1, 51], []],
    [batchSizeLeast + 1, [1, 1, 1, 1, 50], ['guard/batch-size warn']],
    [batchSizeLeast + 1, [11, 11, 11, 1, 1], []],
    [batchSizeLeast + 1, [10, 10, 10, 1, 1], ['guard/batch-size warn']],
    [batchStopLeast, [1, 1, 1, 1, 49], ['guard/batch-size stop']],
    [batchStopLeast, [1, 1, 1, 1, 50], ['guard/batch-size warn']],
    [batchStopLeast - 1, [1, 1, 1, 1, 1], ['guard/batch-size warn']],
  ])('of %i after %j: %j', (size, pastBatches, codes) => {
    expect(pastBatches.length).toBeLessThanOrEqual(batchPastLeast)
    expect(found(names(size), { popular }, guardedListOf([], { pastBatches }))).toEqual(codes)
  })

  it.each([
    [20, 2000, []],
    [20, 1999, ['guard/batch-popular warn']],
    [19, 100, []],
    [20, 200, ['guard/batch-popular warn']],
    [20, 199, ['guard/batch-popular stop']],
  ])('with %i popular sites among %i entries: %j', (sites, size, codes) => {
    const top = names(20, (i) => `top${i}.example`)
    const batch = [...top.slice(0, sites), ...names(size - sites)]
    const limits = { popularStopRank: 0 }
    const codesOf = found(batch, { popular: popularOf(top), limits })
    expect(codesOf.filter((code) => code.startsWith('guard/batch'))).toEqual(codes)
  })

  it('has the share of popular sites of all its entries, those that let pass and addresses too', () => {
    const top = names(20, (i) => `top${i}.example`)
    const others = [...names(90).map((name) => `${name} domain passthru`)]
    const addresses = names(90, (i) => `45.0.0.${i} ip`)
    const deps = { popular: popularOf(top), limits: { popularStopRank: 0 } }
    const codes = found([...top, ...others, ...addresses], deps)
    expect(codes.filter((code) => code.startsWith('guard/batch'))).toEqual([
      'guard/batch-popular warn',
    ])
  })

  it.each([
    [20, 39, ['guard/batch-one-domain warn']],
    [20, 40, []],
    [19, 19, []],
  ])('with %i of %i entries below one name: %j', (below, size, codes) => {
    const batch = [...names(below, (i) => `x${i}.one.example`), ...names(size - below)]
    expect(found(batch, { popular })).toEqual(codes)
    const provider = [...names(below, (i) => `x${i}.github.io`), ...names(size - below)]
    expect(found(provider, { popular })).toEqual(codes)
  })

  it('tells the first findings of each guard, and counts them all', () => {
    const batch = batchOf(names(MAX_FINDINGS + 5, (i) => `x${i}.root.example`))
    const register = [rowOf('root.example', { scope: 'below' })]
    const stopped: string[] = []
    const deps = guardDepsOf({ register, popular, onStopped: ({ value }) => stopped.push(value) })
    const report = checkGuardsNow(deps, guardedListOf(), batch)
    expect(report).toMatchObject({ entries: MAX_FINDINGS + 5, stops: MAX_FINDINGS + 5, warns: 1 })
    expect(report.findings.filter(({ class: kind }) => kind === 'stop')).toHaveLength(MAX_FINDINGS)
    expect(new Set(stopped).size).toBe(MAX_FINDINGS + 5)
  })
})
