import type { Act } from '../curation/may-act.ts'
import { dataPaths } from '../platform/data-folder.ts'
import type { KeyFolder } from '../platform/key-folder.ts'
import { viewPublished } from './console/view-published.ts'
import type { GlobalOptions } from './global-options.ts'
import { openKeys } from './open-keys.ts'
import type { PublishDeeds } from './publish-deeds.ts'

/** Publishing by hand, from a data folder. */
export function localPublishing({ data, actor }: GlobalOptions): PublishDeeds {
  return {
    plan: async (ids) => {
      const { chosenLists, planLists, withAuthority } = await loadPublishing()
      const plans = await withAuthority(
        data,
        (authority) => Promise.resolve(planLists(authority, chosenLists(authority, ids))),
        { actor },
      )
      return plans.map(viewPublished)
    },
    publish: async (ids, override) => {
      const keys = warmKeys(data)
      const { permittedLists, publishLists, withAuthority } = await loadPublishing()
      const acts: readonly Act[] = override === null ? ['publish'] : ['publish', 'override']
      const reports = await withAuthority(
        data,
        (authority) =>
          publishLists(authority, permittedLists(authority, ids, { actor, acts }), {
            ...{ actor, override },
          }),
        { actor, keys },
      )
      return reports.map((report) =>
        report.outcome === 'refused' ? report : viewPublished(report),
      )
    },
  }
}

async function loadPublishing() {
  return { ...(await import('./open-authority.ts')), ...(await import('./publish-lists.ts')) }
}

/**
 * The keys of the data folder, while the master key is being derived on another thread: that takes as long as to load all else. Whatever is
 * wrong with them is said when they are needed.
 */
function warmKeys(data: string): KeyFolder {
  const keys = openKeys(dataPaths(data).keys, process.env)
  try {
    keys.warmUp()
  } catch {
    // The same error comes again from whoever needs a key, and only then it matters.
  }
  return keys
}
