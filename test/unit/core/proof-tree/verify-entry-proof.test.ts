import { describe, expect, it } from 'vitest'
import {
  MAX_PATH,
  MAX_PROOF_BYTES,
  parseEntryProof,
  printEntryProof,
  type EntryProof,
} from '../../../../src/core/proof-tree/entry-proof.ts'
import { lineKey, publicLeafMaker } from '../../../../src/core/proof-tree/leaf-maker.ts'
import { restrictedLeafMaker } from '../../../../src/core/proof-tree/restricted-leaf-maker.ts'
import { proveEntry } from '../../../../src/core/proof-tree/prove-entry.ts'
import { verifyEntryProof } from '../../../../src/core/proof-tree/verify-entry-proof.ts'
import { MAX_ENTRY_LINE } from '../../../../src/core/parse-entry.ts'
import {
  hiddenMaker,
  keyOf,
  lineOf,
  openMaker,
  provableList,
  type ProvableList,
} from '../../../support/proof-builders.ts'

const fault = (code: string) => expect.objectContaining({ code }) as Error
const invalid = fault('proof/invalid')
const values = Array.from({ length: 40 }, (_, i) => `n${i}.example`)
const lines = values.map((value) => lineOf(value))
const absent = Array.from({ length: 200 }, (_, i) => `absent${i}.example`)

/** An absent value whose proof ends in this way. */
function absentWith({ prove }: ProvableList, what: 'nothing' | 'other'): string {
  return absent.find((value) => prove(value).end.what === what)!
}

describe.each([
  ['public', openMaker],
  ['restricted', hiddenMaker],
])('a proof of a %s list', (name, maker) => {
  const list = provableList(maker, lines)
  const { signed, prove } = list
  const present = 'n7.example'
  const [empty, other] = [absentWith(list, 'nothing'), absentWith(list, 'other')]
  const verify = (value: string, proof: EntryProof, against = signed) =>
    verifyEntryProof(against, keyOf(value), proof)

  it('proves what is there and what is not', () => {
    expect(verify(present, prove(present))).toMatchObject({ value: present, action: 'nxdomain' })
    expect(verify(empty, prove(empty))).toBeNull()
    expect(verify(other, prove(other))).toBeNull()
    expect(verifyEntryProof(signed, keyOf(present, 'domain'), prove(present, 'domain'))).toBeNull()
  })

  it('is refused with any octet altered, wherever it stands', () => {
    for (const value of [present, empty, other]) {
      const text = JSON.stringify(printEntryProof(prove(value)))
      const step = process.env['SLOW'] ? 1 : name === 'public' ? 3 : 17
      for (let at = 0; at < text.length; at += step) {
        const altered = Buffer.from(text)
        altered[at]! ^= 1
        const read = (): unknown =>
          verify(value, parseEntryProof(JSON.parse(altered.toString('latin1'))))
        // What is no JSON any more never comes so far.
        expect(read).toThrow()
        if (isJson(altered.toString('latin1'))) expect(read).toThrow(invalid)
      }
    }
  })

  it('is refused under another serial, place, root and list', () => {
    const another = provableList(maker, lines.slice(1))
    for (const value of [present, empty, other]) {
      const proof = prove(value)
      expect(() => verify(value, proof, { ...signed, serial: 8 })).toThrow(invalid)
      expect(() => verify(value, proof, { ...signed, place: 'phishin' })).toThrow(invalid)
      expect(() => verify(value, proof, another.signed)).toThrow(invalid)
    }
  })

  it('holds at a serial with the same entries only where nothing is hidden', () => {
    const same = provableList(maker, lines, 8).signed
    const again = (): unknown => verify(empty, prove(empty), same)
    if (name === 'public') expect(again()).toBeNull()
    else expect(again).toThrow(invalid)
  })

  it('is refused for another value and another kind', () => {
    for (const value of [present, empty, other]) {
      expect(() => verify('n8.example', prove(value))).toThrow(invalid)
      expect(() => verifyEntryProof(signed, keyOf(value, 'domain'), prove(value))).toThrow(invalid)
    }
  })

  it('is refused when presence is turned to absence, or absence to presence', () => {
    const proof = prove(present)
    const leaf = list.tree.pages.flatMap((page) => [...pieces(page, 64)])
    const index = Buffer.from(maker.index(keyOf(present)))
    const own = leaf.find((one) => index.equals(one.subarray(0, 32)))!
    const neighbour = leaf.find((one) => !index.equals(one.subarray(0, 32)))!
    const ends: EntryProof['end'][] = [
      { what: 'nothing' },
      { what: 'other', index: own.subarray(0, 32), commitment: own.subarray(32) },
      { what: 'other', index: neighbour.subarray(0, 32), commitment: neighbour.subarray(32) },
      { what: 'other', index: lastBitFlipped(index), commitment: own.subarray(32) },
    ]
    for (const end of ends) expect(() => verify(present, { ...proof, end })).toThrow(invalid)
    for (const value of [empty, other]) {
      const salt = maker.salt(lineOf(value), 1)
      const end = { what: 'entry', line: lineOf(value), salt } as const
      expect(() => verify(value, { ...prove(value), end })).toThrow(invalid)
    }
  })

  it('is refused when its path is cut, or goes on', () => {
    for (const value of [present, empty, other]) {
      const proof = prove(value)
      const { path } = proof
      const paths = [path.slice(0, -1), path.slice(1), [], [...path, null], [...path, path[0]!]]
      for (const wrong of paths) {
        expect(() => verify(value, { ...proof, path: wrong })).toThrow(invalid)
      }
    }
  })

  it('is refused when it is half of the other sort of list', () => {
    const proof = prove(present)
    const hidden = proof.hidden ? null : { vrf: Buffer.alloc(80), rootSalt: Buffer.alloc(32) }
    expect(() => verify(present, { ...proof, hidden })).toThrow(invalid)
    const { end } = proof
    if (end.what !== 'entry') throw new Error('not present')
    const salt = end.salt ? null : Buffer.alloc(32)
    expect(() => verify(present, { ...proof, end: { ...end, salt } })).toThrow(invalid)
  })

  it('shows no other entry', () => {
    for (const value of [present, empty, other]) {
      const text = JSON.stringify(printEntryProof(prove(value)))
      expect(values.filter((one) => one !== value && text.includes(one))).toEqual([])
    }
  })

  it('is not made where list and tree disagree', () => {
    const ask = (value: string, listed: { line: string; since: number } | null) => () =>
      proveEntry(list.tree, maker, { key: keyOf(value), serial: 7, listed })
    const amended = lineOf(present).replace('nxdomain', 'drop')
    expect(ask(present, null)).toThrow(fault('proof/mismatch'))
    expect(ask(other, { line: lineOf(other), since: 1 })).toThrow(fault('proof/mismatch'))
    expect(ask(empty, { line: lineOf(empty), since: 1 })).toThrow(fault('proof/mismatch'))
    expect(ask(present, { line: amended, since: 1 })).toThrow(fault('proof/mismatch'))
    expect(ask(present, { line: lineOf('n8.example'), since: 1 })).toThrow(fault('proof/mismatch'))
  })
})

describe('the text of a proof', () => {
  const list = provableList(openMaker, lines)
  const good = printEntryProof(list.prove('n7.example'))
  const hash = Buffer.alloc(32, 7).toString('base64')

  it.each([
    ['null', null],
    ['a list', [good]],
    ['no path', { end: null }],
    ['no end', { path: [] }],
    ['a field too many', { ...good, more: 1 }],
    ['a VRF proof without a salt', { ...good, vrf: Buffer.alloc(80).toString('base64') }],
    ['a salt without a VRF proof', { ...good, rootSalt: hash }],
    [
      'a VRF proof of 79 octets',
      { ...good, rootSalt: hash, vrf: Buffer.alloc(79).toString('base64') },
    ],
    ['a path that is none', { ...good, path: hash }],
    ['a hash of 31 octets', { ...good, path: [Buffer.alloc(31).toString('base64')] }],
    ['a hash of 33 octets', { ...good, path: [Buffer.alloc(33).toString('base64')] }],
    ['base64 of URLs', { ...good, path: [Buffer.alloc(32, 255).toString('base64url')] }],
    ['base64 without padding', { ...good, path: [hash.replace('=', '')] }],
    ['base64 with bits that mean nothing', { ...good, path: [hash.replace(/.=$/, 'd=')] }],
    ['an end that is none', { ...good, end: 'entry' }],
    [
      'an entry that also is another',
      { ...good, end: { line: lines[0], index: hash, commitment: hash } },
    ],
    ['a leaf without its commitment', { ...good, end: { index: hash } }],
    ['a line that is no text', { ...good, end: { line: 7 } }],
    ['a line too long', { ...good, end: { line: 'x'.repeat(MAX_ENTRY_LINE) } }],
  ])('is refused with %s', (_, json) => {
    expect(() => parseEntryProof(json)).toThrow(invalid)
  })

  it('is refused with a hash where null must stand', () => {
    const empty = provableList(openMaker, []).tree.nodes.slice(32, 64)
    const path = [Buffer.from(empty).toString('base64'), hash]
    expect(() => parseEntryProof({ path, end: null })).toThrow(invalid)
    expect(parseEntryProof({ path: [null, hash], end: null }).path).toHaveLength(2)
  })

  it('has at most as many hashes as an index has bits, and fits its limit', () => {
    const longest = Array.from({ length: MAX_PATH }, () => hash)
    const vrf = Buffer.alloc(80, 255).toString('base64')
    const end = { line: 'x'.repeat(MAX_ENTRY_LINE - 1), salt: hash }
    const proof = { vrf, rootSalt: hash, path: longest, end }
    expect(JSON.stringify(printEntryProof(parseEntryProof(proof))).length).toBeLessThanOrEqual(
      MAX_PROOF_BYTES,
    )
    expect(() => parseEntryProof({ ...proof, path: [...longest, hash] })).toThrow(invalid)
    const read = parseEntryProof({ path: longest, end: null })
    const tooLong = { ...read, path: [...read.path, Buffer.alloc(32, 7)] }
    expect(() => verifyEntryProof(list.signed, keyOf('n7.example'), tooLong)).toThrow(invalid)
  })

  it('refuses a line that is no entry line', () => {
    const proof = list.prove('n7.example')
    const end = { what: 'entry', line: 'n7.example\thost\tnxdomain', salt: null } as const
    expect(() => verifyEntryProof(list.signed, keyOf('n7.example'), { ...proof, end })).toThrow(
      invalid,
    )
  })
})

describe('a leaf maker', () => {
  const secrets = { vrf: Buffer.alloc(32, 1), salts: Buffer.alloc(32, 2) }

  it.each(['', 'Phishing', 'a\nb', 'x'.repeat(41)])('takes no place %j', (place) => {
    expect(() => publicLeafMaker(place)).toThrow(fault('proof/mismatch'))
    expect(() => restrictedLeafMaker(place, secrets)).toThrow(fault('proof/mismatch'))
  })

  it('takes places up to 40 octets and seeds of 32', () => {
    expect(publicLeafMaker('x'.repeat(40)).place).toHaveLength(40)
    const short = { ...secrets, salts: Buffer.alloc(31) }
    expect(() => restrictedLeafMaker('p', short)).toThrow(fault('proof/mismatch'))
    expect(() => restrictedLeafMaker('p', { ...secrets, vrf: Buffer.alloc(33) })).toThrow(
      fault('vrf/invalid'),
    )
  })

  it('keeps apart what would be the same when it is put together', () => {
    const [a, b] = [publicLeafMaker('a'), publicLeafMaker('ab')]
    expect(a.index(keyOf('bx.example'))).not.toEqual(b.index(keyOf('x.example')))
    expect(lineKey(lineOf('x.example', 'domain'))).toEqual(keyOf('x.example', 'domain'))
  })

  it('salts each entry, serial and list anew', () => {
    const maker = restrictedLeafMaker('p', secrets)
    const salts = [
      maker.salt('a', 1),
      maker.salt('b', 1),
      maker.salt('a', 2),
      maker.rootSalt(1),
      maker.rootSalt(2),
      restrictedLeafMaker('q', secrets).salt('a', 1),
      restrictedLeafMaker('p', { ...secrets, salts: Buffer.alloc(32, 3) }).salt('a', 1),
    ]
    expect(new Set(salts.map((salt) => Buffer.from(salt!).toString('hex'))).size).toBe(7)
  })
})

function* pieces(bytes: Uint8Array, length: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length)
}

function lastBitFlipped(index: Buffer): Buffer {
  const copy = Buffer.from(index)
  copy[31]! ^= 1
  return copy
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
