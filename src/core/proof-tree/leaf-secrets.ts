import { createHmac } from 'node:crypto'
import type { LeafSecrets } from './leaf-maker.ts'

/** Both secrets of a restricted list from the one that is kept, the VRF's: who has that could test every guess anyway. */
export function leafSecrets(vrf: Uint8Array): LeafSecrets {
  return { vrf, salts: createHmac('sha256', vrf).update('bailiwick/salt-seed/v1\n').digest() }
}
