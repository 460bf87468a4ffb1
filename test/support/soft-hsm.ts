import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as ck from '../../src/platform/key-token/cryptoki.ts'
import { loadPkcs11js } from '../../src/platform/key-token/load-pkcs11js.ts'
import { describeWithout, findProgram, needsProgram } from './needs-program.ts'

/** Debian's SoftHSM: a PKCS #11 module whose tokens are files. */
export const SOFTHSM_MODULE = '/usr/lib/softhsm/libsofthsm2.so'
export const PIN = '5678'

export interface SoftHsm {
  readonly folder: string
  /** The `pkcs11:` URI of a token; `more` goes into its path. */
  readonly uri: (token: string, more?: string) => string
  /** Runs softhsm2-util. */
  readonly util: (...args: string[]) => string
  /** What else may be done to keys, as by the vendor's tool: as a user who is logged in. */
  readonly within: <T>(token: string, work: (session: VendorSession) => T) => Promise<T>
  readonly remove: () => void
}

export interface VendorSession {
  readonly cryptoki: VendorCryptoki
  readonly handle: Buffer
  /** All objects of a CKA_ID (hex). */
  readonly find: (id: string) => readonly Buffer[]
}

interface VendorCryptoki extends ck.Cryptoki {
  readonly C_DestroyObject: (session: Buffer, object: Buffer) => void
}

/** A `describe` that needs SoftHSM and the package that speaks to it, which is left out where it can't be compiled. */
export function describeWithSoftHsm(title: string, tests: () => void): void {
  const missing = [
    ...(hasDriver() ? [] : ['the package pkcs11js']),
    ...(findProgram('softhsm2-util') === null ? ['softhsm2-util'] : []),
  ]
  describeWithout(missing, title, tests)
}

function hasDriver(): boolean {
  try {
    createRequire(import.meta.url)('pkcs11js')
    return true
  } catch {
    return false
  }
}

/** Tokens of these labels, in a temporary folder. This process and those that it starts find them, and no others. */
export function makeSoftHsm(labels: readonly string[]): SoftHsm {
  const folder = mkdtempSync(join(tmpdir(), 'soft-hsm-'))
  const config = join(folder, 'softhsm2.conf')
  mkdirSync(join(folder, 'tokens'))
  writeFileSync(
    config,
    `directories.tokendir = ${join(folder, 'tokens')}\nobjectstore.backend = file\nlog.level = ERROR\n`,
  )
  process.env['SOFTHSM2_CONF'] = config
  const util = (...args: string[]): string =>
    execFileSync(needsProgram('softhsm2-util'), args, { encoding: 'utf8', stdio: 'pipe' })
  for (const label of labels) {
    util('--init-token', '--free', '--label', label, '--so-pin', '1234', '--pin', PIN)
  }
  return {
    folder,
    uri: (token, more = '') => `pkcs11:token=${token}${more}?module-path=${SOFTHSM_MODULE}`,
    util,
    within,
    remove: () => {
      delete process.env['SOFTHSM2_CONF']
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function within<T>(token: string, work: (session: VendorSession) => T): Promise<T> {
  const cryptoki = (await loadPkcs11js(SOFTHSM_MODULE)) as VendorCryptoki
  cryptoki.C_Initialize({ flags: ck.CKF_OS_LOCKING_OK })
  try {
    const slot = cryptoki
      .C_GetSlotList(true)
      .find((one) => cryptoki.C_GetTokenInfo(one).label.trimEnd() === token)
    if (slot === undefined) throw new Error(`no token ${token}`)
    const handle = cryptoki.C_OpenSession(slot, ck.CKF_SERIAL_SESSION | ck.CKF_RW_SESSION)
    cryptoki.C_Login(handle, ck.CKU_USER, PIN)
    const find = (id: string): readonly Buffer[] => {
      cryptoki.C_FindObjectsInit(handle, [{ type: ck.CKA_ID, value: Buffer.from(id, 'hex') }])
      const found = cryptoki.C_FindObjects(handle, 10)
      cryptoki.C_FindObjectsFinal(handle)
      return found
    }
    return work({ cryptoki, handle, find })
  } finally {
    cryptoki.C_Finalize()
  }
}
