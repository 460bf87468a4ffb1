import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { printEntryLine } from '../../../../src/core/entry.ts'
import {
  parseEntryProof,
  printEntryProof,
  type EntryProofJson,
} from '../../../../src/core/proof-tree/entry-proof.ts'
import { makeLeaf, publicLeafMaker } from '../../../../src/core/proof-tree/leaf-maker.ts'
import { restrictedLeafMaker } from '../../../../src/core/proof-tree/restricted-leaf-maker.ts'
import { buildTree } from '../../../../src/core/proof-tree/proof-tree.ts'
import { makeProofRoot } from '../../../../src/core/proof-tree/proof-root.ts'
import { proveEntry } from '../../../../src/core/proof-tree/prove-entry.ts'
import { verifyEntryProof } from '../../../../src/core/proof-tree/verify-entry-proof.ts'
import { openVrfKey } from '../../../../src/core/vrf/vrf-key.ts'
import { keyOf } from '../../../support/proof-builders.ts'
import { referenceTop, sha } from '../../../support/proof-tree-reference.ts'

interface VectorList {
  readonly what: string
  readonly place: string
  readonly serial: number
  readonly vrfKey?: string
  readonly rootSalt?: string
  readonly leaves: readonly {
    readonly line: string
    readonly since: number
    readonly salt?: string
    readonly index: string
    readonly commitment: string
  }[]
  readonly top: string
  readonly root: string
  readonly proofs: readonly {
    readonly value: string
    readonly kind: string
    readonly proved: string | null
    readonly proof: EntryProofJson
  }[]
  readonly refused: readonly {
    readonly why: string
    readonly value: string
    readonly kind: string
    readonly proof: unknown
  }[]
}

interface Vectors {
  readonly secrets?: { readonly vrf: string; readonly salts: string }
  readonly lists: readonly VectorList[]
}

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex')
const hexOf = (of: Uint8Array): string => Buffer.from(of).toString('hex')
const invalid = expect.objectContaining({ code: 'proof/invalid' }) as Error

function read(name: string): Vectors {
  const file = new URL(`../../../vectors/proof-tree/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as Vectors
}

describe.each(['public', 'restricted'])('the vectors of %s lists', (name) => {
  const { secrets, lists } = read(name)
  const makerOf = (place: string) =>
    secrets
      ? restrictedLeafMaker(place, { vrf: bytes(secrets.vrf), salts: bytes(secrets.salts) })
      : publicLeafMaker(place)
  const signedOf = ({ place, serial, root, vrfKey }: VectorList) => ({
    ...{ place, serial, root: bytes(root) },
    vrfKey: vrfKey === undefined ? null : bytes(vrfKey),
  })

  it('have a list of some entries, one of one and one of none', () => {
    expect(lists.map(({ leaves }) => Math.min(leaves.length, 2))).toEqual([2, 1, 0])
    const ends = lists[0]!.proofs.map(({ proof: { end } }) => end && Object.keys(end)[0])
    expect(new Set(ends)).toEqual(new Set(['line', 'index', null]))
  })

  describe.each(lists)('$what', (list) => {
    const { place, serial, leaves, proofs } = list
    const maker = makerOf(place)
    const tree = buildTree(
      Buffer.concat(leaves.map(({ line, since }) => makeLeaf(maker, line, since))),
    )

    it('has the leaves and the root that the specification says', () => {
      const derive = (tag: string, n: number, of: string): Buffer =>
        createHmac('sha256', bytes(secrets?.salts ?? ''))
          .update(`bailiwick/${tag}/v1\n${place}\n${n}\n${of}`)
          .digest()
      const made = leaves.map(({ line, since }) => {
        const [value = '', kind = ''] = line.split('\t')
        const alpha = Buffer.from(`bailiwick/index/v1\n${place}\n${value}\t${kind}`)
        if (!secrets) return { index: sha(alpha), commitment: sha('bailiwick/entry/v1\n', line) }
        const index = Buffer.from(openVrfKey(bytes(secrets.vrf)).evaluate(alpha)).subarray(0, 32)
        const salt = derive('salt', since, line)
        return { index, salt, commitment: sha('bailiwick/salted-entry/v1\n', salt, line) }
      })
      const texts = made.map((leaf) =>
        Object.fromEntries(Object.entries(leaf).map(([key, of]) => [key, hexOf(of)])),
      )
      expect(leaves).toMatchObject(texts)
      const top = referenceTop(made)
      expect(hexOf(top)).toBe(list.top)
      const end = `${place}\n${serial}\n`
      const rootSalt = derive('root-salt', serial, '')
      const root = secrets
        ? sha('bailiwick/salted-root/v1\n', end, bytes(list.vrfKey ?? ''), rootSalt, top)
        : sha('bailiwick/root/v1\n', end, top)
      expect(hexOf(root)).toBe(list.root)
      expect(list.rootSalt).toBe(secrets ? hexOf(rootSalt) : undefined)
    })

    it('is made so', () => {
      const signed = makeProofRoot(tree, maker, serial)
      expect(signed).toMatchObject({ place, serial })
      expect(hexOf(signed.root)).toBe(list.root)
      expect(signed.vrfKey && hexOf(signed.vrfKey)).toBe(list.vrfKey ?? null)
    })

    it.each(proofs)('proves $value $kind', ({ value, kind, proof, proved }) => {
      const key = keyOf(value, kind)
      const entry = verifyEntryProof(signedOf(list), key, parseEntryProof(proof))
      expect(entry && printEntryLine(entry)).toBe(proved)
      const listed = leaves.find(({ line }) => line === proved) ?? null
      expect(printEntryProof(proveEntry(tree, maker, { key, serial, listed }))).toEqual(proof)
    })

    it.each(list.refused)('is refused: $why', ({ value, kind, proof }) => {
      const verify = (): unknown =>
        verifyEntryProof(signedOf(list), keyOf(value, kind), parseEntryProof(proof))
      expect(verify).toThrow(invalid)
    })
  })
})
