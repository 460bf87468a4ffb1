import { eq } from 'drizzle-orm'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import { Fault } from '../core/fault.ts'
import type { OrganisationKind } from '../core/person.ts'
import type { Recorder } from './event-store.ts'
import { organisations } from './people-schema.ts'

/** To whom users belong: approvals are counted by it. Never changed afterwards. */
export interface Organisation {
  readonly id: number
  readonly name: string
  readonly kind: OrganisationKind
  readonly createdAt: Date
}

export interface OrganisationStore {
  /** Faults: `organisation/exists`. */
  readonly add: (organisation: {
    readonly name: string
    readonly kind: OrganisationKind
    readonly at: Date
  }) => Organisation
  /** By name. */
  readonly all: () => Organisation[]
  readonly find: (name: string) => Organisation | null
}

export function organisationStore(
  db: BetterSQLite3Database,
  { write, events }: Pick<Recorder, 'write' | 'events'>,
): OrganisationStore {
  const all = (): Organisation[] =>
    db.select().from(organisations).orderBy(organisations.name).all()
  return {
    all,
    find: (name) =>
      db.select().from(organisations).where(eq(organisations.name, name)).get() ?? null,
    add: ({ name, kind, at }) =>
      write(() => {
        // Names that differ in nothing but the case of letters would be two organisations to a rule and one to people.
        const same = all().find((one) => one.name.toLowerCase() === name.toLowerCase())
        if (same !== undefined) throw exists(name, same.name)
        const values = { name, kind, createdAt: at }
        const added = db.insert(organisations).values(values).returning().get()
        events.append({ act: 'organisation-added', subject: { kind, organisation: name } })
        return added
      }),
  }
}

function exists(name: string, same: string): Fault {
  return new Fault(
    'organisation/exists',
    `expected a new name, got ${JSON.stringify(name)}: there is ${JSON.stringify(same)}`,
  )
}
