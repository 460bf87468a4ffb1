import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseRegisterRow, type RegisterRow } from '../../../../src/core/register.ts'
import { checkGuardsNow } from '../../../../src/curation/guards/check-guards.ts'
import { checkWritten } from '../../../../src/curation/guards/check-written.ts'
import { guessKind } from '../../../../src/curation/propose-entry.ts'
import { batchOf, guardDepsOf, guardedListOf, popularOf } from '../../../support/guard-builders.ts'

/** The register as it is shipped. */
function shipped(): RegisterRow[] {
  const file = new URL('../../../../lists/register/shipped.json', import.meta.url)
  const { groups } = JSON.parse(readFileSync(file, 'utf8')) as {
    groups: (Record<'purpose' | 'scope' | 'reason' | 'source', string> & { values: string[] })[]
  }
  return groups.flatMap(({ values, ...rest }) =>
    values.map((value) => parseRegisterRow({ value, ...rest })),
  )
}

const register = shipped()

/** The codes of what stops the entries, and the sentences. */
function stopsOf(...texts: string[]) {
  const report = checkGuardsNow(guardDepsOf({ register }), guardedListOf(), batchOf(texts))
  return report.findings
    .filter(({ class: kind }) => kind === 'stop')
    .map(({ guard, text }) => ({ guard, text }))
}

describe('a bare suffix', () => {
  it.each([
    '.net',
    'net',
    'NET.',
    '*.net',
    'https://net/',
    ' net ',
    'ｎｅｔ',
    'http://.net/a?b',
    '。net',
  ])('written as %j is stopped for what it is', (text) => {
    const finding = checkWritten(text, guessKind(text))
    expect(finding).toMatchObject({ guard: 'guard/public-suffix', class: 'stop' })
    expect(finding!.text).toMatch(/^net is a public suffix/)
  })

  it('that a test left over is stopped', () => {
    expect(checkWritten('co', 'domain')).toMatchObject({ guard: 'guard/public-suffix' })
    expect(checkWritten('co', 'host')).toMatchObject({ guard: 'guard/public-suffix' })
  })

  it('is told apart from a label that is none', () => {
    expect(checkWritten('localhost', 'domain')).toMatchObject({ guard: 'guard/single-label' })
    expect(checkWritten('bad.example', 'domain')).toBeNull()
    expect(checkWritten('co.uk', 'domain')).toBeNull()
    expect(checkWritten('a b', 'domain')).toBeNull()
    expect(checkWritten('192.0.2.1', 'ip')).toBeNull()
  })
})

describe('each of these is stopped with the right reason:', () => {
  it.each(['github.io', 'github.io host', 'github.io subdomains'])('%s', (text) => {
    const [stop] = stopsOf(text)
    expect(stop).toMatchObject({ guard: 'guard/private-suffix' })
    expect(stop!.text).toContain('strangers have their own sites')
  })

  it('a suffix of a registry', () => {
    expect(stopsOf('co.uk').map(({ guard }) => guard)).toEqual(['guard/public-suffix'])
  })

  it('what stands above providers’ suffixes', () => {
    expect(stopsOf('amazonaws.com').map(({ guard }) => guard)).toContain('guard/above-suffix')
    expect(stopsOf('amazonaws.com host').map(({ guard }) => guard)).not.toContain(
      'guard/above-suffix',
    )
  })

  it.each(['domain', 'host'])('drive.usercontent.google.com as a %s', (kind) => {
    const stops = stopsOf(`drive.usercontent.google.com ${kind}`)
    expect(stops).toMatchObject([{ guard: 'guard/shared-host' }])
    expect(stops[0]!.text).toContain('storage service')
  })

  it('what takes the shared host down with it', () => {
    expect(stopsOf('google.com').map(({ guard }) => guard)).toContain('guard/shared-host')
  })

  it.each(['104.16.132.229', '151.101.1.69', '2606:4700::6810:84e5', '104.0.0.0/10'])(
    'a shared address of a CDN, %s',
    (address) => {
      const stop = stopsOf(`${address} ip`).find(({ guard }) => guard === 'guard/shared-address')
      expect(stop!.text).toMatch(/Cloudflare|Fastly/)
    },
  )

  it.each(['a.nsset.be', 'any.ca-servers.ca', 'l.de.net', 'm.dns.it', 'r.ns.at'])(
    'a name server of a top-level domain, %s',
    (name) => {
      expect(stopsOf(`${name} host`)).toMatchObject([{ guard: 'guard/protected' }])
    },
  )

  it('what its operator says how to block is not', () => {
    expect(stopsOf('mask.icloud.com host', 'mask-h2.icloud.com host')).toEqual([])
  })

  it('a single customer of a provider is not', () => {
    expect(stopsOf('bad.github.io', 'd111111abcdef8.cloudfront.net', 'bad.duckdns.org')).toEqual([])
  })

  it('nor one file of the shared host, which is meant', () => {
    expect(stopsOf('drive.usercontent.google.com/download?id=1 url')).toEqual([])
    expect(stopsOf('drive.usercontent.google.com/* url')).toMatchObject([
      { guard: 'guard/shared-host' },
    ])
  })
})

describe('8,000 popular sites at once, from the wrong folder,', () => {
  const sites = Array.from({ length: 8000 }, (_, i) => `site${i}.example`)
  const past = Array.from({ length: 12 }, (_, i) => 1 + (i % 7))

  it('are stopped for what they are', () => {
    const popular = popularOf(sites)
    const list = guardedListOf([], { pastBatches: past })
    const report = checkGuardsNow(guardDepsOf({ popular }), list, batchOf(sites))
    expect(report.counts).toMatchObject({ 'guard/popular': 8000, 'guard/batch-popular': 1 })
    const whole = report.findings.filter(({ entry }) => entry === null)
    expect(whole.map(({ guard, class: kind }) => [guard, kind])).toEqual([
      ['guard/batch-size', 'stop'],
      ['guard/batch-popular', 'stop'],
    ])
    expect(whole[1]!.text).toContain('8000 of the 8000 entries (100 %)')
    expect(whole[1]!.text).toContain('site0.example, number 1')
  })

  it('are stopped for their number, where no file of top sites is loaded, and that is told', () => {
    const list = guardedListOf([], { pastBatches: past })
    const { findings } = checkGuardsNow(guardDepsOf(), list, batchOf(sites))
    expect(findings.map(({ guard, class: kind }) => [guard, kind])).toEqual([
      ['guard/batch-size', 'stop'],
      ['guard/popular-missing', 'warn'],
    ])
  })
})
