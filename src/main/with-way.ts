import type { Command } from 'commander'
import type { ApiClient } from '../platform/api-client.ts'
import { globalOptions, serverOptions, type GlobalOptions } from './global-options.ts'
import { withServer } from './with-server.ts'

/** Deeds of one kind, each of which is done on a data folder as a named actor, or at a server as whoever the API key is of. */
export interface Ways<D> {
  /** Loads what works on a folder: what a database needs, too. */
  readonly local: () => Promise<(options: GlobalOptions) => D>
  /** Loads what asks a server. */
  readonly server: () => Promise<(api: ApiClient) => D>
}

/** Runs `work` with the deeds of that way that the options of the command name; the other isn't loaded. Throws `usage/invalid`. */
export async function withWay<D, T>(
  command: Command,
  ways: Ways<D>,
  work: (deeds: D) => Promise<T>,
): Promise<T> {
  const server = serverOptions(command)
  if (server === null) return work((await ways.local())(globalOptions(command)))
  const open = await ways.server()
  return withServer(server, (api) => work(open(api)))
}
