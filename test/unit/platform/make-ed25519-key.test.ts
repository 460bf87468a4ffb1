import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { expect, it } from 'vitest'
import { makeEd25519Key } from '../../../src/platform/make-ed25519-key.ts'

it('makes keys that sign, each another', () => {
  const message = Buffer.from('a message')
  const made = [1, 2].map(makeEd25519Key)
  for (const { raw, pkcs8 } of made) {
    const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
    const x = raw.toString('base64url')
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
    expect(raw).toHaveLength(32)
    expect(verify(null, message, publicKey, sign(null, message, key))).toBe(true)
  }
  expect(made[0]!.raw.equals(made[1]!.raw)).toBe(false)
})
