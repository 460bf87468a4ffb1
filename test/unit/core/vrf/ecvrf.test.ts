import { readFileSync } from 'node:fs'
import { test } from '@fast-check/vitest'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeToCurve } from '../../../../src/core/vrf/ecvrf.ts'
import { parseVrfPublicKey, verifyVrf } from '../../../../src/core/vrf/verify-vrf.ts'
import { openVrfKey } from '../../../../src/core/vrf/vrf-key.ts'
import '../../../support/property-runs.ts'

interface Vectors {
  readonly valid: readonly Readonly<
    Record<'secret' | 'publicKey' | 'alpha' | 'h' | 'pi' | 'beta', string> & { example: number }
  >[]
  readonly refusedPublicKeys: Readonly<Record<string, string>>
  readonly refusedProofs: readonly { why: string; example: number; pi: string }[]
}

const file = new URL('../../../vectors/vrf/ecvrf-edwards25519-sha512-tai.json', import.meta.url)
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vectors
const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex')
const hexOf = (of: Uint8Array): string => Buffer.from(of).toString('hex')
const invalid = expect.objectContaining({ code: 'vrf/invalid' }) as Error
const [first] = vectors.valid
const others = [openVrfKey(Buffer.alloc(32, 1)), openVrfKey(Buffer.alloc(32, 2))]

/** By SLOW=1 every bit; else each octet has one, and all eight places are met. */
function flipped(of: Buffer): Buffer[] {
  const step = process.env['SLOW'] ? 1 : 9
  return Array.from({ length: Math.ceil((of.length * 8) / step) }, (_, i) => {
    const copy = Buffer.from(of)
    copy[(i * step) >> 3]! ^= 1 << ((i * step) & 7)
    return copy
  })
}

describe('the vectors of RFC 9381', () => {
  it('are all three', () => {
    expect(vectors.valid.map(({ example }) => example)).toEqual([16, 17, 18])
  })

  describe.each(vectors.valid)('example $example', (vector) => {
    const [publicKey, alpha, pi] = [vector.publicKey, vector.alpha, vector.pi].map(bytes) as [
      Buffer,
      Buffer,
      Buffer,
    ]
    const key = openVrfKey(bytes(vector.secret))

    it('is proved octet for octet', () => {
      expect(hexOf(key.publicKey)).toBe(vector.publicKey)
      expect(hexOf(encodeToCurve(publicKey, alpha).toBytes())).toBe(vector.h)
      const { proof, output } = key.prove(alpha)
      expect(hexOf(proof)).toBe(vector.pi)
      expect(hexOf(output)).toBe(vector.beta)
      expect(hexOf(key.evaluate(alpha))).toBe(vector.beta)
    })

    it('is verified', () => {
      expect(hexOf(verifyVrf(publicKey, alpha, pi))).toBe(vector.beta)
    })

    it('is refused with a flipped bit of the proof', () => {
      for (const wrong of flipped(pi)) {
        expect(() => verifyVrf(publicKey, alpha, wrong)).toThrow(invalid)
      }
    })

    it('is refused with a flipped bit of the input', () => {
      for (const wrong of flipped(alpha)) {
        expect(() => verifyVrf(publicKey, wrong, pi)).toThrow(invalid)
      }
      expect(() => verifyVrf(publicKey, Buffer.concat([alpha, Buffer.of(0)]), pi)).toThrow(invalid)
    })

    it('is refused with a flipped bit of the public key', () => {
      for (const wrong of flipped(publicKey)) {
        expect(() => verifyVrf(wrong, alpha, pi)).toThrow(invalid)
      }
    })
  })

  it.each(Object.entries(vectors.refusedPublicKeys))('refuse as a public key %s', (_, hex) => {
    expect(() => parseVrfPublicKey(bytes(hex))).toThrow(invalid)
    expect(() => verifyVrf(bytes(hex), Buffer.alloc(0), bytes(first!.pi))).toThrow(invalid)
  })

  it.each(vectors.refusedProofs)('refuse a proof: $why', ({ example, pi }) => {
    const of = vectors.valid.find((vector) => vector.example === example)!
    expect(() => verifyVrf(bytes(of.publicKey), bytes(of.alpha), bytes(pi))).toThrow(invalid)
  })

  it('take a public key that is one', () => {
    expect(hexOf(parseVrfPublicKey(bytes(first!.publicKey)).toBytes())).toBe(first!.publicKey)
  })
})

describe('a VRF key', () => {
  it.each([0, 31, 33])('is not of %i octets', (length) => {
    expect(() => openVrfKey(Buffer.alloc(length))).toThrow(invalid)
  })

  test.prop([fc.uint8Array({ maxLength: 200 })])('proves what it evaluates', (alpha) => {
    const [key, other] = others
    const { proof, output } = key!.prove(alpha)
    expect(proof).toHaveLength(80)
    expect(hexOf(verifyVrf(key!.publicKey, alpha, proof))).toBe(hexOf(output))
    expect(hexOf(key!.evaluate(alpha))).toBe(hexOf(output))
    expect(hexOf(key!.prove(alpha).proof)).toBe(hexOf(proof))
    expect(() => verifyVrf(other!.publicKey, alpha, proof)).toThrow(invalid)
    expect(hexOf(other!.evaluate(alpha))).not.toBe(hexOf(key!.evaluate(alpha)))
  })
})
