import { verify } from 'node:crypto'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ed25519Key } from '../../../../src/core/minisign.ts'
import * as ck from '../../../../src/platform/key-token/cryptoki.ts'
import { shareModules } from '../../../../src/platform/key-token/share-modules.ts'
import { tokenKeys, type TokenKeys } from '../../../../src/platform/key-token/token-keys.ts'
import { FakeCryptoki } from '../../../support/fake-cryptoki.ts'

const fault = (code: string) => expect.objectContaining({ code }) as Error
const WHERE = 'pkcs11:token=online?module-path=/m.so'
const text = Buffer.from('text')

let token: FakeCryptoki
let pin: string | null
let isUnattended: boolean

beforeEach(() => {
  token = new FakeCryptoki()
  pin = '1234'
  isUnattended = false
})

function open(module = shared()): TokenKeys {
  return tokenKeys({ openModule: module, pin: () => pin, isUnattended })
}

function shared(mayFinalise = true): ReturnType<typeof shareModules> {
  return shareModules(() => Promise.resolve(token), { mayFinalise })
}

async function make(keys = open()): Promise<{ publicHex: string; reference: string }> {
  return keys.make('timestamp', { uri: WHERE, isExisting: false })
}

async function take(uri: string): Promise<{ publicHex: string; reference: string }> {
  return open().make('timestamp', { uri, isExisting: true })
}

function isGood(publicHex: string, signature: Buffer): boolean {
  return verify(null, text, ed25519Key(Buffer.from(publicHex, 'hex')), signature)
}

describe('a key in a token', () => {
  it.each([true, false])('is made there and signs (point wrapped: %s)', async (isWrapped) => {
    token.isWrapped = isWrapped
    const keys = open()
    const { publicHex, reference } = await make(keys)
    expect(reference).toMatch(
      /^pkcs11:token=online;serial=0;object=bailiwick%20timestamp;id=(%[0-9a-f]{2}){16}\?module-path=\/m\.so$/,
    )
    const sign = await keys.signer(reference, publicHex)
    expect(isGood(publicHex, await sign(text))).toBe(true)
  })

  it('is made such that it cannot be read', async () => {
    await make()
    const made = token.objects.at(-1)?.attributes
    expect([made?.get(ck.CKA_SENSITIVE), made?.get(ck.CKA_EXTRACTABLE)]).toEqual([true, false])
    expect([made?.get(ck.CKA_TOKEN), made?.get(ck.CKA_PRIVATE)]).toEqual([true, true])
  })

  it('is called as the URI says, and made once for each id', async () => {
    const uri = 'pkcs11:token=online;id=%07;object=mine?module-path=/m.so'
    const { reference } = await open().make('root', { uri, isExisting: false })
    expect(reference).toContain(';object=mine;id=%07?')
    const again = open().make('root', { uri, isExisting: false })
    await expect(again).rejects.toThrow(fault('key/token-mismatch'))
  })

  it('is taken when it is there, by label or id', async () => {
    token.addPair()
    token.addPair({ [ck.CKA_ID]: Buffer.from('02', 'hex') })
    const { reference } = await take('pkcs11:token=online;id=%02?module-path=/m.so')
    expect(reference).toContain(';object=key;id=%02?')
    const both = take('pkcs11:token=online;object=key?module-path=/m.so')
    await expect(both).rejects.toThrow(fault('key/token-mismatch'))
    const none = take('pkcs11:token=online;id=%03?module-path=/m.so')
    await expect(none).rejects.toThrow(fault('key/token-missing'))
  })

  it.each([
    ['can be read', { [ck.CKA_SENSITIVE]: false }],
    ['can be taken out', { [ck.CKA_EXTRACTABLE]: true }],
  ])('is not taken when it %s', async (_, attributes) => {
    token.addPair(attributes)
    await expect(take(WHERE)).rejects.toThrow(fault('key/token-mismatch'))
  })

  it('is not taken without its public key', async () => {
    token.addPair()
    token.objects.shift()
    await expect(take(WHERE)).rejects.toThrow(fault('key/token-mismatch'))
  })

  it('is refused when another has taken its place', async () => {
    const { publicHex, reference } = await make()
    const id = token.objects.at(-1)?.attributes.get(ck.CKA_ID)
    token.objects.length = 0
    token.addPair({ [ck.CKA_ID]: id, [ck.CKA_LABEL]: 'bailiwick timestamp' })
    await expect(open().signer(reference, publicHex)).rejects.toThrow(fault('key/token-mismatch'))
  })

  it('gives out no signature that does not verify', async () => {
    const keys = open()
    const { publicHex, reference } = await make(keys)
    const sign = await keys.signer(reference, publicHex)
    token.spoil = (signature) =>
      Buffer.from(signature.map((byte, i) => (i === 63 ? byte ^ 1 : byte)))
    await expect(sign(text)).rejects.toThrow(fault('key/token-mismatch'))
  })

  it('is missing when it was deleted, or its token is away', async () => {
    const { publicHex, reference } = await make()
    token.objects.length = 0
    await expect(open().signer(reference, publicHex)).rejects.toThrow(fault('key/token-missing'))
    token.labels = ['another']
    const away = open().signer(reference, publicHex)
    await expect(away).rejects.toThrow(/got "another"/)
    await expect(away).rejects.toThrow(fault('key/token-missing'))
  })

  it('is of one token', async () => {
    token.labels = ['online', 'online']
    await expect(make()).rejects.toThrow(fault('key/token-mismatch'))
    const uri = 'pkcs11:token=online;serial=1?module-path=/m.so'
    const made = await open().make('root', { uri, isExisting: false })
    expect(made.reference).toContain('serial=1;')
  })

  it('needs a token that has Ed25519, and the refusal lists what it has', async () => {
    token.mechanisms = [0x1, 0x1041]
    await expect(make()).rejects.toThrow(fault('key/token-unable'))
    await expect(make()).rejects.toThrow(/0x1 0x1041/)
  })
})

describe('a PIN', () => {
  it('that is wrong is given once', async () => {
    const { publicHex, reference } = await make()
    // As another process: who is logged in is so for all of one.
    token.pullOut()
    pin = '4321'
    const keys = open()
    for (let i = 0; i < 3; i++) {
      await expect(keys.signer(reference, publicHex)).rejects.toThrow(fault('key/pin-wrong'))
    }
    // The right one, when the key was made, and one wrong one.
    expect(token.count('C_Login')).toBe(2)
    expect(token.sessions()).toBe(0)
  })

  it('stands in no message', async () => {
    pin = '4321'
    await expect(make()).rejects.not.toThrow(/4321/)
  })

  it('that is missing is told, and looked for again', async () => {
    pin = null
    const keys = open()
    await expect(make(keys)).rejects.toThrow(fault('key/pin-missing'))
    pin = '1234'
    await expect(make(keys)).resolves.toBeDefined()
  })

  it.each([
    ['locked', ck.CKF_USER_PIN_LOCKED, false],
    ['at its last try', ck.CKF_USER_PIN_FINAL_TRY, false],
    ['after a wrong one with nobody there', ck.CKF_USER_PIN_COUNT_LOW, true],
  ])('is not given to a token that is %s', async (_, flag, unattended) => {
    token.flags |= flag
    isUnattended = unattended
    await expect(make()).rejects.toThrow(fault('key/pin-locked'))
    expect(token.count('C_Login')).toBe(0)
  })

  it('is given again by a person after a wrong one', async () => {
    token.flags |= ck.CKF_USER_PIN_COUNT_LOW
    await expect(make()).resolves.toBeDefined()
  })

  it('is not asked for where the token asks for none, or another thread has given it', async () => {
    token.flags = 0
    pin = null
    await expect(make()).resolves.toBeDefined()
    token.flags = ck.CKF_LOGIN_REQUIRED
    pin = '1234'
    const first = open()
    await make(first)
    await expect(make(open())).resolves.toBeDefined()
  })
})

describe('a session', () => {
  it.each([
    'CKR_DEVICE_REMOVED',
    'CKR_SESSION_HANDLE_INVALID',
    'CKR_USER_NOT_LOGGED_IN',
    'CKR_CRYPTOKI_NOT_INITIALIZED',
    'CKR_KEY_HANDLE_INVALID',
  ])('that is lost (%s) is opened again, once', async (value) => {
    const keys = open()
    const { publicHex, reference } = await make(keys)
    const sign = await keys.signer(reference, publicHex)
    token.failures.set('C_Sign', [value])
    expect(isGood(publicHex, await sign(text))).toBe(true)
    token.failures.set('C_Sign', [value, value])
    await expect(sign(text)).rejects.toThrow(/CKR_|token/)
    expect(token.failures.get('C_Sign')).toEqual([])
    expect(isGood(publicHex, await sign(text))).toBe(true)
  })

  it('survives that its token was pulled out', async () => {
    const keys = open()
    const { publicHex, reference } = await make(keys)
    token.pullOut()
    const sign = await keys.signer(reference, publicHex)
    token.pullOut()
    expect(isGood(publicHex, await sign(text))).toBe(true)
  })

  it('is not opened again for what would not help', async () => {
    const keys = open()
    const { publicHex, reference } = await make(keys)
    const sign = await keys.signer(reference, publicHex)
    token.failures.set('C_Sign', ['CKR_DATA_LEN_RANGE'])
    const refused = sign(text)
    await expect(refused).rejects.toThrow(fault('key/token-refused'))
    await expect(refused).rejects.toThrow(/CKR_DATA_LEN_RANGE/)
    expect(token.count('C_Sign')).toBe(1)
  })

  it('does one thing at a time', async () => {
    const keys = open()
    const { publicHex, reference } = await make(keys)
    const sign = await keys.signer(reference, publicHex)
    const before = token.count('C_OpenSession')
    const signatures = await Promise.all([sign(text), sign(text), sign(text)])
    expect(signatures.map((one) => isGood(publicHex, one))).toEqual([true, true, true])
    expect(token.count('C_OpenSession')).toBe(before)
  })

  it('is closed when nobody has used it for a while, and opened again', async () => {
    vi.useFakeTimers()
    try {
      const keys = open()
      const { publicHex, reference } = await make(keys)
      expect(token.sessions()).toBe(1)
      await vi.advanceTimersByTimeAsync(1_999)
      expect(token.sessions()).toBe(1)
      await vi.advanceTimersByTimeAsync(1)
      expect(token.sessions()).toBe(0)
      await expect(keys.signer(reference, publicHex)).resolves.toBeDefined()
    } finally {
      vi.useRealTimers()
    }
  })

  it('that hangs is given up in time, and nothing waits behind it for ever', async () => {
    vi.useFakeTimers()
    try {
      const keys = open()
      const { publicHex, reference } = await make(keys)
      const sign = await keys.signer(reference, publicHex)
      let letGo = (): void => undefined
      token.hold = new Promise((resolve) => (letGo = resolve))
      const both = Promise.allSettled([sign(text), sign(text)])
      await vi.advanceTimersByTimeAsync(30_000)
      for (const one of await both) {
        expect(one).toMatchObject({ status: 'rejected', reason: { code: 'key/token-timeout' } })
      }
      // Nobody closes a session under a call.
      keys.close()
      expect(token.sessions()).toBe(1)
      letGo()
      await vi.advanceTimersByTimeAsync(0)
      // What was given up while it waited isn't done after all.
      expect(token.count('C_SignInit')).toBe(1)
      expect(isGood(publicHex, await sign(text))).toBe(true)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('a module', () => {
  it('is initialised once and finalised after its last use', async () => {
    const module = shared()
    const [a, b] = [open(module), open(module)]
    await make(a)
    await make(b)
    a.close()
    expect(token.isInitialised).toBe(true)
    b.close()
    expect(token.isInitialised).toBe(false)
    expect(token.sessions()).toBe(0)
    await expect(make(a)).resolves.toBeDefined()
  })

  it.each([
    ['another has initialised', true, true],
    ['other threads may use', false, false],
  ])('that %s is not finalised', async (_, before, mayFinalise) => {
    token.isInitialised = before
    const keys = open(shared(mayFinalise))
    await make(keys)
    keys.close()
    expect(token.count('C_Finalize')).toBe(0)
    expect(token.sessions()).toBe(0)
  })

  it('that does not start is told, and tried again', async () => {
    token.failures.set('C_Initialize', ['CKR_CANT_LOCK'])
    const keys = open()
    await expect(make(keys)).rejects.toThrow(fault('key/token-driver'))
    await expect(make(keys)).resolves.toBeDefined()
  })
})
