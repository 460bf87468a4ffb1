import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { workerData } from 'node:worker_threads'
import { parseSocketAddress } from '../core/socket-address.ts'
import { askExistence } from '../dns/ask-resolver.ts'
import { ANSWER_TIMEOUT_MS } from '../dns/limits.ts'
import { dataPaths } from '../platform/data-folder.ts'
import { openStore } from '../store/open-store.ts'
import { checkNames, type NameRound } from './check-names.ts'
import { checkedClock } from './checked-clock.ts'
import { findList } from './find-list.ts'
import { openPace } from './pace.ts'
import { answerQuestions } from './serve-thread.ts'

/** A thread behind `openLiveness`: asks for the names of one list after the other, which may take days. */
const { data } = workerData as { readonly data: string }
const store = openStore(dataPaths(data).database)
const now = checkedClock(store, () => new Date(), process.env)

answerQuestions(async (asked): Promise<NameRound | null> => {
  const list = findList(store, asked as string)
  const { liveness } = list.definition
  if (liveness === null) return null
  const pace = openPace(liveness.perSecond, { nowMs: () => performance.now(), sleep })
  const resolver = parseSocketAddress(liveness.resolver, 53)
  const asking = {
    resolver,
    pace,
    randomId: () => randomInt(0x10000),
    timeoutMs: ANSWER_TIMEOUT_MS,
  }
  const ask = (name: string): ReturnType<typeof askExistence> => askExistence(asking, name)
  return checkNames({ store, ask, now, randomBelow: (limit) => randomInt(limit) }, list)
})
