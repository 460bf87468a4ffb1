import type { Command } from 'commander'
import { withWay, type Ways } from './with-way.ts'
import type { RegisterDeeds } from './register-deeds.ts'

const WAYS: Ways<RegisterDeeds> = {
  local: async () => (await import('./local-register.ts')).localRegister,
  server: async () => (await import('./server-register.ts')).serverRegister,
}

/** Runs `work` with what commands do with the register, on the way that the options name. Throws `usage/invalid`. */
export async function withRegister<T>(
  command: Command,
  work: (register: RegisterDeeds) => Promise<T>,
): Promise<T> {
  return withWay(command, WAYS, work)
}
