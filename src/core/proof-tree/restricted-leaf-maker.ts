import { createHmac } from 'node:crypto'
import { Fault } from '../fault.ts'
import { openVrfKey } from '../vrf/vrf-key.ts'
import { assertPlace, indexInput, type LeafMaker, type LeafSecrets } from './leaf-maker.ts'
import { HASH_BYTES } from './tree-hash.ts'

const SEED_BYTES = 32

/**
 * Of a restricted list: places come of a VRF and commitments are salted, so that nobody can test guesses. Throws `proof/mismatch`
 * unless `place` is one and the seed has 32 octets, `vrf/invalid` for the other secret.
 */
export function restrictedLeafMaker(place: string, secrets: LeafSecrets): LeafMaker {
  assertPlace(place)
  if (secrets.salts.length !== SEED_BYTES) {
    throw new Fault(
      'proof/mismatch',
      `expected a seed of ${SEED_BYTES} octets, got ${secrets.salts.length}`,
    )
  }
  const vrf = openVrfKey(secrets.vrf)
  const derive = (tag: string, serial: number, of: string): Uint8Array =>
    createHmac('sha256', secrets.salts)
      .update(`bailiwick/${tag}/v1\n${place}\n${serial}\n${of}`)
      .digest()
  return {
    place,
    vrfKey: vrf.publicKey,
    index: (key) => vrf.evaluate(indexInput(place, key)).subarray(0, HASH_BYTES),
    proveIndex: (key) => {
      const { proof, output } = vrf.prove(indexInput(place, key))
      return { index: output.subarray(0, HASH_BYTES), vrf: proof }
    },
    salt: (line, since) => derive('salt', since, line),
    rootSalt: (serial) => derive('root-salt', serial, ''),
  }
}
