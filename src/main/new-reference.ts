import { randomBytes } from 'node:crypto'

/** Crockford's Base 32: no letter that can be taken for a digit. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** A public reference nobody can guess anything from: 40 random bits in eight characters. */
export function newReference(): string {
  const bits = randomBytes(5).readUIntBE(0, 5)
  return Array.from({ length: 8 }, (_, i) => ALPHABET[Math.floor(bits / 32 ** i) % 32]).join('')
}
