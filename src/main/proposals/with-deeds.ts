import type { Command } from 'commander'
import { globalOptions, serverOptions } from '../global-options.ts'
import { withServer } from '../with-server.ts'
import type { Deeds } from './deeds.ts'

/**
 * Runs `work` with what the command is to work on: the server that its options name, without loading what a database needs, or else the data
 * folder. Throws `usage/invalid`.
 */
export async function withDeeds<T>(
  command: Command,
  work: (deeds: Deeds) => Promise<T>,
): Promise<T> {
  const server = serverOptions(command)
  if (server === null) {
    const { localDeeds } = await import('./local-deeds.ts')
    return work(localDeeds(globalOptions(command)))
  }
  const { serverDeeds } = await import('./server-deeds.ts')
  return withServer(server, (api) => work(serverDeeds(api)))
}
