import { describe, expect, it } from 'vitest'
import { guessKind, listRefusal, proposeEntry } from '../../../src/curation/propose-entry.ts'
import type { EntryValue } from '../../../src/core/entry.ts'
import { definitionOf } from '../../support/store-builders.ts'

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

  it('may be a public suffix, for what that would do is for the guards to say', () => {
    expect(proposeEntry(phishing, { value: 'co.uk', reference: '' }).kind).toBe('domain')
  })

  it('fits below the zone by the octet', () => {
    expect(proposeEntry(phishing, { value: LONGEST, reference: '' }).value).toBe(LONGEST)
    expect(() => proposeEntry(phishing, { value: `x${LONGEST}`, reference: '' })).toThrow(
      expect.objectContaining({ code: 'name/invalid' }),
    )
    const longer = LONGEST.replace('.d', '.dd') as EntryValue
    expect(() => proposeEntry(phishing, { value: longer, reference: '' })).toThrow(
      expect.objectContaining({ code: 'name/invalid' }),
    )
    expect(proposeEntry({ ...phishing, zone: null }, { value: longer, reference: '' }).value).toBe(
      longer,
    )
  })
})

describe('the rule for whole files', () => {
  const refuse = listRefusal(phishing)
  const plain = { action: 'nxdomain', category: '' } as const

  it.each([
    ['a.example', 'domain', plain, null],
    ['co.uk', 'domain', plain, 'public-suffix'],
    ['co.uk', 'subdomains', plain, 'public-suffix'],
    ['co.uk', 'host', plain, null],
    [LONGEST, 'domain', plain, null],
    [LONGEST.replace('.d', '.dd'), 'domain', plain, 'long-for-zone'],
    ['a.example', 'domain', { action: 'redirect', category: '' }, 'no-redirect'],
    ['a.example', 'domain', { action: 'drop', category: 'malware' }, null],
    ['a.example', 'domain', { action: 'drop', category: 'spam' }, 'not-a-category'],
  ] as const)('is for %s as %s with %j: %s', (value, kind, entry, reason) => {
    expect(refuse(value as EntryValue, kind, entry)).toBe(reason)
  })

  it('allows any category where the list names none, and a redirect where it has a target', () => {
    const open = listRefusal(
      definitionOf('open', { action: { type: 'redirect', to: ['192.0.2.1'] } }),
    )
    const entry = { action: 'redirect', category: 'spam' } as const
    expect(open('a.example' as EntryValue, 'domain', entry)).toBeNull()
  })
})
