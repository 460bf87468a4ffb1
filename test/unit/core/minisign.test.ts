import { sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  minisignDigest,
  minisignGlobalBytes,
  parseMinisignKey,
  printMinisign,
  printMinisignKey,
  verifyMinisign,
} from '../../../src/core/minisign.ts'
import { ed25519Pair } from '../../support/ed25519-pair.ts'

const invalid = expect.objectContaining({ code: 'signature/invalid' }) as Error
const { raw, privateKey } = ed25519Pair()
const key = {
  id: Buffer.from('0102030405060708', 'hex'),
  publicKey: raw,
}
const file = Buffer.from('0.0.0.0 bad.example\n')
const digest = minisignDigest([file])
const comment = 'list:phishing serial:42 expires:2030-01-15T00:00:00Z file:phishing/hosts'

function signed(of: Buffer = digest, trustedComment = comment): string {
  const signature = sign(null, of, privateKey)
  const globalSignature = sign(null, minisignGlobalBytes(signature, trustedComment), privateKey)
  return printMinisign({ keyId: key.id, signature, trustedComment, globalSignature })
}

describe('minisign', () => {
  it('verifies what it signed, and gives the trusted comment', () => {
    expect(verifyMinisign(key, digest, signed())).toBe(comment)
  })

  it('hashes a file in any blocks to the same', () => {
    expect(minisignDigest([file.subarray(0, 3), file.subarray(3)])).toEqual(digest)
  })

  it('prints keys that it reads again', () => {
    const text = printMinisignKey(key, 'Example CERT')
    expect(text).toMatch(
      /^untrusted comment: minisign public key 0807060504030201 of Example CERT\n/,
    )
    expect(parseMinisignKey(text)).toEqual(key)
  })

  it.each([
    ['another file', () => verifyMinisign(key, minisignDigest([Buffer.from('x')]), signed())],
    [
      'another trusted comment',
      () => verifyMinisign(key, digest, signed().replace('serial:42', 'serial:43')),
    ],
    ['another key id', () => verifyMinisign({ ...key, id: Buffer.alloc(8) }, digest, signed())],
    [
      'another key',
      () => verifyMinisign({ ...key, publicKey: Buffer.alloc(32, 1) }, digest, signed()),
    ],
    [
      'a signature without prehashing',
      () => verifyMinisign(key, digest, signed().replace(/\nRU/, '\nRW')),
    ],
    ['a line too many', () => verifyMinisign(key, digest, `${signed()}\n`)],
    [
      'a line too few',
      () => verifyMinisign(key, digest, signed().split('\n').slice(0, 3).join('\n')),
    ],
    ['a signature too long', () => verifyMinisign(key, digest, signed(digest, 'x'.repeat(5000)))],
    ['a public key that is none', () => parseMinisignKey('untrusted comment: x\nAAAA\n')],
  ])('refuses %s', (_, act) => {
    expect(act).toThrow(invalid)
  })

  it('refuses every flipped bit of the signed lines', () => {
    const lines = signed().split('\n')
    for (const at of [1, 3]) {
      const bytes = Buffer.from(lines[at]!, 'base64')
      for (let bit = 0; bit < bytes.length * 8; bit += 5) {
        const flipped = Buffer.from(bytes)
        flipped[bit >> 3]! ^= 1 << (bit & 7)
        const text = lines.with(at, flipped.toString('base64')).join('\n')
        expect(() => verifyMinisign(key, digest, text)).toThrow(invalid)
      }
    }
  })
})
