import type { PublicationLeaf } from '../../src/core/log-leaf.ts'
import { leafSecrets } from '../../src/core/proof-tree/leaf-secrets.ts'
import { publicLeafMaker } from '../../src/core/proof-tree/leaf-maker.ts'
import { restrictedLeafMaker } from '../../src/core/proof-tree/restricted-leaf-maker.ts'
import { keyidOf } from '../../src/core/tuf-key.ts'
import type { Authority } from '../../src/main/open-authority.ts'
import { plainRoot, SinceModel } from './kept-tree-builders.ts'

export function manifestOf({ store }: Authority, id: string, serial: number): PublicationLeaf {
  const kept = store.log.manifest(store.lists.find(id)!.rowId, serial)!
  return JSON.parse(kept.manifest.toString()) as PublicationLeaf
}

/** The root that each manifest of a list has, from `from` on, beside the one of all its lines made at once. */
export async function rootsOf(
  authority: Authority,
  id: string,
  from = 1,
): Promise<{ readonly told: unknown[]; readonly made: unknown[] }> {
  const { store, keys } = authority
  const { rowId, place } = store.lists.find(id)!
  const since = new SinceModel()
  const [told, made]: [unknown[], unknown[]] = [[], []]
  for (const { serial, decision } of store.publications.all(rowId)) {
    const lines = since.take(serial, [...store.publications.lines(rowId, decision)])
    if (serial < from) continue
    const { tree, vrfKey } = manifestOf(authority, id, serial)
    const maker =
      vrfKey === undefined
        ? publicLeafMaker(place)
        : restrictedLeafMaker(place, leafSecrets(await keys.treeSecret(keyidOf(vrfKey))))
    told.push(tree)
    made.push(plainRoot(maker, serial, lines))
  }
  return { told, made }
}
