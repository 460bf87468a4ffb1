import type { Socket } from 'node:net'
import { type Server, type TLSSocket, createSecureContext, createServer } from 'node:tls'
import { Fault } from '../core/fault.ts'

/** PEM texts. */
export interface Certificate {
  readonly certificate: string
  readonly key: string
}

const TLS_OPTIONS = { minVersion: 'TLSv1.3' } as const

/**
 * Shakes hands over connections that were accepted elsewhere. It is a server that never listens, for only a server's sockets tell of a wrong
 * record once the handshake is over.
 */
export class TlsDoor {
  readonly #server: Server
  readonly #handshakeMs: number
  /** By the addresses of both ends, which is all that the server's socket shares with the one below it. */
  readonly #handshakes = new Map<string, (socket: TLSSocket) => void>()

  constructor(handshakeMs: number) {
    this.#handshakeMs = handshakeMs
    // RFC 9103 §7.1 wants ALPN; Unbound 1.17 sends none, and is taken. One without ours is refused by the handshake.
    this.#server = createServer({ ...TLS_OPTIONS, ALPNProtocols: ['dot'] }, (socket) => {
      socket.on('error', () => socket.destroy())
      const shaken = this.#handshakes.get(placeOf(socket))
      if (shaken === undefined) socket.destroy()
      else shaken(socket)
    })
  }

  /** For connections from now on. Throws serve/certificate, and keeps the one before. */
  setCertificate({ certificate: cert, key }: Certificate): void {
    const options = { cert, key, ...TLS_OPTIONS }
    try {
      createSecureContext(options)
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      const expected = 'expected a certificate and its key as PEM'
      throw new Fault('serve/certificate', `${expected}, got ${JSON.stringify(why)}`, { cause })
    }
    this.#server.setSecureContext(options)
  }

  /** Calls one of the two, once; after `onFail` the connection is closed. It may be destroyed at any time, which is a failure. */
  shakeHands(raw: Socket, onSecure: (socket: TLSSocket) => void, onFail: () => void): void {
    const place = placeOf(raw)
    const timer = setTimeout(() => raw.destroy(), this.#handshakeMs)
    const fail = (): void => {
      stop()
      onFail()
    }
    const shaken = (socket: TLSSocket): void => {
      stop()
      onSecure(socket)
    }
    const stop = (): void => {
      clearTimeout(timer)
      raw.off('close', fail)
      if (this.#handshakes.get(place) === shaken) this.#handshakes.delete(place)
    }
    raw.once('close', fail)
    this.#handshakes.set(place, shaken)
    this.#server.emit('connection', raw)
  }
}

function placeOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return [remoteAddress, remotePort, localAddress, localPort].join(' ')
}
