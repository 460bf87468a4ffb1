import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import type { KnownPasskey } from '../ports.ts'
import type { CreatedPasskey, SignedByPasskey } from './passkey-schemas.ts'
import type { RelyingParty } from './relying-party.ts'

/** A challenge, once: whether it was made here for this, and has not ended. */
type TakeChallenge = (challenge: string) => boolean

export interface Asked {
  readonly party: RelyingParty
  readonly takeChallenge: TakeChallenge
}

/** COSE algorithms (RFC 9053) that are taken, the best first: EdDSA, ES256, RS256. */
export const ALGORITHMS = [-8, -7, -257]

/** What a new passkey is. */
export interface Verified {
  readonly credentialId: string
  readonly publicKey: Uint8Array
  readonly counter: number
  readonly transports: readonly string[]
}

/** The passkey in an authenticator's answer (Web Authentication §7.1), or null for whatever isn't right: nothing of it is from us. */
export async function verifyCreated(
  created: CreatedPasskey,
  { party, takeChallenge }: Asked,
): Promise<Verified | null> {
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server')
  const { id, clientDataJSON, attestationObject, transports = [] } = created
  const response: RegistrationResponseJSON = {
    ...{ id, rawId: id, type: 'public-key', clientExtensionResults: {} },
    response: { clientDataJSON, attestationObject },
  }
  const found = await orNull(
    verifyRegistrationResponse({
      ...{ response, expectedChallenge: takeChallenge, expectedRPID: party.id },
      expectedOrigin: [...party.origins],
      ...{ requireUserVerification: true, supportedAlgorithmIDs: ALGORITHMS },
    }),
  )
  if (found?.verified !== true || isFramed(clientDataJSON)) return null
  const { credential } = found.registrationInfo
  if (credential.id !== id) return null
  const { publicKey, counter } = credential
  return { credentialId: id, publicKey, counter, transports }
}

/** The counter in what a passkey has signed (Web Authentication §7.2), or null for whatever isn't right. What the counter was before is not looked at. */
export async function verifySigned(
  signed: SignedByPasskey,
  passkey: KnownPasskey,
  { party, takeChallenge }: Asked,
): Promise<{ readonly counter: number } | null> {
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server')
  const { id, clientDataJSON, authenticatorData, signature, userHandle } = signed
  const response: AuthenticationResponseJSON = {
    ...{ id, rawId: id, type: 'public-key', clientExtensionResults: {} },
    response: { clientDataJSON, authenticatorData, signature, userHandle },
  }
  const found = await orNull(
    verifyAuthenticationResponse({
      ...{ response, expectedChallenge: takeChallenge, expectedRPID: party.id },
      expectedOrigin: [...party.origins],
      requireUserVerification: true,
      credential: {
        id,
        publicKey: new Uint8Array(passkey.publicKey),
        // The library refuses one that goes back before it looks at the signature: nothing that is not signed may be told of.
        counter: 0,
      },
    }),
  )
  if (found?.verified !== true || isFramed(clientDataJSON)) return null
  return { counter: found.authenticationInfo.newCounter }
}

/** The library throws plain errors at whatever an answer has wrong, and has no other reason to. */
function orNull<T>(verifying: Promise<T>): Promise<T | null> {
  return verifying.catch(() => null)
}

/** Whether a page of another's had ours inside: none of ours lets itself be framed. */
function isFramed(clientDataJSON: string): boolean {
  const text = Buffer.from(clientDataJSON, 'base64url').toString()
  return (JSON.parse(text) as { crossOrigin?: unknown }).crossOrigin === true
}
