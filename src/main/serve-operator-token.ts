import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { Fault } from '../core/fault.ts'
import { writeDurableFile } from '../platform/durable-file.ts'
import { bearerToken, hashToken, printToken, TOKEN_BYTES } from '../platform/http-auth.ts'

/** The hash of the token in a file; where there is no file, one is made that only its owner can read. Faults: `usage/invalid`. */
export function operatorTokenHash(file: string): string {
  if (!existsSync(file)) {
    const token = printToken(randomBytes(TOKEN_BYTES))
    writeDurableFile(file, Buffer.from(`${token}\n`), { mode: 0o600 })
  }
  const token = bearerToken(`Bearer ${readFileSync(file, 'utf8').trim()}`)
  if (token !== null) return hashToken(token)
  throw new Fault(
    'usage/invalid',
    `expected a token (blw_ and 43 letters) in ${JSON.stringify(file)}, got something else: remove the file, and a new one is made`,
  )
}
