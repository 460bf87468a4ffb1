import { printSuggestion } from '../core/nearest.ts'
import type { StoredList } from '../store/list-store.ts'
import type { Store } from '../store/open-store.ts'
import { viewAct } from './console/view-proposal.ts'
import type { EntryDeeds, ToldOrigin, ToldStay, ToldStays } from './entry-deeds.ts'
import { findList, withStore } from './find-list.ts'
import { findPublication } from './find-publication.ts'
import type { GlobalOptions } from './global-options.ts'
import { neighbours } from './neighbours.ts'
import { publicDecision } from './public-decision.ts'
import { tellEntry, type ShownDecision, type WholeStay } from './tell-entry.ts'

/** What commands read of entries, in a data folder: whoever can read the folder may. */
export function localEntries({ data }: Pick<GlobalOptions, 'data'>): EntryDeeds {
  return {
    stays: (value, id) => withStore(data, (store) => staysOf(store, value, id)),
    assertPublished: (id, serial) =>
      withStore(data, (store) => {
        findPublication(store, findList(store, id), String(serial))
      }),
  }
}

function staysOf(store: Store, value: string, id: string | undefined): ToldStays {
  const list = id === undefined ? null : findList(store, id)
  const { keys, stays } = tellEntry(store, value, {
    isWanted: (other) => id === undefined || other === id,
  })
  const meant = keys[0]?.value ?? null
  // What has been listed at another time was not misspelt.
  const hint = stays.length > 0 ? '' : hintOf(store, list, meant ?? value)
  return { meant, stays: stays.map(toldStay), hint }
}

function hintOf(store: Store, list: StoredList | null, value: string): string {
  const lists = list === null ? store.lists.all() : [list]
  return printSuggestion(value, new Set(lists.flatMap((one) => [...neighbours(store, one, value)])))
}

/** Without what means nothing outside the database. */
function toldStay({ list, entry, since, until, addedBy, retiredBy, ...by }: WholeStay): ToldStay {
  const { value, kind, action, category, reference } = entry
  return {
    ...{ list, entry: { value, kind, action, category, reference }, since, until, addedBy },
    ...{
      retiredBy,
      added: by.added && origin(by.added),
      retired: by.retired && origin(by.retired),
    },
  }
}

function origin({ proposal, ...decision }: ShownDecision): ToldOrigin {
  return {
    ...publicDecision(decision),
    proposal: proposal && { proposal: proposal.proposal, acts: proposal.acts.map(viewAct) },
  }
}
