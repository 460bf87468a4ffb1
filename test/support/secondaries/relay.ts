import { createSocket } from 'node:dgram'
import { connect, createServer, type Socket } from 'node:net'
import { freePort } from '../any-answer-dns.ts'

/** A way between a secondary and its primary which can be blocked. UDP passes always. */
export interface Relay {
  readonly port: number
  /**
   * Lets at most so many bytes through to the secondary on each connection, and takes no more from the primary then. Resolves when a
   * connection stands still.
   */
  readonly holdAfter: (bytes: number) => Promise<void>
  /** Cuts the connections that stand still, and lets all others through again. */
  readonly cut: () => void
  /** Lets everything through again. */
  readonly resume: () => void
  readonly close: () => Promise<void>
}

export async function openRelay(target: number): Promise<Relay> {
  const port = await freePort()
  const sockets = new Set<Socket>()
  let limit = Infinity
  let onHeld = (): void => undefined
  const keep = (socket: Socket): Socket => {
    sockets.add(socket)
    return socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  }
  const waiting = new Set<() => void>()
  const server = createServer((client) => {
    const primary = keep(connect(target, '127.0.0.1'))
    let passed = 0
    keep(client).pipe(primary)
    primary.on('data', (bytes: Buffer) => {
      const part = bytes.subarray(0, Math.max(0, limit - passed))
      passed += part.length
      client.write(part)
      if (part.length === bytes.length) return
      primary.pause()
      waiting.add(() => {
        client.write(bytes.subarray(part.length))
        primary.resume()
      })
      onHeld()
    })
    primary.on('end', () => client.end())
    client.on('close', () => primary.destroy())
  })
  const closeUdp = await relayUdp(port, target)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()))
  const cut = (): void => {
    limit = Infinity
    waiting.clear()
    for (const socket of sockets) socket.destroy()
  }
  return {
    port,
    holdAfter: (bytes) => {
      limit = bytes
      return new Promise((resolve) => (onHeld = () => resolve()))
    },
    cut,
    resume: () => {
      limit = Infinity
      for (const proceed of waiting) proceed()
      waiting.clear()
    },
    close: async () => {
      cut()
      await Promise.all([closeUdp(), new Promise((resolve) => server.close(resolve))])
    },
  }
}

async function relayUdp(port: number, target: number): Promise<() => Promise<void>> {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(port, '127.0.0.1', () => resolve()))
  socket.on('message', (query, from) => {
    const onward = createSocket('udp4')
    const timer = setTimeout(() => onward.close(), 5000)
    onward.on('error', () => undefined)
    onward.on('message', (answer) => {
      clearTimeout(timer)
      onward.close()
      socket.send(answer, from.port, from.address)
    })
    onward.send(query, target, '127.0.0.1')
  })
  return () => new Promise((resolve) => socket.close(() => resolve()))
}
