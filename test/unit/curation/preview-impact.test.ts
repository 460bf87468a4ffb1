import { describe, expect, it } from 'vitest'
import type { ListDefinition } from '../../../src/core/list-definition.ts'
import { MAX_DIFFERENCE, previewImpact, type Impact } from '../../../src/curation/preview-impact.ts'
import { EXPORT_FORMATS, type ExportFormat } from '../../../src/formats/render-export.ts'
import { batchOf, lineOf } from '../../support/guard-builders.ts'
import { definitionOf } from '../../support/store-builders.ts'

interface Given {
  readonly list?: readonly string[]
  readonly added?: readonly string[]
  readonly retired?: readonly string[]
  readonly published?: number | null
  readonly definition?: Partial<ListDefinition>
  readonly formats?: readonly ExportFormat[]
}

function preview({ list = [], added = [], retired = [], ...given }: Given): Impact {
  const { size, lines } = batchOf(list)
  const definition = definitionOf('x', given.definition)
  const published = given.published === undefined ? size : given.published
  const steps = previewImpact(
    { definition, published, size, lines },
    { added: batchOf(added), retired: batchOf(retired) },
    given.formats ?? [],
  )
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

describe('the impact of additions', () => {
  it('is what was not blocked before', () => {
    const list = ['a.example', 'z.example']
    const added = [
      'x.a.example',
      'b.example',
      'c.example host',
      'c.example/p url',
      '192.0.2.0/24 ip',
    ]
    const { added: part, growth, sentences } = preview({ list, added })
    expect(part).toEqual({
      ...{ count: 5, covered: 1 },
      kinds: { domain: 2, host: 1, ip: 1, subdomains: 0, url: 1 },
    })
    expect(growth).toMatchObject({ before: 2, after: 7, findings: [{ rule: 'maxGrowth' }] })
    expect(sentences).toEqual([
      '2 names with everything below them, 1 single name, 1 address or network, 1 URL would be blocked',
      '1 of them is covered by the list already',
      'single URLs are blocked by those alone who read URLs: no resolver does',
      'the list would go from 2 entries as published to 7 entries',
      'the circuit breaker would stop it: it would grow from 2 to 7 entries (250 %), where guard.maxGrowth allows 50 %',
    ])
  })

  it('is not covered by what goes', () => {
    const list = ['a.example', 'b.example']
    const added = ['x.a.example', 'x.b.example']
    expect(preview({ list, added, retired: ['a.example'] }).added.covered).toBe(1)
  })

  it('is told for each format by what that format carries', () => {
    const added = ['a.example', 'b.example/p url', '192.0.2.1 ip', 'c.example subdomains']
    const { formats } = preview({ added, formats: EXPORT_FORMATS })
    const written = Object.fromEntries(formats.map((one) => [one.format, one.written]))
    expect(written).toMatchObject({ rpz: 3, 'squid-urls': 1, csv: 4, json: 4 })
    expect(formats.find(({ format }) => format === 'hosts')).toMatchObject({
      ...{ written: 1, omitted: { below: 1, ip: 1, url: 1 }, changed: { below: 1 } },
      sentence:
        'hosts: 1 of 4 entries is in it (left out 1: what lies below a name cannot be said here; left out 1: addresses cannot be said here; left out 1: single URLs cannot be said here; changed 1: what lies below a name cannot be said here)',
    })
  })

  it('is nothing at all, for a URL in what resolvers read', () => {
    const added = ['b.example/p url']
    const formats = ['rpz', 'hosts', 'dnsmasq', 'unbound'] as const
    for (const { written, sentence } of preview({ added, formats }).formats) {
      expect(written).toBe(0)
      expect(sentence).toMatch(
        /: blocks nothing of it \(left out 1: single URLs cannot be said here\)$/,
      )
    }
  })

  it('is the whole host, where URLs steer', () => {
    const added = ['b.example/p url', 'b.example/q url', 'c.example:8443/ url']
    const definition = { steering: { to: ['192.0.2.80'] } }
    const { formats, sentences } = preview({ added, definition, formats: ['rpz'] })
    expect(formats[0]!.written).toBeGreaterThan(0)
    expect(sentences).toContain(
      'everything that is asked of 2 hosts with URLs would go through the proxy 192.0.2.80, where RPZ is read',
    )
  })
})

describe('the impact of retirements', () => {
  it('leaves blocked what others of the list cover, but not what goes with them', () => {
    const list = ['a.example', 'b.example', 'x.a.example', 'x.b.example']
    const { retired, growth, sentences } = preview({
      list,
      retired: ['b.example', 'x.a.example', 'x.b.example'],
    })
    expect(retired).toMatchObject({ count: 3, covered: 1 })
    expect(growth).toMatchObject({ after: 1, findings: [{ rule: 'maxShrink' }] })
    expect(sentences.slice(0, 2)).toEqual([
      '3 names with everything below them would no longer be blocked',
      '1 of those is still covered by other entries',
    ])
  })
})

describe('the difference', () => {
  it('has the lines as they would be published', () => {
    const { difference, isDifferenceCut } = preview({
      list: ['a.example'],
      added: ['b.example'],
      retired: ['a.example'],
    })
    expect(difference).toEqual([`+ ${lineOf('b.example')}`, `- ${lineOf('a.example')}`])
    expect(isDifferenceCut).toBe(false)
  })

  it.each([
    [MAX_DIFFERENCE, false],
    [MAX_DIFFERENCE + 1, true],
  ])('of %i lines is cut: %s', (count, isCut) => {
    const added = Array.from({ length: count }, (_, i) => `n${i}.example`)
    const { difference, isDifferenceCut } = preview({ added, published: null })
    expect(difference).toHaveLength(MAX_DIFFERENCE)
    expect(isDifferenceCut).toBe(isCut)
  })
})
