import { type Socket as DatagramSocket, createSocket } from 'node:dgram'
import { type Server, type Socket, createServer, isIPv6 } from 'node:net'
import type { Endpoint } from './endpoint.ts'
import { DATAGRAM_BUFFER_BYTES, LISTEN_BACKLOG } from './limits.ts'

/** UDP and TCP on one address and port. */
export interface Listener {
  readonly endpoint: Endpoint
  readonly datagrams: DatagramSocket
  readonly server: Server
}

export interface ListenAt extends Endpoint {
  /** An address of all of IPv6 takes those of IPv4 with it, unless it must not. */
  readonly ipv6Only: boolean
}

/** How often a port that the kernel chose for TCP is tried for UDP, where another program may have it. */
const PORT_TRIES = 20

/** Listens over both on the same port; port 0 lets the kernel choose. Rejects with the system's error. */
export async function listenBoth(
  at: ListenAt,
  accept: (socket: Socket) => void,
): Promise<Listener> {
  for (let tries = 1; ; tries++) {
    const server = await listenStream(at, accept)
    const { port } = server.address() as Endpoint
    try {
      const datagrams = await listenDatagrams({ ...at, port })
      return { endpoint: { address: at.address, port }, datagrams, server }
    } catch (error) {
      server.close()
      if (at.port !== 0 || tries === PORT_TRIES || !isInUse(error)) throw error
    }
  }
}

function listenStream(at: ListenAt, accept: (socket: Socket) => void): Promise<Server> {
  // Who ends its side after asking is answered.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, accept)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    const { address: host, port, ipv6Only } = at
    server.listen({ host, port, ipv6Only, backlog: LISTEN_BACKLOG }, () => {
      server.off('error', reject)
      // Later ones are of accepting: too many files are open, and the next may pass.
      server.on('error', () => undefined)
      resolve(server)
    })
  })
}

function listenDatagrams({ address, port, ipv6Only }: ListenAt): Promise<DatagramSocket> {
  const socket = createSocket({ type: isIPv6(address) ? 'udp6' : 'udp4', ipv6Only })
  return new Promise((resolve, reject) => {
    socket.once('error', (error) => {
      socket.close()
      reject(error)
    })
    socket.bind({ address, port }, () => {
      socket.removeAllListeners('error')
      // What the network says of a datagram that was sent is not for us to act on.
      socket.on('error', () => undefined)
      widen(socket)
      resolve(socket)
    })
  })
}

function widen(socket: DatagramSocket): void {
  try {
    socket.setRecvBufferSize(DATAGRAM_BUFFER_BYTES)
  } catch {
    // More than this host allows, and it does not take the most that it does: the buffer stays as it was.
  }
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}
