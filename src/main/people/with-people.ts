import type { Command } from 'commander'
import { withWay, type Ways } from '../with-way.ts'
import type { PeopleDeeds } from './people-deeds.ts'

const WAYS: Ways<PeopleDeeds> = {
  local: async () => (await import('./local-people.ts')).localPeople,
  server: async () => (await import('./server-people.ts')).serverPeople,
}

/** Runs `work` with what commands do with people, on the way that the options name. Throws `usage/invalid`. */
export async function withPeople<T>(
  command: Command,
  work: (people: PeopleDeeds) => Promise<T>,
): Promise<T> {
  return withWay(command, WAYS, work)
}
