import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/** What a request gets instead of the published bytes; false leaves it to them. */
export type Interception = (
  path: string,
  response: ServerResponse,
  request: IncomingMessage,
) => boolean

export interface MockSource {
  readonly url: string
  /** Paths asked for since the last `forget`, in their order. */
  readonly asked: string[]
  /** The headers of the last request. */
  readonly lastHeaders: () => IncomingMessage['headers']
  intercept: Interception | null
  close: () => Promise<void>
}

/** Serves published files over HTTP, or HTTPS with a certificate, on loopback, on a port of the kernel's choice. */
export async function serveFiles(
  files: ReadonlyMap<string, Buffer>,
  tls: { readonly key: Buffer; readonly cert: Buffer } | null = null,
): Promise<MockSource> {
  const asked: string[] = []
  let headers: IncomingMessage['headers'] = {}
  const source = {
    asked,
    lastHeaders: () => headers,
    intercept: null as Interception | null,
  }
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const path = (request.url ?? '/').slice(1)
    asked.push(path)
    headers = request.headers
    if (source.intercept?.(path, response, request)) return
    const bytes = files.get(path)
    if (!bytes) {
      response.writeHead(404, { 'content-type': 'application/problem+json' }).end('{}')
      return
    }
    const type = path.endsWith('.gz') ? 'application/gzip' : 'application/json'
    response.writeHead(200, { 'content-type': type, 'content-length': bytes.length }).end(bytes)
  }
  const server = tls ? createHttpsServer(tls, listener) : createHttpServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return Object.assign(source, {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  })
}
