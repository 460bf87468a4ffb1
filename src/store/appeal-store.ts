import type Database from 'better-sqlite3'
import type { Appeal, AppealAct } from '../core/appeal.ts'
import { tellAppealAct } from './appeal-events.ts'
import { appealMatches, type AppealMatches } from './appeal-matches.ts'
import type { Recorder } from './event-store.ts'
import { appealReader, type AppealReader } from './read-appeals.ts'

/** An act, before it is written. */
export interface NewAppealAct extends AppealAct {
  /** The row of `list`. */
  readonly listRowId: number | null
}

export interface AppealStore extends AppealMatches, AppealReader {
  readonly open: (appeal: Omit<Appeal, 'id'>) => Appeal
  /** Records what was done, and its event. */
  readonly act: (appeal: Appeal, act: NewAppealAct) => void
}

export function appealStore(
  sqlite: Database.Database,
  { write, events }: Pick<Recorder, 'write' | 'events'>,
): AppealStore {
  const insert = sqlite.prepare<[object]>(
    `INSERT INTO appeals (code_hash, about, grounds, contact, opened_at, due_on)
     VALUES (:codeHash, :about, :grounds, :contact, :openedAt, :dueOn)`,
  )
  const append = sqlite.prepare<[object]>(
    `INSERT INTO appeal_acts (appeal_id, act, actor, organisation, at, text, is_public, list_id, decision_id)
     VALUES (:appeal, :act, :actor, :organisation, :at, :text, :isPublic, :listRowId, :decision)`,
  )
  const act: AppealStore['act'] = (appeal, { listRowId, ...done }) =>
    write(() => {
      const row = { ...done, at: done.at.toISOString(), isPublic: done.isPublic ? 1 : 0 }
      append.run({ ...row, listRowId, appeal: appeal.id })
      events.append(tellAppealAct({ ...appeal, openedAt: appeal.openedAt.toISOString() }, row))
    })
  return {
    ...appealReader(sqlite),
    ...appealMatches(sqlite),
    act,
    open: (terms) =>
      write(() => {
        const { openedAt: at } = terms
        const { lastInsertRowid } = insert.run({ ...terms, openedAt: at.toISOString() })
        const appeal = { ...terms, id: Number(lastInsertRowid) }
        const by = { actor: '', organisation: '', at, list: null, listRowId: null }
        act(appeal, { ...by, act: 'opened', text: '', isPublic: true, decision: null })
        return appeal
      }),
  }
}
