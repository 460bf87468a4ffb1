import { readFileSync, statSync } from 'node:fs'
import { Fault } from '../core/fault.ts'
import type { Restoration, Subscriber, SubscriberKey } from '../distribute/ports.ts'
import { openSchema, type SchemaCheck } from '../platform/json-schema.ts'

const SCHEMA = new URL('../../docs/spec/subscribers.schema.json', import.meta.url)

/** A subscriber as `subscriber export` writes it (`docs/spec/subscribers.schema.json`). Times are ISO 8601. */
interface WrittenSubscriber {
  readonly name: string
  readonly tokenHash: string
  readonly oldTokenHash?: string | null
  readonly oldTokenUntil?: string | null
  readonly lists: readonly WrittenList[]
  readonly transfer: 'tsig' | 'networks'
  readonly networks: readonly string[]
  readonly notify: readonly string[]
  readonly keys: readonly WrittenKey[]
  readonly catalogSerial: number
}

interface WrittenList {
  readonly id: string
  readonly place: string
  /** Of its zone; null when it has none. */
  readonly origin: string | null
}

type WrittenKey = Omit<SubscriberKey, 'createdAt' | 'until'> & {
  readonly createdAt: string
  readonly until: string | null
}

interface WrittenFile {
  readonly subscribers: readonly WrittenSubscriber[]
  readonly restorations?: readonly (Omit<Restoration, 'at'> & { readonly at: string })[]
}

/** Who may read what, as of one file. */
export interface Credentials {
  readonly subscribers: readonly Subscriber[]
  /** The lists that anybody is entitled to, by id. */
  readonly lists: ReadonlyMap<string, WrittenList>
  /** Lists that came back from a backup. */
  readonly restorations: readonly Restoration[]
}

export interface CredentialsFile {
  readonly current: () => Credentials
  /** Looks whether the file has changed, and takes it in. Throws `edge/credentials`, once for each bad file; then those before still count. */
  readonly refresh: () => boolean
}

/** The file has at most this many bytes: some ten thousand subscribers. */
const MAX_BYTES = 64 * 1024 * 1024

const NOBODY: Credentials = { subscribers: [], lists: new Map(), restorations: [] }

/** The credentials of the subscribers; without a file there are none. Throws `edge/credentials`. */
export function openCredentials(path: string | undefined): CredentialsFile {
  if (path === undefined) return { current: () => NOBODY, refresh: () => false }
  const check = openSchema(SCHEMA)
  let mark = markOf(path)
  let current = readCredentials(path, check)
  return {
    current: () => current,
    refresh: () => {
      const now = markOf(path)
      if (now === mark) return false
      mark = now
      current = readCredentials(path, check)
      return true
    },
  }
}

/** Another file, or the same written anew, has another mark. */
function markOf(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stats === undefined ? '' : `${stats.ino} ${stats.size} ${stats.mtimeNs}`
}

function readCredentials(path: string, check: SchemaCheck): Credentials {
  const at = JSON.stringify(path)
  let value: unknown
  try {
    if (statSync(path).size > MAX_BYTES) {
      throw new Error(`more than ${MAX_BYTES} bytes`)
    }
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Fault('edge/credentials', `expected a file of subscribers at ${at}, got: ${why}`, {
      cause,
    })
  }
  const findings = check(value)
  if (findings.length > 0) {
    throw new Fault('edge/credentials', `expected subscribers in ${at}: ${findings.join('; ')}`)
  }
  const { subscribers, restorations = [] } = value as WrittenFile
  return {
    subscribers: subscribers.map(asSubscriber),
    lists: new Map(subscribers.flatMap(({ lists }) => lists.map((list) => [list.id, list]))),
    restorations: restorations.map((one) => ({ ...one, at: new Date(one.at) })),
  }
}

function asSubscriber(written: WrittenSubscriber): Subscriber {
  const { name, tokenHash, oldTokenHash, oldTokenUntil, lists, keys } = written
  const { transfer, networks, notify, catalogSerial } = written
  return {
    ...{ name, tokenHash, transfer, networks, notify, catalogSerial },
    oldTokenHash: oldTokenHash ?? null,
    oldTokenUntil: asDate(oldTokenUntil),
    lists: lists.map(({ id }) => id),
    // The same catalog at every edge, whichever lists it has.
    origins: lists.flatMap(({ origin }) => origin ?? []),
    // Who was revoked is not in the file.
    revokedAt: null,
    keys: keys.map((key) => ({
      ...key,
      createdAt: new Date(key.createdAt),
      until: asDate(key.until),
    })),
  }
}

function asDate(text: string | null | undefined): Date | null {
  return text === null || text === undefined ? null : new Date(text)
}
