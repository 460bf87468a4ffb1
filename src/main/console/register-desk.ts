import type { RegisterChangeView, RegisterDesk } from '../../console/ports/register.ts'
import { Fault } from '../../core/fault.ts'
import { ALL_LISTS, type Person } from '../../core/person.ts'
import {
  parseRegisterRow,
  parseRegisterValue,
  registerState,
  type RegisterRow,
  type WrittenRow,
} from '../../core/register.ts'
import { assertMayAct } from '../../curation/assert-may-act.ts'
import type { Store } from '../../store/open-store.ts'
import type { RegisterChange } from '../../store/register-store.ts'
import { changeRegister } from '../change-register.ts'
import { parsePlaced } from '../parse-placed.ts'
import { shippedRegister } from '../shipped-register.ts'
import type { DeskDeps } from './desk-deps.ts'
import { readableLists } from './readable-lists.ts'

/** What people do with the register, by the same use case as the commands. */
export function registerDesk({ store }: Pick<DeskDeps, 'store'>): RegisterDesk {
  return {
    page: (person, { purpose, text = '', behind, limit }) => {
      assertMayRead(store, person)
      const own = store.register.all()
      const rows = own ?? shippedRegister()
      const wanted = text.toLowerCase()
      const items = rows.filter(
        (row) =>
          (purpose === undefined || row.purpose === purpose) &&
          (behind === null || row.value > behind) &&
          (row.value.includes(wanted) || row.reason.toLowerCase().includes(wanted)),
      )
      const state = registerState(rows)
      return { state, isShipped: own === null, rows: rows.length, items: items.slice(0, limit) }
    },
    changes: (person, { before, limit }) => {
      assertMayRead(store, person)
      return store.register.changes({ limit, ...(before !== null && { before }) }).map(viewChange)
    },
    change: (person, { reason, add = [], remove = [], expected }, at) => {
      assertMayAct(person, 'manage-register', ALL_LISTS)
      if (add.length + remove.length === 0) throw nothing()
      const rows = parseAll('add', add, (row: WrittenRow) => parseRegisterRow(row))
      const values = parseAll('remove', remove, parseRegisterValue)
      const wanted = { reason, add: rows, remove: values, expected }
      const made = changeRegister({ store, person, at }, wanted)
      const state = made?.state ?? registerState(nowOf(store))
      return { made: made && viewChange(made), state }
    },
  }
}

function nothing(): Fault {
  const detail = 'expected rows to put in or values to take out, got neither'
  const places = ['/add', '/remove'].map((path) => ({ path, detail }))
  return new Fault('request/invalid', detail, { places })
}

function nowOf({ register }: Store): readonly RegisterRow[] {
  return register.all() ?? shippedRegister()
}

/** It says what guards everybody's entries: whoever reads the entries of some list may read it. */
function assertMayRead(store: Store, person: Person): void {
  if (readableLists(store, person).length === 0) assertMayAct(person, 'read-entries', ALL_LISTS)
}

/** All of them, before it complains of any. */
function parseAll<W, T>(member: string, written: readonly W[], parse: (one: W) => T): readonly T[] {
  return parsePlaced(written, parse, {
    code: 'register/invalid',
    pathOf: (i) => `/${member}/${i}`,
  })
}

function viewChange({ id, at, ...change }: RegisterChange): RegisterChangeView {
  const { actor, reason, added, removed, state } = change
  return { change: id, at: at.toISOString(), actor, reason, added, removed, state }
}
