/** A handle of PKCS #11, as `pkcs11js` has it: the bytes of a CK_ULONG. */
export type Handle = Buffer

export interface Mechanism {
  readonly mechanism: number
  readonly parameter: null
}

export interface Attribute {
  readonly type: number
  readonly value?: number | boolean | string | Buffer
}

export interface TokenInfo {
  readonly label: string
  readonly serialNumber: string
  readonly manufacturerID: string
  readonly model: string
  readonly flags: number
}

/**
 * What is used of a PKCS #11 module (OASIS PKCS #11 3.0), under its names there. A call that the module refuses throws an error with the name
 * of its CKR in the message.
 */
export interface Cryptoki {
  readonly C_Initialize: (options: { readonly flags: number }) => void
  readonly C_Finalize: () => void
  readonly C_GetSlotList: (isTokenPresent: boolean) => readonly Handle[]
  readonly C_GetTokenInfo: (slot: Handle) => TokenInfo
  readonly C_GetMechanismList: (slot: Handle) => readonly number[]
  readonly C_OpenSession: (slot: Handle, flags: number) => Handle
  readonly C_CloseSession: (session: Handle) => void
  readonly C_Login: (session: Handle, user: number, pin: string) => void
  readonly C_FindObjectsInit: (session: Handle, template: readonly Attribute[]) => void
  readonly C_FindObjects: (session: Handle, atMost: number) => readonly Handle[]
  readonly C_FindObjectsFinal: (session: Handle) => void
  readonly C_GetAttributeValue: (
    session: Handle,
    object: Handle,
    attributes: readonly Attribute[],
  ) => readonly { readonly value: Buffer }[]
  readonly C_GenerateKeyPair: (
    session: Handle,
    mechanism: Mechanism,
    publicTemplate: readonly Attribute[],
    privateTemplate: readonly Attribute[],
  ) => { readonly publicKey: Handle; readonly privateKey: Handle }
  readonly C_SignInit: (session: Handle, mechanism: Mechanism, key: Handle) => void
  /** On a thread of its own; `data` and `signature` must live until it is done. */
  readonly C_SignAsync: (session: Handle, data: Buffer, signature: Buffer) => Promise<Buffer>
}

// PKCS #11 3.0, pkcs11t.h.
export const CKF_OS_LOCKING_OK = 0x2
export const CKF_RW_SESSION = 0x2
export const CKF_SERIAL_SESSION = 0x4
export const CKF_LOGIN_REQUIRED = 0x4
export const CKF_USER_PIN_COUNT_LOW = 0x1_0000
export const CKF_USER_PIN_FINAL_TRY = 0x2_0000
export const CKF_USER_PIN_LOCKED = 0x4_0000
export const CKU_USER = 1
export const CKO_PUBLIC_KEY = 2
export const CKO_PRIVATE_KEY = 3
export const CKK_EC_EDWARDS = 0x40
export const CKA_CLASS = 0x0
export const CKA_TOKEN = 0x1
export const CKA_PRIVATE = 0x2
export const CKA_LABEL = 0x3
export const CKA_KEY_TYPE = 0x100
export const CKA_ID = 0x102
export const CKA_SENSITIVE = 0x103
export const CKA_SIGN = 0x108
export const CKA_VERIFY = 0x10a
export const CKA_EXTRACTABLE = 0x162
export const CKA_EC_PARAMS = 0x180
export const CKA_EC_POINT = 0x181
export const CKM_EC_EDWARDS_KEY_PAIR_GEN = 0x1055
export const CKM_EDDSA = 0x1057
