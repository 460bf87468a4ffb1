import { openKeyFolder, type KeyFolder } from '../platform/key-folder.ts'
import { readPin } from '../platform/key-token/token-pin.ts'
import { readPassphrase } from '../platform/passphrase.ts'
import type { Environment } from '../platform/secret.ts'

/** A key folder, with passphrase and PINs from where they are by this environment. Nothing is read yet. */
export function openKeys(folder: string, env: Environment): KeyFolder {
  return openKeyFolder(folder, () => readPassphrase(env), {
    pin: (pinSource) => readPin(env, pinSource),
  })
}
