import { randomBytes } from 'node:crypto'
import type { Appeal, AppealTerms } from '../../core/appeal.ts'
import { Fault } from '../../core/fault.ts'
import { APPEAL_LIMITS } from '../../curation/appeals/appeal-limits.ts'
import { dueDay, isSettled, replayAppeal } from '../../curation/appeals/replay-appeal.ts'
import { APPEAL_PREFIX, hashToken, printToken, TOKEN_BYTES } from '../../platform/http-auth.ts'
import type { Store } from '../../store/open-store.ts'
import { settled } from './answer-appeal.ts'
import { appealOfCode } from './find-appeal.ts'

/** What whoever appeals is told, once. */
export interface OpenedAppeal {
  readonly code: string
  readonly dueOn: string
}

/** Takes an appeal, without a look at what is listed. Throws `appeal/too-many`. */
export function openAppeal(
  { appeals, write }: Pick<Store, 'appeals' | 'write'>,
  terms: AppealTerms,
  at: Date,
): OpenedAppeal {
  const code = printToken(randomBytes(TOKEN_BYTES), APPEAL_PREFIX)
  const dueOn = dueDay(at, APPEAL_LIMITS.days)
  return write(() => {
    if (appeals.countUnsettled() >= APPEAL_LIMITS.open) {
      throw new Fault(
        'appeal/too-many',
        `expected at most ${APPEAL_LIMITS.open} open cases, got one more: try again later, or write to the authority`,
      )
    }
    appeals.open({ ...terms, codeHash: hashToken(code), openedAt: at, dueOn })
    return { code, dueOn }
  })
}

/** Adds what the appellant has to say. Throws `appeal/not-found`, `appeal/settled`, `appeal/too-many`. */
export function writeAsAppellant(
  store: Store,
  { code, text }: { readonly code: string; readonly text: string },
  at: Date,
): Appeal {
  return store.write(() => {
    const appeal = appealOfCode(store, code)
    const acts = store.appeals.acts(appeal.id)
    if (isSettled(replayAppeal(acts))) throw settled()
    if (acts.filter(({ act }) => act === 'message').length >= APPEAL_LIMITS.messages) {
      throw new Fault(
        'appeal/too-many',
        `expected at most ${APPEAL_LIMITS.messages} messages in a case, got one more: wait for the answer`,
      )
    }
    const by = { actor: '', organisation: '', at, list: null, listRowId: null }
    store.appeals.act(appeal, { ...by, act: 'message', text, isPublic: true, decision: null })
    return appeal
  })
}
