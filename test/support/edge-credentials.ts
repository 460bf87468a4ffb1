import { renameSync, writeFileSync } from 'node:fs'
import { hashToken } from '../../src/platform/http-auth.ts'
import type { ClientKey } from './dns-client.ts'

export interface CredentialsOf {
  readonly name: string
  readonly token: string
  readonly lists: readonly {
    readonly id: string
    readonly place: string
    readonly origin: string | null
  }[]
  readonly secret?: Buffer
  readonly notify?: readonly string[]
  readonly catalogSerial?: number
}

/** Writes the file that `subscriber export` would write, in one step. */
export function writeCredentials(file: string, all: readonly CredentialsOf[]): void {
  const subscribers = all.map(({ name, token, lists, notify = [], catalogSerial = 1, ...one }) => ({
    ...{ name, tokenHash: hashToken(token), lists, transfer: 'tsig', networks: [], notify },
    keys: [
      {
        ...{ name: `${name}-abcdef`, algorithm: 'hmac-sha256' },
        secret: (one.secret ?? Buffer.alloc(32, name)).toString('base64'),
        ...{ createdAt: '2026-11-24T05:00:00.000Z', until: null },
      },
    ],
    catalogSerial,
  }))
  const text = JSON.stringify({ format: 'bailiwick-subscribers/1', subscribers })
  writeFileSync(`${file}.new`, text, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

/** The key that such a file gives to the subscriber. */
export function keyOf({ name, secret }: CredentialsOf): ClientKey {
  return {
    ...{ name: `${name}-abcdef`, algorithm: 'hmac-sha256' },
    secret: (secret ?? Buffer.alloc(32, name)).toString('base64'),
  }
}
