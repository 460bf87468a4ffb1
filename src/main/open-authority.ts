import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { Fault } from '../core/fault.ts'
import { SALT_BYTES } from '../core/log-leaf.ts'
import { dataPaths, type DataPaths } from '../platform/data-folder.ts'
import { openDraftFolder } from '../platform/draft-folder.ts'
import type { KeyFolder } from '../platform/key-folder.ts'
import { openLineCache } from '../platform/line-cache.ts'
import { openPublishFolder } from '../platform/publish-folder.ts'
import { openZoneFolder } from '../platform/zone-folder.ts'
import type { WitnessOutcome } from '../publish/collect-cosignatures.ts'
import type { PublishDeps } from '../publish/ports.ts'
import { openStore, OWN_ACTOR, type Store } from '../store/open-store.ts'
import { openAskWitness } from './ask-witness.ts'
import { checkedClock } from './checked-clock.ts'
import { openKeys } from './open-keys.ts'
import { openProofTrees } from './proof-trees.ts'
import { openZoneBeginner } from './zone-beginner.ts'

/** An authority's data folder, open: what every use case of publishing is handed, and the rest of it. */
export interface Authority extends PublishDeps {
  readonly store: Store
  readonly keys: KeyFolder
  readonly paths: DataPaths
  readonly close: () => void
}

export interface AuthorityOptions {
  /** A store of the same folder that is open already; it is not closed with the authority. */
  readonly store?: Store
  /** Its keys, open already. */
  readonly keys?: KeyFolder
  /** Who acts, where the act itself does not say; counts only without `store`. */
  readonly actor?: string
  /** Told of each witness that was asked. */
  readonly onWitness?: PublishDeps['onWitness']
  readonly now?: () => Date
  readonly env?: Readonly<Record<string, string | undefined>>
}

/**
 * Opens the data folder `data`. Reads no key yet: the passphrase is looked up when one is first needed.
 *
 * Throws `data/not-found` when there is no authority in it, and what `openStore` throws.
 */
export function openAuthority(data: string, options: AuthorityOptions = {}): Authority {
  const { now = () => new Date(), env = process.env } = options
  const paths = dataPaths(data)
  if (!existsSync(paths.database)) {
    throw new Fault(
      'data/not-found',
      `expected an authority in ${JSON.stringify(data)}, got none: run «bailiwick init», or check --data`,
    )
  }
  const { actor = OWN_ACTOR } = options
  const keys = options.keys ?? openKeys(paths.keys, env)
  const store = options.store ?? openStore(paths.database, { actor, now })
  return {
    store,
    keys,
    files: openPublishFolder(paths.published, paths.staging),
    drafts: openDraftFolder(paths.drafts),
    cache: openLineCache(paths.work),
    zones: openZoneFolder(paths.zones),
    trees: openProofTrees({ folder: paths.work, database: paths.database, store }),
    beginZone: openZoneBeginner(paths.zones),
    now: checkedClock(store, now, env),
    newSalt: () => randomBytes(SALT_BYTES),
    askWitness: openAskWitness(),
    onWitness: options.onWitness ?? (() => undefined),
    paths,
    close: () => {
      keys.close()
      if (options.store === undefined) store.close()
    },
  }
}

/** Runs `work` with the authority in `data`, and closes it whatever happens. Witnesses that were not needed and failed are told on standard error. */
export async function withAuthority<T>(
  data: string,
  work: (authority: Authority) => Promise<T>,
  options: AuthorityOptions = {},
): Promise<T> {
  const failed = new Map<string, string>()
  const onWitness = ({ witness, outcome, sentence }: WitnessOutcome): void => {
    if (outcome !== 'cosigned') failed.set(witness, sentence)
  }
  const authority = openAuthority(data, { onWitness, ...options })
  try {
    const done = await work(authority)
    // Of a work that failed, its fault tells them.
    for (const sentence of failed.values()) process.stderr.write(`bailiwick: ${sentence}\n`)
    return done
  } finally {
    authority.close()
  }
}
