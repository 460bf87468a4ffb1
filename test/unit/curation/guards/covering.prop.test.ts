import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { checkGuards, checkGuardsNow } from '../../../../src/curation/guards/check-guards.ts'
import { networksOverlap } from '../../../../src/core/network.ts'
import { runInSlices } from '../../../../src/platform/run-in-slices.ts'
import {
  batchOf,
  guardDepsOf,
  guardedListOf,
  popularOf,
  rowOf,
} from '../../../support/guard-builders.ts'

const name = fc
  .array(fc.constantFrom('a', 'b', 'ab'), { minLength: 1, maxLength: 4 })
  .map((labels) => `${labels.join('.')}.example`)
const action = fc.constantFrom('nxdomain', 'nodata')
const nameEntry = fc.tuple(name, fc.constantFrom('domain', 'host', 'subdomains'), action)
const url = fc
  .tuple(name, fc.constantFrom('/', '/*', '/p', '/p/*', '/p/q', '/p/q/*', '/p/q?r/s'))
  .map(([host, path]) => host + path)
const urlEntry = fc.tuple(url, fc.constant('url'), action)
const address = fc.constantFrom(
  ...['45.0.0.0/22', '45.0.0.0/23', '45.0.0.0/24', '45.0.1.0/24', '45.0.1.7', '45.0.4.0/24'],
  ...['2a00::/32', '2a00:0:1::/48', '2a00:0:1::1'],
)
const ipEntry = fc.tuple(address, fc.constant('ip'), action)
const entry = fc.oneof(nameEntry, nameEntry, urlEntry, ipEntry)
type Made = readonly [value: string, kind: string, action: string]

/** Each value and kind once, as on a list. */
const entries = (max: number): fc.Arbitrary<Made[]> =>
  fc.uniqueArray(entry, { maxLength: max, selector: ([value, kind]) => `${value} ${kind}` })

const printed = (made: readonly Made[]): string[] => made.map((one) => one.join(' '))

/** By the words of `docs/spec/guards.md` §2: the same action, and everything of the other is blocked. */
function covers([value, kind, act]: Made, [other, otherKind, otherAct]: Made): boolean {
  if (act !== otherAct || (value === other && kind === otherKind)) return false
  if (kind === 'ip' || otherKind === 'ip') {
    return kind === otherKind && networksOverlap(value, other) && prefix(value) < prefix(other)
  }
  if (kind === 'url') {
    if (otherKind !== 'url' || !value.endsWith('/*')) return false
    return other.startsWith(value.slice(0, -1))
  }
  const host = otherKind === 'url' ? other.slice(0, other.indexOf('/')) : other
  if (host.endsWith(`.${value}`)) return kind !== 'host'
  if (host !== value) return false
  return otherKind === 'url' ? kind !== 'subdomains' : kind === 'domain'
}

const prefix = (network: string): number => Number(network.split('/')[1] ?? 128)

test.prop([entries(14), entries(8)])(
  'covered and covering entries are those of the words',
  (list, batch) => {
    const { findings } = checkGuardsNow(
      guardDepsOf(),
      guardedListOf(printed(list)),
      batchOf(printed(batch)),
    )
    const told = findings
      .filter(({ guard }) => guard === 'guard/covered' || guard === 'guard/covers')
      .map(({ guard, entry: of, text }) => {
        const count = guard === 'guard/covers' ? / covers (\d+) /.exec(text)![1]! : ''
        return `${guard} ${of!.value} ${of!.kind} ${count}`
      })
    const expected = batch.flatMap((one) => {
      const by = list.filter((other) => covers(other, one))
      const below = list.filter((other) => covers(one, other))
      return [
        ...(by.length > 0 ? [`guard/covered ${one[0]} ${one[1]} `] : []),
        ...(below.length > 0 ? [`guard/covers ${one[0]} ${one[1]} ${below.length}`] : []),
      ]
    })
    expect(told.sort()).toEqual(expected.sort())
  },
)

const deps = guardDepsOf({
  register: [
    rowOf('b.a.example'),
    rowOf('ab.example', { scope: 'below' }),
    rowOf('45.0.0.0/23', { purpose: 'cdn' }),
  ],
  popular: popularOf(['a.example', 'ab.b.example', 'a.b.a.example']),
})

test.prop([entries(10), entries(12)])(
  'a batch has the findings of its entries, one by one',
  async (list, batch) => {
    const guarded = guardedListOf(printed(list))
    const whole = checkGuardsNow(deps, guarded, batchOf(printed(batch)))
    const single = batch.flatMap(
      (one) => checkGuardsNow(deps, guarded, batchOf(printed([one]))).findings,
    )
    const ofEntries = whole.findings.filter(({ entry: of }) => of !== null)
    expect(ofEntries.map((one) => JSON.stringify(one)).sort()).toEqual(
      single.map((one) => JSON.stringify(one)).sort(),
    )
    expect(await runInSlices(checkGuards(deps, guarded, batchOf(printed(batch))))).toEqual(whole)
  },
)
