import { readRoles } from './authority-roles.ts'
import { finishBatch, type FinishDeps } from './finish-batch.ts'
import { logManifest, metadataLeafOf, type LoggedPublication } from './log-leaves.ts'
import { firstPolicy, LOG_KEY_USE, originOf } from './log-policy.ts'
import type { HeldKey, KeyRing, PublishDeps, PublishedList, PublishStore } from './ports.ts'
import { signPolicy } from './sign-policy.ts'

/**
 * Begins the log of an authority that had none: with a key of its own, a policy that targets sign, and leaves of all that the database still
 * has. Earlier versions of metadata, which it does not have any more, stay unlogged (`docs/spec/log.md` §8).
 */
export async function beginLog(deps: FinishDeps & Pick<PublishDeps, 'newSalt'>): Promise<void> {
  const { store, keys } = deps
  const at = deps.now()
  const roles = readRoles(store)
  const key = await takeLogKey(keys)
  const policy = firstPolicy(originOf(key), key)
  const metadata = await signPolicy(keys, roles, policy, at)
  const manifests = store.lists
    .all()
    .flatMap((list) => publicationsOf(store, list))
    .map((one) => logManifest(deps, one))
  const earlier = store.metadata.all().filter(({ role }) => role !== 'timestamp')
  store.log.begin({
    ...{ expectedSize: 0, begunAt: at, metadata, policy, publication: null },
    ...{ joins: false, needsOldQuorum: false },
    acts: [{ act: 'key-made', subject: { keyids: [key.keyid], role: LOG_KEY_USE } }],
    leaves: [
      ...earlier.map(metadataLeafOf),
      ...manifests.map(({ leaf }) => leaf),
      ...metadata.map(metadataLeafOf),
    ],
    manifests: manifests.map(({ kept }) => kept),
  })
  await finishBatch(deps)
}

/** A key that a crash or a lost race left behind is taken up, not multiplied. */
async function takeLogKey(keys: KeyRing): Promise<HeldKey> {
  return keys.all().find(({ use }) => use === LOG_KEY_USE) ?? (await keys.make(LOG_KEY_USE))
}

function publicationsOf({ publications }: PublishStore, list: PublishedList): LoggedPublication[] {
  const all = publications.all(list.rowId)
  return all.map((publication, i) => ({
    list,
    publication,
    previous: all[i - 1] ?? null,
    tree: null,
  }))
}
