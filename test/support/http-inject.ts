import { createServer, type RequestListener } from 'node:http'
import { Duplex } from 'node:stream'

/** What came back over the wire, as it stood there. */
export interface Injected {
  readonly status: number
  /** By lower-case name; of a repeated header the last. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/**
 * Sends `method url` to the listener through Node's real HTTP parser and printer, but without a socket: over
 * a pair of streams in memory.
 */
export async function inject(
  listener: RequestListener,
  url: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<Injected> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `${method} ${url} HTTP/1.1\r\nHost: bailiwick.test\r\nConnection: close\r\n`
  return parse(await injectRaw(listener, `${head}${lines.join('')}\r\n`))
}

/** All bytes that the listener answers to the given bytes, until the connection ends. */
export function injectRaw(listener: RequestListener, bytes: string): Promise<Buffer> {
  const server = createServer({ connectionsCheckingInterval: 3_600_000 }, listener)
  const received: Buffer[] = []
  return new Promise((resolve, reject) => {
    const side = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _, done) => {
        received.push(Buffer.from(chunk))
        done()
      },
      final: (done) => {
        done()
        side.push(null)
      },
    })
    side.on('error', reject)
    side.on('close', () => {
      server.close()
      resolve(Buffer.concat(received))
    })
    server.emit('connection', side)
    side.push(bytes)
  })
}

function parse(bytes: Buffer): Injected {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) throw new Error(`no response: ${JSON.stringify(bytes.toString())}`)
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  return { status: Number(first.split(' ')[1]), headers, body: bytes.subarray(end + 4) }
}
