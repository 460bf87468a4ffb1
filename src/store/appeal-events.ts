import type { AppealActName } from '../core/appeal.ts'
import {
  digestAppealAct,
  type DigestedAppeal,
  type DigestedAppealAct,
} from '../core/digest-appeal.ts'
import type { EventAct, NewEvent } from '../core/event.ts'

/** The event of each act on an appeal. */
const EVENT_OF = {
  opened: 'appeal-opened',
  message: 'appeal-message',
  answered: 'appeal-answered',
  noted: 'appeal-noted',
  retired: 'appeal-retired',
  kept: 'appeal-kept',
  accepted: 'appeal-accepted',
  'partly-accepted': 'appeal-partly-accepted',
  refused: 'appeal-refused',
} as const satisfies Record<AppealActName, EventAct>

const EVENTS: ReadonlySet<EventAct> = new Set(Object.values(EVENT_OF))

/** Whether an event tells of an act on an appeal. */
export function isAppealEvent(act: EventAct): boolean {
  return EVENTS.has(act)
}

/** What the chain says of an act on an appeal (`docs/spec/events.md` §3). */
export function tellAppealAct(appeal: DigestedAppeal, done: DigestedAppealAct): NewEvent {
  const { act, actor, organisation, list, decision } = done
  const subject = {
    ...{ appeal: appeal.id, digest: digestAppealAct(appeal, done) },
    ...(organisation !== '' && { organisation }),
    ...(list !== null && { list }),
    ...(decision !== null && { decision }),
  }
  return { act: EVENT_OF[act], actor, subject }
}
