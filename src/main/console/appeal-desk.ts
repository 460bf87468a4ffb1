import { Bucket, networkOf, siteOf } from '../../console/bucket.ts'
import { APPEALS_PER_ADDRESS, APPEALS_PER_SITE } from '../../console/limits.ts'
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
    admit: allowed.take,
    open: (written, { address, at }) =>
      allowed.counting(address, () => openAppeal(store, parseAppeal(written), at)),
    status: (code, at) => store.read(() => viewStatus(store, appealOfCode(store, code), at)),
    write: (code, written, { address, at }) => {
      // Whoever guesses at codes is counted, and holds up nobody who writes.
      appealOfCode(store, code)
      return allowed.counting(address, () => {
        const text = parseAppealText('text', written, APPEAL_LIMITS.text)
        return viewStatus(store, writeAsAppellant(store, { code, text }, at), at)
      })
    },
    statistics: () =>
      store.read(() => tellStatistics(store.appeals.count(), store.appeals.outcomes())),
    page: (person, { behind, ...wanted }, at) => {
      const after = behind ?? undefined
      const { found, next } = listAppeals(store, person, { ...wanted, after })
      return { items: found.map((one) => viewAppeal(one, person, at)), next }
    },
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

interface Allowance {
  /** Throws `request/too-many`. */
  readonly take: (address: string) => void
  /** Does the work of somebody who was taken in; what is refused after all isn't counted. */
  readonly counting: <T>(address: string, work: () => T) => T
}

/** Holds up who hands in much: of one network, and of many that are one customer's. */
function allowance(): Allowance {
  const buckets = [
    { bucket: new Bucket(APPEALS_PER_ADDRESS, Date.now), keyOf: networkOf },
    { bucket: new Bucket(APPEALS_PER_SITE, Date.now), keyOf: siteOf },
  ] as const
  const giveBack = (address: string): void => {
    for (const { bucket, keyOf } of buckets) bucket.giveBack(keyOf(address))
  }
  return {
    take: (address) => {
      const [own, site] = buckets
      if (!own.bucket.take(own.keyOf(address))) throw tooMany()
      if (site.bucket.take(site.keyOf(address))) return
      own.bucket.giveBack(own.keyOf(address))
      throw tooMany()
    },
    counting: (address, work) => {
      try {
        return work()
      } catch (error) {
        giveBack(address)
        throw error
      }
    },
  }
}

function tooMany(): Fault {
  return new Fault(
    'request/too-many',
    'expected fewer appeals and messages from one address: wait ten minutes',
  )
}
