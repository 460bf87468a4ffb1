import { statfsSync } from 'node:fs'
import { Fault } from '../core/fault.ts'
import { blocksOfLines, hashLines } from '../core/hash-lines.ts'
import { metadataPath, targetPath, TIMESTAMP_PATH } from '../core/layout.ts'
import { describeKeys } from '../publish/describe-keys.ts'
import { readDrafts, stateOf } from '../publish/drafts/find-draft.ts'
import { isDue } from '../publish/role-life.ts'
import { sha256Hex } from '../publish/sign-metadata.ts'
import { parseOwnMetadata } from '../publish/tuf-metadata.ts'
import { printEventFinding } from './event-finding.ts'
import { checkLog } from './check-log.ts'
import { checkReviews } from './check-reviews.ts'
import { checkZone } from './check-zones.ts'
import { checkedClock } from './checked-clock.ts'
import { withAuthority, type Authority, type AuthorityOptions } from './open-authority.ts'
import { projectRenewed } from './project-renewed.ts'

/** One thing that was looked at, and what is wrong with it, in sentences with their cures. */
export interface Check {
  readonly check: string
  readonly findings: readonly string[]
}

/** Looks at everything in the data folder `data`, and changes nothing. Throws only when there is no authority to look at. */
export async function checkAuthority(
  data: string,
  { env = process.env, now = () => new Date() }: Omit<AuthorityOptions, 'store'> = {},
): Promise<Check[]> {
  return withAuthority(
    data,
    async (authority) => {
      const { store } = authority
      const published = { latest: store.metadata.latest, all: store.lists.all() }
      return [
        { check: 'database', findings: found(() => damage(authority)) },
        ...published.all.map((list) => ({
          check: `history of ${list.id}`,
          findings: found(() => checkHistory(authority, list.rowId)),
        })),
        { check: 'chain of decisions', findings: found(() => checkChain(authority)) },
        { check: 'log', findings: found(() => checkLog(authority)) },
        { check: 'keys', findings: await foundLater(() => checkKeys(authority)) },
        { check: 'signatures', findings: found(() => checkExpiry(authority, now())) },
        { check: 'drafts', findings: found(() => checkDrafts(authority)) },
        { check: 'published files', findings: found(() => checkPublished(authority)) },
        ...published.all
          .filter(({ definition }) => definition.zone !== null)
          .map((list) => ({
            check: `zone of ${list.id}`,
            findings: found(() => checkZone(authority, list)),
          })),
        ...published.all.map((list) => ({
          check: `reviews of ${list.id}`,
          findings: found(() => checkReviews(store, list, now())),
        })),
        { check: 'disk', findings: found(() => checkDisk(data)) },
        {
          check: 'clock',
          findings: found(() => {
            checkedClock(store, now, { ...env, BAILIWICK_CLOCK: undefined })()
            return []
          }),
        },
      ]
    },
    { env, now },
  )
}

/** A fault is a finding of the check that it stopped. */
function found(check: () => readonly string[]): readonly string[] {
  try {
    return check()
  } catch (error) {
    if (error instanceof Fault) return [`${error.message} (${error.code})`]
    throw error
  }
}

async function foundLater(check: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await check()
  } catch (error) {
    if (error instanceof Fault) return [`${error.message} (${error.code})`]
    throw error
  }
}

function damage({ store }: Authority): string[] {
  return store.check().map((text) => `${text}: restore the newest backup`)
}

/** The newest serial's state, computed from the decisions alone, against the one that was signed. */
function checkHistory({ store }: Authority, listRowId: number): string[] {
  const latest = store.publications.latest(listRowId)
  if (latest === null) return []
  const state = hashLines(blocksOfLines(store.publications.lines(listRowId, latest.decision)))
  if (state === latest.state) return []
  return [
    `expected serial ${latest.serial} to have the state ${latest.state} that was signed, got ${state} from its decisions: restore the newest backup`,
  ]
}

function checkChain({ store }: Authority): string[] {
  return store.events
    .check()
    .map((finding) => `${printEventFinding(finding)}: «bailiwick events check» shows it again`)
}

/** Each key on this host is opened, which needs the passphrase; each role must have as many as must sign. */
async function checkKeys(authority: Authority): Promise<string[]> {
  const keys = describeKeys(authority)
  const findings: string[] = []
  for (const { keyid, role, isHeld } of keys) {
    if (!isHeld) continue
    try {
      await authority.keys.signer(keyid)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      findings.push(`${role ?? 'replaced'}: ${error.message} (${error.code})`)
      // What one key lacks (the passphrase) all lack.
      if (error.code.startsWith('key/passphrase')) break
    }
  }
  for (const role of new Set(keys.map((key) => key.role))) {
    const own = keys.filter((key) => key.role === role)
    const needed = own[0]?.threshold ?? 0
    const held = own.filter((key) => key.isHeld).length
    // Root and targets may sign elsewhere; what is signed daily must be signed here.
    if (held >= needed || role === 'root' || role === 'targets') continue
    findings.push(
      `${role ?? ''}: expected ${needed} keys on this host, got ${held}: see «bailiwick key ls»`,
    )
  }
  return findings
}

function checkExpiry({ store }: Authority, at: Date): string[] {
  const newest = new Map(store.metadata.all().map((signed) => [signed.role, signed]))
  return [...newest.values()].flatMap(({ role, expiresAt }) => {
    if (expiresAt <= at) {
      return [
        `${role} was signed until ${expiresAt.toISOString()}, and agents refuse it: run ${renewalOf(role)}`,
      ]
    }
    // A timestamp is due every hour; only a server that does not run lets it come near its end.
    if (role === 'timestamp' || !isDue(role, expiresAt, at)) return []
    return [
      `${role} is signed until ${expiresAt.toISOString()} and should be signed again: run ${renewalOf(role)}`,
    ]
  })
}

/** Root is never signed again by itself, and targets only where their keys are. */
function renewalOf(role: string): string {
  const isTop = role === 'root' || role === 'targets'
  return isTop ? `«bailiwick key renew ${role}»` : '«bailiwick publish» or «bailiwick serve»'
}

function checkDrafts(authority: Authority): string[] {
  return readDrafts(authority)
    .map((draft) => stateOf(authority, draft))
    .map(({ draft, dead }) => {
      const of = `${draft.id} (${draft.plan.title})`
      return dead === null
        ? `${of} waits for signatures since ${draft.draftedAt.toISOString()}: «bailiwick key drafts» says whose`
        : `${of} is ${dead}: «bailiwick key drop ${draft.id}», and draft it again`
    })
}

function checkPublished(authority: Authority): string[] {
  return badFiles(authority).map(
    ({ path, isMissing }) =>
      `${path} is ${isMissing ? 'missing' : 'not what was signed'}: «bailiwick doctor --repair» makes it again`,
  )
}

interface BadFile {
  readonly path: string
  readonly isMissing: boolean
}

/** Published files that are missing or are not, byte for byte, what the newest metadata says. */
function badFiles({ store, files }: Authority): BadFile[] {
  const newest = new Map(store.metadata.all().map((signed) => [signed.role, signed]))
  return [...newest.values()].flatMap(({ role, version, bytes }) => {
    const isTargets = role === 'targets' || role.startsWith('list-')
    const named = isTargets ? Object.entries(parseOwnMetadata(bytes, 'targets').targets) : []
    return [
      {
        path: role === 'timestamp' ? TIMESTAMP_PATH : metadataPath(role, version),
        sha256: sha256Hex(bytes),
      },
      ...named.map(([name, { hashes }]) => ({
        path: targetPath(name, hashes.sha256),
        sha256: hashes.sha256,
      })),
    ].flatMap(({ path, sha256 }) => {
      const there = files.read(path)
      if (there !== null && sha256Hex(there) === sha256) return []
      return [{ path, isMissing: there === null }]
    })
  })
}

/** Takes away published files that are wrong, and makes them and the missing ones again from the database. */
export async function repairPublished(data: string, options: AuthorityOptions = {}): Promise<void> {
  await withAuthority(
    data,
    async (authority) => {
      const wrong = badFiles(authority).filter(({ isMissing }) => !isMissing)
      const soon = new Date(authority.now().getTime() + HOUR_MS)
      authority.files.remove(
        wrong.map(({ path }) => path),
        soon,
      )
      await projectRenewed(authority)
    },
    options,
  )
}

/** Files dated in the future are taken away too. */
const HOUR_MS = 3_600_000

/** Less than this is too little for the next publication of a large list. */
const LEAST_FREE_BYTES = 1 << 29

function checkDisk(data: string): string[] {
  const { bavail, bsize } = statfsSync(data)
  const free = bavail * bsize
  if (free >= LEAST_FREE_BYTES) return []
  return [
    `expected at least ${LEAST_FREE_BYTES >> 20} MiB free on the disk of ${JSON.stringify(data)}, got ${Math.floor(free / 2 ** 20)}: make room`,
  ]
}
