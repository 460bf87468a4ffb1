import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createKeyFolder, openKeyFolder } from '../../src/platform/key-folder.ts'
import type { GivenSignature } from '../../src/publish/drafts/draft.ts'
import { parsePayloadFile } from '../../src/publish/drafts/payload-file.ts'
import { parsePublicKeyFile, printPublicKeyFile } from '../../src/publish/drafts/public-key-file.ts'
import { signPayload } from '../../src/publish/drafts/sign-payload.ts'
import type { PublicKey } from '../../src/publish/ports.ts'

/** Somebody who holds a key in a folder of his own, which no authority sees. */
export interface KeyHolder {
  readonly key: PublicKey
  readonly publicFile: string
  readonly folder: string
  /** What he gives back for a payload file. */
  readonly sign: (payload: string, now?: Date) => Promise<GivenSignature[]>
}

/** Gone when the test ends. */
export async function makeKeyHolder(use: 'root' | 'targets'): Promise<KeyHolder> {
  const folder = mkdtempSync(join(tmpdir(), 'holder-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  createKeyFolder(folder, { isPlain: true })
  const keys = openKeyFolder(folder, () => null)
  const made = await keys.make(use)
  const publicFile = await printPublicKeyFile(made, await keys.signer(made.keyid))
  const { keyid, publicHex } = parsePublicKeyFile(Buffer.from(publicFile))
  return {
    ...{ key: { keyid, publicHex }, publicFile, folder },
    sign: (payload, now = new Date()) =>
      signPayload(keys, parsePayloadFile(Buffer.from(payload)), now),
  }
}
