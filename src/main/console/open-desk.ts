import type { Desk } from '../../console/desk.ts'
import { openGuardDeps } from '../guard-deps.ts'
import { decidingOf } from '../proposals/open-deciding.ts'
import type { DeskDeps } from './desk-deps.ts'
import { entryDesk } from './entry-desk.ts'
import { listDesk } from './list-desk.ts'
import { overviewDesk } from './overview-desk.ts'
import { eventDesk } from './event-desk.ts'
import { importDesk, type ImportDeskDeps } from './import-desk.ts'
import { decisionDesk } from './decision-desk.ts'
import { publishingDesk } from './publishing-desk.ts'
import { reviewDesk } from './review-desk.ts'
import { urgentDesk } from './urgent-desk.ts'
import { proposalDesk } from './proposal-desk.ts'
import { peopleDesk } from './people-desk.ts'
import { registerDesk } from './register-desk.ts'
import { searchDesk } from './search-desk.ts'
import { appealDesk } from './appeal-desk.ts'
import { subscriberDesk } from './subscriber-desk.ts'
import { reportDesk } from './report-desk.ts'

/** Everything that the authority of a data folder does for people, over a store that stays open. */
export function openDesk({
  data,
  store,
  onFault,
  issuers,
  importWork,
}: Pick<DeskDeps, 'data' | 'store' | 'onFault' | 'issuers'> &
  Pick<ImportDeskDeps, 'importWork'>): Desk {
  const openGuards = (): ReturnType<typeof openGuardDeps> => openGuardDeps({ data, store })
  const deps: DeskDeps = {
    ...{ data, store, onFault, issuers },
    decidingOf: (person, at) => decidingOf({ store, openGuards }, person, at),
  }
  return {
    idempotency: store.idempotency,
    imports: importDesk({ data, store, ...(importWork !== undefined && { importWork }) }),
    proposals: proposalDesk(deps),
    search: searchDesk(deps),
    entries: entryDesk(deps),
    lists: listDesk(deps),
    overview: overviewDesk(deps),
    reports: reportDesk(deps),
    appeals: appealDesk(deps),
    events: eventDesk(deps),
    register: registerDesk(deps),
    people: peopleDesk(deps),
    subscribers: subscriberDesk(deps),
    decisions: decisionDesk(deps),
    reviews: reviewDesk(deps),
    publishing: publishingDesk(deps),
    urgent: urgentDesk(deps),
  }
}
