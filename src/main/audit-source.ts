import { closeSync, openSync, readFileSync, statSync } from 'node:fs'
import { openBundle } from '../audit/open-bundle.ts'
import { openFolder } from '../audit/open-folder.ts'
import { openWeb } from '../audit/open-web.ts'
import type { Published } from '../audit/published.ts'
import { Fault } from '../core/fault.ts'
import { readAtMost } from '../platform/read-at-most.ts'

/** No file that an auditor names on the command line is longer. */
const MAX_OWN_FILE_BYTES = 1_000_000

export interface SourceFlags {
  readonly tokenFile?: string
}

/** What `source` names: a URL, a folder, a bundle. To be closed. Throws `audit/source`, `usage/invalid`. */
export async function openAuditSource(source: string, flags: SourceFlags): Promise<Published> {
  const isWeb = /^https?:\/\//.test(source)
  if (flags.tokenFile !== undefined && !isWeb) {
    throw new Fault('usage/invalid', 'expected a URL with --token-file, got a folder or a file')
  }
  if (!isWeb) return isFile(source) ? openBundle(source) : openFolder(source)
  return openWeb({
    url: source,
    token: flags.tokenFile === undefined ? undefined : readToken(flags.tokenFile),
    userAgent: `bailiwick-audit/${readVersion()}`,
    now: () => new Date(),
  })
}

/** A small file of the auditor's. Throws `usage/invalid` where there is none. */
export function readOwnFile(path: string, maxBytes = MAX_OWN_FILE_BYTES): Buffer {
  try {
    const fd = openSync(path, 'r')
    try {
      const bytes = readAtMost(fd, maxBytes)
      if (bytes.length <= maxBytes) return bytes
    } finally {
      closeSync(fd)
    }
    throw new Fault(
      'usage/invalid',
      `expected at most ${maxBytes} bytes in ${JSON.stringify(path)}, got more`,
    )
  } catch (error) {
    if (error instanceof Fault || !(error instanceof Error)) throw error
    throw new Fault(
      'usage/invalid',
      `expected a file at ${JSON.stringify(path)}: ${error.message}`,
      {
        cause: error,
      },
    )
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

function readToken(path: string): string {
  const token = readOwnFile(path).toString().trim()
  if (/^[\x21-\x7e]{1,1024}$/.test(token)) return token
  throw new Fault('usage/invalid', `expected one token in ${JSON.stringify(path)}, got other text`)
}

function readVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { readonly version: string }).version
}
