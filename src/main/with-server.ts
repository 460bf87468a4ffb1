import { randomUUID } from 'node:crypto'
import { openApiClient, type ApiClient } from '../platform/api-client.ts'
import type { ServerOptions } from './global-options.ts'
import { readVersion } from './read-version.ts'

/** Runs `work` with the API of a server, and ends the connection whatever happens. */
export async function withServer<T>(
  { server, token }: ServerOptions,
  work: (api: ApiClient) => Promise<T>,
): Promise<T> {
  const userAgent = `bailiwick/${readVersion()}`
  const api = openApiClient({ origin: server, token, userAgent, newKey: randomUUID })
  try {
    return await work(api)
  } finally {
    await api.close()
  }
}
