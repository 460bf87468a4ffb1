import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  commitBasis,
  commitManifest,
  MAX_LEAF_BYTES,
  metadataLeaf,
  parseLeaf,
  printLeaf,
  SALT_BYTES,
  type ManifestBasis,
  type PublicationLeaf,
} from '../../../src/core/log-leaf.ts'
import { printSortedJson } from '../../../src/core/sorted-json.ts'

interface Vectors {
  readonly valid: readonly {
    readonly name: string
    readonly leaf: string
    readonly salt?: string
    readonly basis?: ManifestBasis
    readonly manifest?: string
  }[]
  readonly invalid: readonly { readonly why: string; readonly leaf: string }[]
}

const { valid, invalid } = JSON.parse(
  readFileSync(new URL('../../vectors/log/leaves.json', import.meta.url), 'utf8'),
) as Vectors
const invalidLeaf: unknown = expect.objectContaining({ code: 'log/invalid' })

const sha256 = (...parts: (string | Uint8Array)[]): Buffer => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

describe('a leaf', () => {
  test.each(valid)('is read and printed again: $name', ({ leaf }) => {
    expect(printLeaf(parseLeaf(Buffer.from(leaf))).toString()).toBe(leaf)
  })

  test.each(invalid)('is refused: $why', ({ leaf }) => {
    expect(() => parseLeaf(Buffer.from(leaf))).toThrow(invalidLeaf)
  })

  test('is refused when it is too long, read or printed', () => {
    const long = Buffer.alloc(MAX_LEAF_BYTES + 1, 'a')
    expect(() => parseLeaf(long)).toThrow(invalidLeaf)
    const leaf = metadataLeaf('a'.repeat(MAX_LEAF_BYTES), 1, Buffer.from('x'))
    expect(() => printLeaf(leaf)).toThrow(invalidLeaf)
  })

  test('of a metadata file has the length and the hash of its bytes', () => {
    const bytes = Buffer.from('{"signed":{}}')
    expect(metadataLeaf('snapshot', 12, bytes)).toEqual({
      ...{ v: 1, kind: 'metadata', role: 'snapshot', version: 12, length: 13 },
      sha256: sha256(bytes).toString('hex'),
    })
  })
})

describe('what a leaf commits to', () => {
  const open = valid.find(({ basis }) => basis !== undefined)!
  const hidden = valid.find(({ manifest }) => manifest !== undefined)!

  test('is a basis, by the words of the spec', () => {
    const salt = Buffer.from(open.salt!, 'hex')
    const basis = printSortedJson(open.basis)
    const told = sha256('bailiwick/decisions/v1\0', salt, basis).toString('hex')
    expect((JSON.parse(open.leaf) as PublicationLeaf).decisions).toBe(told)
    expect(commitBasis(open.basis!, salt)).toBe(told)
  })

  const committed = valid.filter(({ manifest }) => manifest !== undefined)

  test.each(committed)('is a manifest, by the words of the spec: $name', (vector) => {
    const salt = Buffer.from(vector.salt!, 'hex')
    const told = sha256('bailiwick/manifest/v1\0', salt, sha256(vector.manifest!)).toString('hex')
    const manifest = JSON.parse(vector.manifest!) as PublicationLeaf
    const leaf = commitManifest(manifest, salt)
    expect(leaf.commitment).toBe(told)
    expect(leaf.tree).toBe(manifest.tree)
    expect(printLeaf(leaf).toString()).toBe(vector.leaf)
    expect(parseLeaf(Buffer.from(vector.manifest!))).toEqual(manifest)
  })

  test('is another with any other salt, and with any other member', () => {
    const manifest = JSON.parse(hidden.manifest!) as PublicationLeaf
    const salts = Array.from({ length: SALT_BYTES }, (_, i) => {
      const salt = Buffer.from(hidden.salt!, 'hex')
      salt[i]! ^= 1
      return salt
    })
    const salt = Buffer.from(hidden.salt!, 'hex')
    const changed = { ...manifest, entries: manifest.entries + 1 }
    const all = [
      commitManifest(manifest, salt),
      commitManifest(changed, salt),
      ...salts.map((other) => commitManifest(manifest, other)),
    ].map(({ commitment }) => commitment)
    expect(new Set(all).size).toBe(all.length)
  })

  test('needs a whole salt', () => {
    const manifest = JSON.parse(hidden.manifest!) as PublicationLeaf
    expect(() => commitManifest(manifest, Buffer.alloc(SALT_BYTES - 1))).toThrow(RangeError)
    expect(() => commitBasis(open.basis!, Buffer.alloc(0))).toThrow(RangeError)
  })
})
