import { createHash, hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ENTRY_KINDS } from '../../../../src/core/entry.ts'
import { printEntryProof } from '../../../../src/core/proof-tree/entry-proof.ts'
import { publicLeafMaker, type LeafMaker } from '../../../../src/core/proof-tree/leaf-maker.ts'
import {
  RESTRICTED_PLACE,
  hiddenMaker,
  lineOf,
  provableList,
} from '../../../support/proof-builders.ts'

/**
 * Somebody who is not entitled to a restricted list has its roots, its public VRF key, and as many proofs of absence as he asked for. He
 * hashes every name of a dictionary in every way that the format has, and looks for the result in all that he has.
 */

const DICTIONARY = process.env['SLOW'] ? 1_000_000 : 20_000
/** Each costs a VRF proof where places are hidden; where they aren't, he is let ask for more. */
const QUESTIONS = process.env['SLOW'] ? 4000 : 150
const PLAIN_QUESTIONS = process.env['SLOW'] ? 30_000 : 8000
const LISTED = 40

const dictionary = Array.from({ length: DICTIONARY }, (_, i) => `name${i}.example`)
const step = Math.floor(DICTIONARY / LISTED)
const listed = Array.from({ length: LISTED }, (_, i) => dictionary[i * step + 7]!)

/** All that is public of the list at two serials, as JSON: what an outsider has. */
function everythingPublic(maker: LeafMaker, questions: number): string {
  const [first, second] = [6, 7].map((serial) =>
    provableList(
      maker,
      listed.slice(0, 33 + serial).map((name) => lineOf(name)),
      serial,
    ),
  )
  const proofs = Array.from({ length: questions }, (_, i) => {
    const list = i % 2 === 0 ? first : second
    return printEntryProof(list!.prove(`outsider${i}.test`))
  })
  const roots = [first, second].map((list) => ({
    root: Buffer.from(list!.signed.root).toString('base64'),
    vrfKey: Buffer.from(list!.signed.vrfKey ?? []).toString('base64'),
  }))
  return JSON.stringify({ roots, proofs })
}

/** The names that are found in `text`. */
function attack(text: string): readonly string[] {
  const seen = octetsIn(text)
  const salts = [...salted(text)]
  const isSeen = (guess: string): boolean => seen.has(guess)
  return dictionary.filter(
    (name) =>
      [digest(name), digest(digest(name))].some(isSeen) ||
      ENTRY_KINDS.some((kind) => guesses(name, kind, salts).some(isSeen)),
  )
}

/** Every string of 32 octets that stands anywhere in what is public. */
function octetsIn(text: string): ReadonlySet<string> {
  const words = text.match(/[A-Za-z0-9+/]{43}=/g) ?? []
  return new Set(words.map((word) => Buffer.from(word, 'base64').toString('latin1')))
}

/** The salts of the roots: the only ones that are shown to who may not see an entry. */
function salted(text: string): ReadonlySet<string> {
  const words = [...text.matchAll(/"rootSalt":"([^"]+)"/g)].map(([, word = '']) => word)
  return new Set(words.map((word) => Buffer.from(word, 'base64').toString('latin1')))
}

function guesses(name: string, kind: string, salts: readonly string[]): readonly string[] {
  const line = lineOf(name, kind)
  const key = `bailiwick/index/v1\n${RESTRICTED_PLACE}\n${name}\t${kind}`
  const [index, commitment] = [key, `bailiwick/entry/v1\n${line}`].map(digest) as [string, string]
  return [
    ...[index, commitment, digest(`bailiwick/leaf/v1\n${index}${commitment}`)],
    ...[line, `${name}\t${kind}`].map(digest),
    ...salts.map((salt) => digest(`bailiwick/salted-entry/v1\n${salt}${line}`)),
  ]
}

function digest(text: string): string {
  return hash('sha256', Buffer.from(text, 'latin1'), 'binary')
}

// A million names are some fifty million hashes.
describe('a dictionary', { timeout: process.env['SLOW'] ? 3_600_000 : 60_000 }, () => {
  it('finds nothing in all that is public of a restricted list', () => {
    const text = everythingPublic(hiddenMaker, QUESTIONS)
    // He has been shown the places of most entries.
    expect(new Set(text.match(/"index":"[^"]+"/g)).size).toBeGreaterThan(LISTED / 2)
    expect(attack(text)).toEqual([])
  })

  it('finds everything where places and commitments are plain hashes', () => {
    const found = attack(everythingPublic(publicLeafMaker(RESTRICTED_PLACE), PLAIN_QUESTIONS))
    expect(found).toEqual(listed)
  })

  it('hashes as everybody does', () => {
    expect(digest('x')).toBe(createHash('sha256').update('x').digest('binary'))
  })
})
