import { Fault } from '../core/fault.ts'
import { parseNoteKey, printNoteKey } from '../core/log/note-key.ts'
import { isSameHash } from '../core/log/tree-hash.ts'
import { policyPlan } from './change-policy.ts'
import { changeTrust, type TrustChanged } from './drafts/change-trust.ts'
import { LOG_KEY_USE, logNoteKey, readPolicy } from './log-policy.ts'
import type { HeldKey, KeyRing, PublishDeps, WantedTokenKey } from './ports.ts'

export interface LogKeyChanged extends TrustChanged {
  readonly made: HeldKey
  /** The line of the new key, for policies and for the configurations of witnesses. */
  readonly vkey: string
}

/**
 * Gives the log another key: the same origin and the same tree, and a policy that names the new key instead of the old one, signed by targets. The
 * old key signs each checkpoint too for as long as its file is here, so that readers and witnesses who know that one alone can follow
 * (ADR 026). Readers see it after `projectPublished`. It may become a draft.
 *
 * Throws `log/policy` where the log has no policy yet, and what `changeTrust` throws.
 */
export async function rotateLogKey(
  deps: PublishDeps,
  where: { readonly token?: WantedTokenKey } = {},
): Promise<LogKeyChanged> {
  const made = await deps.keys.make(LOG_KEY_USE, where)
  let vkey = ''
  const outcome = await changeTrust(
    deps,
    ({ targets }, at) => {
      const before = readPolicy(deps.store, deps.store.log.batch())
      if (before === null) {
        throw new Fault(
          'log/policy',
          'expected a log that has begun, got none: its key is made with the next publication',
        )
      }
      const next = withLogKey(deps.keys, before, made)
      vkey = next.vkey
      const subject = { role: LOG_KEY_USE, keyids: [made.keyid], threshold: 1 }
      const acts = [{ act: 'key-rotated', subject } as const]
      const title = 'a new key of the log'
      return policyPlan(targets, { policy: next.policy, isForced: false, title, acts, at })
    },
    { joins: true },
  )
  return { ...outcome, made, vkey }
}

/** The policy with the new key in the lines of the keys that are here, and every other line as it is. */
function withLogKey(
  keys: Pick<KeyRing, 'all'>,
  policy: string,
  made: HeldKey,
): { readonly policy: string; readonly vkey: string } {
  const held = keys.all().filter(({ use }) => use === LOG_KEY_USE)
  const isOwn = (publicKey: Uint8Array): boolean =>
    held.some(({ publicHex }) => isSameHash(publicKey, Buffer.from(publicHex, 'hex')))
  const vkeys: string[] = []
  const lines = policy.split('\n').flatMap((line) => {
    const [, head = '', old = '', tail = ''] = /^([ \t]*log[ \t]+)(\S+)(.*)$/.exec(line) ?? []
    if (old === '' || !isOwn(parseNoteKey(old).publicKey)) return [line]
    // Two lines of ours would be two of the same key.
    if (vkeys.length > 0) return []
    vkeys.push(printNoteKey(logNoteKey(parseNoteKey(old).name, made)))
    return [`${head}${vkeys.join('')}${tail}`]
  })
  const [vkey] = vkeys
  if (vkey !== undefined) return { policy: lines.join('\n'), vkey }
  throw new Fault(
    'key/missing',
    'expected the key that the policy of the log names on this host, got none: bring its file into keys/',
  )
}
