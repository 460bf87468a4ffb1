import { Fault } from '../../core/fault.ts'
import {
  CKM_EC_EDWARDS_KEY_PAIR_GEN,
  CKM_EDDSA,
  type Cryptoki,
  type Handle,
  type TokenInfo,
} from './cryptoki.ts'
import { returnValue } from './token-fault.ts'
import { tokenName, type TokenUri } from './token-uri.ts'

/** A token that is there now. */
export interface FoundToken {
  readonly slot: Handle
  readonly info: TokenInfo
}

/** The one token that a URI names. Throws `key/token-missing`, `key/token-mismatch` where several fit, `key/token-unable`. */
export function findToken(cryptoki: Cryptoki, uri: TokenUri): FoundToken {
  const tokens = presentTokens(cryptoki)
  const fitting = tokens.filter(({ info }) => fits(info, uri))
  const [found] = fitting
  const name = JSON.stringify(tokenName(uri))
  if (found === undefined) {
    const labels = tokens.map(({ info }) => JSON.stringify(info.label)).join(', ')
    throw new Fault(
      'key/token-missing',
      `expected a token ${name} at ${JSON.stringify(uri.modulePath)}, got ${labels === '' ? 'none' : labels}`,
    )
  }
  if (fitting.length > 1) {
    const serials = fitting.map(({ info }) => info.serialNumber).join(', ')
    throw new Fault(
      'key/token-mismatch',
      `expected one token ${name}, got ${fitting.length}: name its serial (${serials})`,
    )
  }
  assertAble(cryptoki, found)
  return found
}

function presentTokens(cryptoki: Cryptoki): FoundToken[] {
  return cryptoki.C_GetSlotList(true).flatMap((slot) => {
    try {
      const info = cryptoki.C_GetTokenInfo(slot)
      const [label, serialNumber] = [info.label.trimEnd(), info.serialNumber.trimEnd()]
      const [manufacturerID, model] = [info.manufacturerID.trimEnd(), info.model.trimEnd()]
      return [{ slot, info: { label, serialNumber, manufacturerID, model, flags: info.flags } }]
    } catch (error) {
      // Another token than ours that can't be read is not our matter.
      if (returnValue(error) !== null) return []
      throw error
    }
  })
}

function fits(info: TokenInfo, { token, serial, manufacturer, model }: TokenUri): boolean {
  return (
    (token === undefined || token === info.label) &&
    (serial === undefined || serial === info.serialNumber) &&
    (manufacturer === undefined || manufacturer === info.manufacturerID) &&
    (model === undefined || model === info.model)
  )
}

/** Many tokens have no Ed25519, and nothing else is read by those who check our signatures. */
function assertAble(cryptoki: Cryptoki, { slot, info }: FoundToken): void {
  const mechanisms = cryptoki.C_GetMechanismList(slot)
  if (mechanisms.includes(CKM_EDDSA)) return
  const listed = mechanisms.map((mechanism) => `0x${mechanism.toString(16)}`).join(' ')
  throw new Fault(
    'key/token-unable',
    `expected the token ${JSON.stringify(info.label)} to sign with Ed25519 (CKM_EDDSA, 0x${CKM_EDDSA.toString(16)}; to make keys, CKM_EC_EDWARDS_KEY_PAIR_GEN, 0x${CKM_EC_EDWARDS_KEY_PAIR_GEN.toString(16)}), got the mechanisms ${listed}`,
  )
}
