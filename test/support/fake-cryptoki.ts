import { sign, type KeyObject } from 'node:crypto'
import * as ck from '../../src/platform/key-token/cryptoki.ts'
import { ed25519Pair } from './ed25519-pair.ts'

interface FakeObject {
  readonly attributes: Map<number, unknown>
  readonly privateKey: KeyObject
}

/** A PKCS #11 module with one token, in memory. What it counts and how it fails is the test's. */
export class FakeCryptoki implements ck.Cryptoki {
  /** The calls that were made, in their order. */
  readonly calls: string[] = []
  pin = '1234'
  flags = ck.CKF_LOGIN_REQUIRED
  labels = ['online']
  mechanisms = [0x1, ck.CKM_EC_EDWARDS_KEY_PAIR_GEN, ck.CKM_EDDSA]
  isWrapped = true
  isInitialised = false
  /** How many of the next calls of a name fail, and how. */
  readonly failures = new Map<string, string[]>()
  /** What the token does to a signature before it gives it out. */
  spoil = (signature: Buffer): Buffer => signature
  /** Held back until the test lets it go. */
  hold: Promise<void> = Promise.resolve()

  readonly objects: FakeObject[] = []
  #sessions = new Set<number>()
  #isLoggedIn = false
  #lastSession = 0
  #found: number[] = []
  #signing: FakeObject | undefined

  sessions(): number {
    return this.#sessions.size
  }

  count(call: string): number {
    return this.calls.filter((name) => name === call).length
  }

  /** As if the token had been pulled out and put in again. */
  pullOut(): void {
    this.#sessions.clear()
    this.#isLoggedIn = false
  }

  addPair(attributes: Readonly<Record<number, unknown>> = {}): void {
    const { raw: point, privateKey } = ed25519Pair()
    const wrapped = Buffer.concat([Buffer.from([4, point.length]), point])
    for (const kind of [ck.CKO_PUBLIC_KEY, ck.CKO_PRIVATE_KEY]) {
      const all = new Map<number, unknown>([
        [ck.CKA_KEY_TYPE, ck.CKK_EC_EDWARDS],
        [ck.CKA_ID, Buffer.from('01', 'hex')],
        [ck.CKA_LABEL, 'key'],
        [ck.CKA_SENSITIVE, true],
        [ck.CKA_EXTRACTABLE, false],
        ...Object.entries(attributes).map(([type, value]) => [Number(type), value] as const),
        [ck.CKA_CLASS, kind],
        [ck.CKA_EC_POINT, this.isWrapped ? wrapped : point],
      ])
      this.objects.push({ attributes: all, privateKey })
    }
  }

  C_Initialize = (): void => {
    this.#call('C_Initialize')
    if (this.isInitialised) throw refusal('CKR_CRYPTOKI_ALREADY_INITIALIZED')
    this.isInitialised = true
  }

  C_Finalize = (): void => {
    this.#call('C_Finalize')
    this.isInitialised = false
    this.pullOut()
  }

  C_GetSlotList = (): Buffer[] => {
    this.#call('C_GetSlotList')
    return this.labels.map((_, i) => handle(i))
  }

  C_GetTokenInfo = (slot: Buffer): ck.TokenInfo => ({
    label: (this.labels[slot.readUInt32LE()] ?? '').padEnd(32),
    serialNumber: `${slot.readUInt32LE()}`.padEnd(16),
    manufacturerID: 'Example'.padEnd(32),
    model: 'T1'.padEnd(16),
    flags: this.flags,
  })

  C_GetMechanismList = (): number[] => this.mechanisms

  C_OpenSession = (): Buffer => {
    this.#call('C_OpenSession')
    this.#sessions.add(++this.#lastSession)
    return handle(this.#lastSession)
  }

  C_CloseSession = (session: Buffer): void => {
    this.#call('C_CloseSession')
    this.#sessions.delete(this.#assertOpen(session))
    if (this.#sessions.size === 0) this.#isLoggedIn = false
  }

  C_Login = (session: Buffer, _user: number, pin: string): void => {
    this.#call('C_Login')
    this.#assertOpen(session)
    if (this.#isLoggedIn) throw refusal('CKR_USER_ALREADY_LOGGED_IN')
    if (pin !== this.pin) throw refusal('CKR_PIN_INCORRECT')
    this.#isLoggedIn = true
  }

  C_FindObjectsInit = (session: Buffer, template: readonly ck.Attribute[]): void => {
    this.#call('C_FindObjectsInit')
    this.#assertOpen(session)
    const fits = ({ attributes }: FakeObject): boolean =>
      template.every(({ type, value }) => isSame(attributes.get(type), value))
    this.#found = this.objects.flatMap((object, i) => (fits(object) ? [i] : []))
  }

  C_FindObjects = (_session: Buffer, atMost: number): Buffer[] =>
    this.#found.slice(0, atMost).map(handle)

  C_FindObjectsFinal = (): void => undefined

  C_GetAttributeValue = (
    _session: Buffer,
    object: Buffer,
    wanted: readonly ck.Attribute[],
  ): { value: Buffer }[] =>
    wanted.map(({ type }) => ({
      value: bytesOf(this.objects[object.readUInt32LE()]?.attributes.get(type)),
    }))

  C_GenerateKeyPair = (
    session: Buffer,
    _mechanism: ck.Mechanism,
    _publicTemplate: readonly ck.Attribute[],
    privateTemplate: readonly ck.Attribute[],
  ): { publicKey: Buffer; privateKey: Buffer } => {
    this.#call('C_GenerateKeyPair')
    this.#assertOpen(session)
    const attributes = privateTemplate.map(({ type, value }) => [type, value])
    this.addPair(Object.fromEntries(attributes) as Record<number, unknown>)
    const last = this.objects.length - 1
    return { publicKey: handle(last - 1), privateKey: handle(last) }
  }

  C_SignInit = (session: Buffer, mechanism: ck.Mechanism, key: Buffer): void => {
    this.#call('C_SignInit')
    this.#assertOpen(session)
    if (mechanism.mechanism !== ck.CKM_EDDSA) throw refusal('CKR_MECHANISM_INVALID')
    if (this.#signing !== undefined) throw refusal('CKR_OPERATION_ACTIVE')
    this.#signing = this.objects[key.readUInt32LE()]
  }

  C_SignAsync = async (session: Buffer, data: Buffer, room: Buffer): Promise<Buffer> => {
    const signing = this.#signing
    await this.hold
    this.#signing = undefined
    this.#call('C_Sign')
    this.#assertOpen(session)
    if (signing === undefined) throw refusal('CKR_OPERATION_NOT_INITIALIZED')
    return room.subarray(0, this.spoil(sign(null, data, signing.privateKey)).copy(room))
  }

  #call(name: string): void {
    this.calls.push(name)
    const failure = this.failures.get(name)?.shift()
    if (failure === undefined) return
    this.#signing = undefined
    throw refusal(failure)
  }

  #assertOpen(session: Buffer): number {
    const id = session.readUInt32LE()
    if (!this.isInitialised) throw refusal('CKR_CRYPTOKI_NOT_INITIALIZED')
    if (!this.#sessions.has(id)) throw refusal('CKR_SESSION_HANDLE_INVALID')
    return id
  }
}

/** As pkcs11js words it. */
function refusal(value: string): Error {
  return new Error(`${value}:1`)
}

function handle(id: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt32LE(id)
  return bytes
}

function isSame(value: unknown, wanted: unknown): boolean {
  return bytesOf(value).equals(bytesOf(wanted))
}

function bytesOf(value: unknown): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value)
  if (typeof value === 'boolean') return Buffer.from([value ? 1 : 0])
  if (typeof value === 'number') return handle(value)
  return Buffer.from(typeof value === 'string' ? value : '')
}
