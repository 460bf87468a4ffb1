import {
  createHash,
  createPrivateKey,
  createPublicKey,
  // eslint-disable-next-line no-restricted-imports -- as bytes alone, in `pairOf`
  generateKeyPairSync,
  randomBytes,
  sign,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'
import { ORIGIN } from './sign-in-host.ts'

/** Makes passkeys as an authenticator does (Web Authentication §6), and, where told to, not quite. */
export class SoftAuthenticator {
  readonly id = randomBytes(32).toString('base64url')
  readonly #key: KeyObject
  readonly #cose: Buffer
  /** Of its next answer; stays 0 where it doesn't count. */
  counter: number
  userHandle = ''

  constructor({ algorithm = 'ES256', counter = 0 }: AuthenticatorTerms = {}) {
    const { privateKey, cose } = KEYS[algorithm]()
    this.#key = privateKey
    this.#cose = cose
    this.counter = counter
  }

  /** The answer to a question for a new passkey. */
  create(options: CreationQuestion, wrong: Wrong = {}): CreatedBody {
    this.userHandle = options.user.id
    const idBytes = Buffer.from(this.id, 'base64url')
    const length = Buffer.from([idBytes.length >> 8, idBytes.length & 255])
    const attested = Buffer.concat([Buffer.alloc(16), length, idBytes, this.#cose])
    const data = this.#data(options.rp.id, 0x40, wrong)
    const authData = Buffer.concat([data, attested])
    const object = Buffer.concat([
      map(3),
      ...[text('fmt'), text('none'), text('attStmt'), map(0), text('authData'), bytes(authData)],
    ])
    return {
      id: this.id,
      clientDataJSON: clientData('webauthn.create', options.challenge, wrong),
      attestationObject: object.toString('base64url'),
      transports: ['internal'],
    }
  }

  /** The answer to a question for a signature. */
  sign(options: RequestQuestion, wrong: Wrong = {}): SignedBody {
    if (this.counter > 0) this.counter++
    const data = this.#data(options.rpId, 0, wrong)
    const clientDataJSON = clientData('webauthn.get', options.challenge, wrong)
    const hash = createHash('sha256').update(Buffer.from(clientDataJSON, 'base64url')).digest()
    const digest = this.#key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
    const signature = sign(digest, Buffer.concat([data, hash]), this.#key)
    if (wrong.signature === true) signature.writeUInt8(signature.readUInt8(8) ^ 1, 8)
    return {
      ...{ id: this.id, clientDataJSON, userHandle: wrong.userHandle ?? this.userHandle },
      ...{
        authenticatorData: data.toString('base64url'),
        signature: signature.toString('base64url'),
      },
    }
  }

  /** Web Authentication §6.1: user present, user verified. */
  #data(rpId: string, flags: number, wrong: Wrong): Buffer {
    const out = Buffer.alloc(37)
    createHash('sha256')
      .update(wrong.rpId ?? rpId)
      .digest()
      .copy(out)
    out.writeUInt8(
      flags | (wrong.isAbsent === true ? 0 : 1) | (wrong.isUnverified === true ? 0 : 4),
      32,
    )
    out.writeUInt32BE(wrong.counter ?? this.counter, 33)
    return out
  }
}

interface AuthenticatorTerms {
  readonly algorithm?: 'ES256' | 'EdDSA' | 'RS256'
  readonly counter?: number
}

/** What is to be wrong with an answer. */
export interface Wrong {
  readonly origin?: string
  readonly rpId?: string
  readonly type?: string
  readonly challenge?: string
  readonly isFramed?: boolean
  readonly isUnverified?: boolean
  readonly isAbsent?: boolean
  readonly counter?: number
  readonly signature?: boolean
  readonly userHandle?: string
}

export interface CreationQuestion {
  readonly challenge: string
  readonly rp: { readonly id: string }
  readonly user: { readonly id: string; readonly name: string }
}

export interface RequestQuestion {
  readonly challenge: string
  readonly rpId: string
}

interface CreatedBody {
  readonly id: string
  readonly clientDataJSON: string
  readonly attestationObject: string
  readonly transports: readonly string[]
}

interface SignedBody {
  readonly id: string
  readonly clientDataJSON: string
  readonly authenticatorData: string
  readonly signature: string
  readonly userHandle: string
}

function clientData(type: string, challenge: string, wrong: Wrong): string {
  const data = {
    type: wrong.type ?? type,
    challenge: wrong.challenge ?? challenge,
    origin: wrong.origin ?? ORIGIN,
    crossOrigin: wrong.isFramed ?? false,
  }
  return Buffer.from(JSON.stringify(data)).toString('base64url')
}

interface MadeKey {
  readonly privateKey: KeyObject
  readonly cose: Buffer
}

/** The key to sign with, and the public one. */
function pairOf(made: {
  readonly publicKey: Buffer
  readonly privateKey: Buffer
}): [KeyObject, JsonWebKey] {
  const { publicKey, privateKey } = made
  return [
    createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' }),
    createPublicKey({ key: publicKey, format: 'der', type: 'spki' }).export({ format: 'jwk' }),
  ]
}

/** RFC 9053 §7.1, RFC 8230 §4: labels 1 kty, 3 alg, then of the key. */
const KEYS = {
  ES256: (): MadeKey => {
    const [privateKey, { x = '', y = '' }] = pairOf(
      generateKeyPairSync('ec', {
        namedCurve: 'P-256',
        publicKeyEncoding: { format: 'der', type: 'spki' },
        privateKeyEncoding: { format: 'der', type: 'pkcs8' },
      }),
    )
    const cose = [map(5), int(1), int(2), int(3), int(-7), int(-1), int(1)]
    return { privateKey, cose: Buffer.concat([...cose, int(-2), b64(x), int(-3), b64(y)]) }
  },
  EdDSA: (): MadeKey => {
    const [privateKey, { x = '' }] = pairOf(
      generateKeyPairSync('ed25519', {
        publicKeyEncoding: { format: 'der', type: 'spki' },
        privateKeyEncoding: { format: 'der', type: 'pkcs8' },
      }),
    )
    const cose = [map(4), int(1), int(1), int(3), int(-8), int(-1), int(6), int(-2), b64(x)]
    return { privateKey, cose: Buffer.concat(cose) }
  },
  RS256: (): MadeKey => {
    const [privateKey, { n = '', e = '' }] = pairOf(
      generateKeyPairSync('rsa', {
        modulusLength: 2048,
        publicKeyEncoding: { format: 'der', type: 'spki' },
        privateKeyEncoding: { format: 'der', type: 'pkcs8' },
      }),
    )
    const cose = [map(4), int(1), int(3), int(3), int(-257), int(-1), b64(n), int(-2), b64(e)]
    return { privateKey, cose: Buffer.concat(cose) }
  },
} as const

/** CBOR (RFC 8949 §3), as far as it is needed. */
function head(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(major << 5) | value])
  if (value < 256) return Buffer.from([(major << 5) | 24, value])
  return Buffer.from([(major << 5) | 25, value >> 8, value & 255])
}

function map(pairs: number): Buffer {
  return head(5, pairs)
}

function int(value: number): Buffer {
  return value < 0 ? head(1, -1 - value) : head(0, value)
}

function text(value: string): Buffer {
  return Buffer.concat([head(3, value.length), Buffer.from(value)])
}

function bytes(value: Buffer): Buffer {
  return Buffer.concat([head(2, value.length), value])
}

function b64(value: string): Buffer {
  return bytes(Buffer.from(value, 'base64url'))
}
