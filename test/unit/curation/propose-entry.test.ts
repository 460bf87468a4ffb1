import { describe, expect, it } from 'vitest'
import { guessKind, proposeEntry, refuseForList } from '../../../src/curation/propose-entry.ts'
import { refuseLines } from '../../../src/curation/refuse-lines.ts'
import type { EntryValue } from '../../../src/core/entry.ts'
import { blockOf, definitionOf } from '../../support/store-builders.ts'

const ZONE = {
  origin: 'phishing.rpz.example',
  ttl: 300,
  refresh: 300,
  retry: 60,
  expire: 2419200,
  zonemd: false,
}
const phishing = definitionOf('phishing', { categories: ['phishing', 'malware'], zone: ZONE })
/** 229 octets: with `*.` and the origin exactly 255 on the wire. */
const LONGEST = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(30)}.example`

describe('a proposed entry', () => {
  it('is canonical, with the action of the list', () => {
    expect(
      proposeEntry(phishing, { value: ' Login.BAD.example. ', kind: 'host', reference: 'R1' }),
    ).toEqual({
      value: 'login.bad.example',
      kind: 'host',
      action: 'nxdomain',
      category: '',
      reference: 'R1',
    })
  })

  it.each([
    ['bad.example', 'domain'],
    ['*.bad.example', 'subdomains'],
    ['https://bad.example/a', 'url'],
    ['bad.example/a', 'url'],
    ['192.0.2.1', 'ip'],
    ['192.0.2.0/24', 'ip'],
    ['2001:db8::/48', 'ip'],
    ['192.0.2.300', 'ip'],
    ['192.0.2.1/24', 'ip'],
  ])('%s is taken for a %s', (value, kind) => {
    expect(guessKind(value)).toBe(kind)
  })

  it.each([
    ['a category the list lacks', { category: 'phising' }, 'did you mean "phishing"?'],
    ['a redirect the list cannot make', { action: 'redirect' }, 'no redirect target'],
    ['a public suffix', { value: 'co.uk' }, 'public suffix'],
    ['all below a public suffix', { value: 'co.uk', kind: 'subdomains' }, 'public suffix'],
    ['an unknown kind', { kind: 'dommain' }, 'expected a kind'],
  ])('is refused with %s', (_, changes, message) => {
    expect(() =>
      proposeEntry(phishing, { value: 'bad.example', reference: '', ...changes }),
    ).toThrow(
      expect.objectContaining({
        code: 'entry/invalid',
        message: expect.stringContaining(message) as string,
      }),
    )
  })

  it('may be a public suffix as a host, which blocks that name alone', () => {
    expect(proposeEntry(phishing, { value: 'co.uk', kind: 'host', reference: '' }).kind).toBe(
      'host',
    )
  })

  it('fits below the zone by the octet', () => {
    expect(proposeEntry(phishing, { value: LONGEST, reference: '' }).value).toBe(LONGEST)
    expect(() => proposeEntry(phishing, { value: `x${LONGEST}`, reference: '' })).toThrow(
      expect.objectContaining({ code: 'name/invalid' }),
    )
    const longer = LONGEST.replace('.d', '.dd') as EntryValue
    expect(refuseForList(phishing, longer, 'domain')).toBe('too-long-for-zone')
    expect(refuseForList(phishing, longer, 'host')).toBeNull()
    expect(() => proposeEntry(phishing, { value: longer, reference: '' })).toThrow(
      expect.objectContaining({ code: 'name/invalid' }),
    )
    expect(refuseForList({ ...phishing, zone: null }, longer, 'domain')).toBeNull()
  })
})

it('takes out of an import the lines that may not stand on the list, and keeps the rest in order', () => {
  const lines = [blockOf(['a.example', 'co.uk']), blockOf(['com.au', 'd.example', 'e.example'])]
  const allowed = refuseLines(phishing, lines)
  expect(Buffer.concat([...allowed.lines]).toString()).toBe(
    blockOf(['a.example', 'd.example', 'e.example']).toString(),
  )
  expect(allowed.refused).toEqual([
    { value: 'co.uk', kind: 'domain', reason: 'public-suffix' },
    { value: 'com.au', kind: 'domain', reason: 'public-suffix' },
  ])
})
