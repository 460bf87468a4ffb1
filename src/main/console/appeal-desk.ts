import { Bucket, networkOf } from '../../console/bucket.ts'
import { APPEALS_PER_ADDRESS } from '../../console/limits.ts'
import type { AppealDesk } from '../../console/ports/appeals.ts'
import { Fault } from '../../core/fault.ts'
import { APPEAL_LIMITS } from '../../curation/appeals/appeal-limits.ts'
import { tellStatistics } from '../../curation/appeals/appeal-statistics.ts'
import { parseAppeal, parseAppealText } from '../../curation/appeals/parse-appeal.ts'
import { answerAppeal } from '../appeals/answer-appeal.ts'
import { acceptAppeal, refuseAppeal } from '../appeals/end-appeal.ts'
import { appealOfCode, findAppeal } from '../appeals/find-appeal.ts'
import { listAppeals } from '../appeals/list-appeals.ts'
import { openAppeal, writeAsAppellant } from '../appeals/open-appeal.ts'
import type { DeskDeps } from './desk-deps.ts'
import { tellSettled } from './tell-settled.ts'
import { viewAppeal, viewStatus } from './view-appeal.ts'

/** What anybody may ask about appeals, and what those do who decide. */
export function appealDesk(deps: DeskDeps): AppealDesk {
  const { store, decidingOf } = deps
  const allowed = allowance()
  const find: AppealDesk['find'] = (person, id, at) =>
    store.read(() => viewAppeal(findAppeal(store, person, id), person, at))
  return {
    open: (written, { address, at }) => {
      const terms = parseAppeal(written)
      return allowed(address, () => openAppeal(store, terms, at))
    },
    status: (code, at) => store.read(() => viewStatus(store, appealOfCode(store, code), at)),
    write: (code, written, { address, at }) => {
      const text = parseAppealText('text', written, APPEAL_LIMITS.text)
      return allowed(address, () =>
        viewStatus(store, writeAsAppellant(store, { code, text }, at), at),
      )
    },
    statistics: () =>
      store.read(() => tellStatistics(store.appeals.count(), store.appeals.outcomes())),
    page: (person, { behind, ...wanted }, at) =>
      listAppeals(store, person, { ...wanted, ...(behind !== null && { after: behind }) }).map(
        (found) => viewAppeal(found, person, at),
      ),
    find,
    answer: (person, act, { appeal: id, at, ...answer }) => {
      answerAppeal(decidingOf(person, at), act, { id, ...answer })
      return find(person, id, at)
    },
    refuse: (person, { appeal: id, at, ...answer }) => {
      refuseAppeal(decidingOf(person, at), { id, ...answer })
      return find(person, id, at)
    },
    accept: async (person, { appeal: id, ...answer }, at) => {
      const decided = acceptAppeal(decidingOf(person, at), { id, ...answer })
      const outcome = await tellSettled(deps, person, decided)
      return { appeal: find(person, id, at), outcome }
    },
  }
}

/** Holds up who hands in much; what was refused after all isn't counted. Throws `request/too-many`. */
function allowance(): <T>(address: string, work: () => T) => T {
  const bucket = new Bucket(APPEALS_PER_ADDRESS, Date.now)
  return (address, work) => {
    const network = networkOf(address)
    if (!bucket.take(network)) {
      throw new Fault(
        'request/too-many',
        'expected fewer appeals and messages from one address: wait ten minutes',
      )
    }
    try {
      return work()
    } catch (error) {
      bucket.giveBack(network)
      throw error
    }
  }
}
