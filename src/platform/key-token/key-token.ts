import { randomBytes, verify } from 'node:crypto'
import { Fault } from '../../core/fault.ts'
import { ed25519Key } from '../../core/minisign.ts'
import { CKF_SERIAL_SESSION, CKM_EDDSA } from './cryptoki.ts'
import { findToken } from './find-token.ts'
import type { CryptokiModule, OpenModule } from './share-modules.ts'
import { asTokenFault, isLost } from './token-fault.ts'
import { logIn } from './token-login.ts'
import { findPair, makePair, type TokenPair, type TokenSession } from './token-objects.ts'
import { tokenName, type TokenUri } from './token-uri.ts'

export interface KeyTokenDeps {
  readonly openModule: OpenModule
  readonly pin: (pinSource: string | undefined) => string | null
  /** Nobody looks on: a token that got a wrong PIN before gets none. */
  readonly isUnattended: boolean
}

/** A token answers within it, or the asker is told so. */
const MAX_CALL_MS = 30_000

/** Without a question for so long its session is closed: shorter than the idle time of a thread, which ends without a word. */
const IDLE_MS = 2_000

/** Of a signature (RFC 8032). */
const SIGNATURE_BYTES = 64

/** Of the CKA_ID of a new key, where the URI says none. */
const ID_BYTES = 16

/** After these a token isn't asked again: each PIN that is wrong brings it nearer to being locked. */
const REFUSALS: ReadonlySet<string> = new Set(['key/pin-wrong', 'key/pin-locked'])

/**
 * One token: a session on it while it is used, opened again once when it was lost, and one call at a time. A PIN that was refused is not given
 * again. Faults of its methods: `key/token-…`, `key/pin-…`, `key/permissions`.
 */
export class KeyToken {
  readonly #deps: KeyTokenDeps
  readonly #uri: TokenUri
  #module: CryptokiModule | null = null
  #session: TokenSession | null = null
  #turn: Promise<unknown> = Promise.resolve()
  #waiting = 0
  #refusal: Fault | null = null
  #idle: NodeJS.Timeout | undefined
  /** What the module reads and writes on another thread must not be collected meanwhile. */
  #inCall: readonly Buffer[] = []

  /** Of `uri` all counts but what names a key. */
  constructor(deps: KeyTokenDeps, uri: TokenUri) {
    this.#deps = deps
    this.#uri = uri
  }

  /** The key that `uri` names, which must have that public key. */
  async assertHolds(uri: TokenUri, publicHex: string): Promise<void> {
    await this.#inTurn((session) => Promise.resolve(privateKey(session, uri, publicHex)))
  }

  /** An Ed25519 signature. It is verified before anybody gets it. */
  sign(uri: TokenUri, publicHex: string, bytes: Uint8Array): Promise<Buffer> {
    return this.#inTurn(async (session) => {
      const { cryptoki, handle } = session
      const data = Buffer.from(bytes)
      const room = Buffer.alloc(SIGNATURE_BYTES)
      const key = privateKey(session, uri, publicHex)
      // PKCS #11 3.0 §2.3.14: without a parameter CKM_EDDSA is pure Ed25519.
      cryptoki.C_SignInit(handle, { mechanism: CKM_EDDSA, parameter: null }, key)
      this.#inCall = [data, room]
      const signature = await cryptoki.C_SignAsync(handle, data, room)
      this.#inCall = []
      if (verify(null, data, ed25519Key(Buffer.from(publicHex, 'hex')), signature)) return signature
      throw new Fault(
        'key/token-mismatch',
        `expected a signature by the key ${publicHex.slice(0, 16)}… from the token ${JSON.stringify(session.info.label)}, got one that doesn't verify`,
      )
    })
  }

  /** Makes a key pair in the token; gives back it with the URI by which it is found again. */
  make(uri: TokenUri, use: string): Promise<TokenPair & { readonly uri: TokenUri }> {
    const { id = randomBytes(ID_BYTES).toString('hex'), object = `bailiwick ${use}` } = uri
    return this.#inTurn((session) => {
      return Promise.resolve(located(session, uri, makePair(session, { ...uri, id, object })))
    })
  }

  /** A key pair that is in the token already. */
  take(uri: TokenUri): Promise<TokenPair & { readonly uri: TokenUri }> {
    return this.#inTurn((session) => {
      return Promise.resolve(located(session, uri, findPair(session, uri)))
    })
  }

  /** Ends the session and releases the module, unless a call hangs in it. May be used again. */
  close(): void {
    clearTimeout(this.#idle)
    if (this.#waiting > 0) return
    this.#dropSession()
    this.#module?.release()
    this.#module = null
  }

  #inTurn<T>(work: (session: TokenSession) => Promise<T>): Promise<T> {
    let isGivenUp = false
    this.#waiting++
    clearTimeout(this.#idle)
    const turn = this.#turn.then(() => {
      if (isGivenUp) throw this.#late()
      return this.#tryTwice(work)
    })
    const end = (): void => {
      this.#waiting--
      if (this.#waiting === 0) this.#idle = setTimeout(() => this.#dropSession(), IDLE_MS).unref()
    }
    this.#turn = turn.then(end, end)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        isGivenUp = true
        reject(this.#late())
      }, MAX_CALL_MS)
      turn.finally(() => clearTimeout(timer)).then(resolve, reject)
    })
  }

  async #tryTwice<T>(work: (session: TokenSession) => Promise<T>): Promise<T> {
    for (let isAgain = false; ; isAgain = true) {
      try {
        return await work(this.#session ?? (await this.#open()))
      } catch (error) {
        this.#dropSession()
        if (isAgain || !isLost(error)) throw asTokenFault(error, tokenName(this.#uri))
      }
    }
  }

  async #open(): Promise<TokenSession> {
    if (this.#refusal !== null) throw this.#refusal
    this.#module ??= await this.#deps.openModule(this.#uri.modulePath)
    const { cryptoki, initialise } = this.#module
    initialise()
    const { slot, info } = findToken(cryptoki, this.#uri)
    const handle = cryptoki.C_OpenSession(slot, CKF_SERIAL_SESSION)
    this.#session = { cryptoki, slot, info, handle, found: new Map() }
    this.#logIn(this.#session)
    return this.#session
  }

  #logIn({ cryptoki, handle, info }: TokenSession): void {
    const { pin, isUnattended } = this.#deps
    const name = tokenName(this.#uri)
    try {
      logIn(cryptoki, handle, info, { name, pin: () => pin(this.#uri.pinSource), isUnattended })
    } catch (error) {
      if (error instanceof Fault && REFUSALS.has(error.code)) this.#refusal = error
      throw error
    }
  }

  #dropSession(): void {
    const session = this.#session
    this.#session = null
    try {
      session?.cryptoki.C_CloseSession(session.handle)
    } catch {
      // It is lost already: there is nothing left to close.
    }
  }

  #late(): Fault {
    return new Fault(
      'key/token-timeout',
      `expected the token ${JSON.stringify(tokenName(this.#uri))} to answer within ${MAX_CALL_MS / 1000} seconds, got nothing`,
    )
  }
}

function privateKey(session: TokenSession, uri: TokenUri, publicHex: string): Buffer {
  const known = session.found.get(publicHex)
  if (known !== undefined) return known
  const pair = findPair(session, uri)
  if (pair.publicHex !== publicHex) {
    throw new Fault(
      'key/token-mismatch',
      `expected the key ${publicHex.slice(0, 16)}… in the token ${JSON.stringify(session.info.label)}, got another in its place (${pair.publicHex.slice(0, 16)}…)`,
    )
  }
  session.found.set(publicHex, pair.handle)
  return pair.handle
}

function located<P extends TokenPair>(
  { info }: TokenSession,
  { modulePath, pinSource }: TokenUri,
  pair: P,
): P & { readonly uri: TokenUri } {
  const uri = {
    modulePath,
    ...(info.label !== '' && { token: info.label }),
    ...(info.serialNumber !== '' && { serial: info.serialNumber }),
    ...(pair.object !== '' && { object: pair.object }),
    ...(pair.id !== '' && { id: pair.id }),
    ...(pinSource !== undefined && { pinSource }),
  }
  return { ...pair, uri }
}
