import { type Socket, isIPv4 } from 'node:net'
import { performance } from 'node:perf_hooks'
import { note } from './admit-question.ts'
import { type AnswerStreamDeps, answerStream } from './answer-stream.ts'
import { ConnectionGate, type Guest } from './connection-gate.ts'
import type { DnsCounts, DnsEvents } from './dns-events.ts'
import { type Endpoint, plainAddress } from './endpoint.ts'
import { DNS_LIMITS, type DnsLimits } from './limits.ts'
import { type ListenAt, type Listener, listenBoth } from './listen.ts'
import type { MacDesk } from './mac-desk.ts'
import { serveDatagrams } from './serve-datagrams.ts'
import { StreamConnection } from './stream-connection.ts'
import { type Certificate, TlsDoor } from './tls-door.ts'
import { TurnQueue } from './turn-queue.ts'
import type { ZoneSource } from './zone-source.ts'

export interface DnsServerDeps {
  readonly source: ZoneSource
  readonly macs: MacDesk
  readonly events: DnsEvents
  readonly now: () => Date
}

export type { Certificate } from './tls-door.ts'

export interface DnsServerOptions {
  /** UDP and TCP; port 0 lets the kernel choose one, the same for both. */
  readonly listen: readonly Endpoint[]
  /** Transfer over TLS (RFC 9103), and UDP on the same port, for askers that look at the SOA there first. */
  readonly tls: ({ readonly listen: readonly Endpoint[] } & Certificate) | null
  readonly limits?: Partial<DnsLimits>
}

export interface DnsServer {
  /** Where it listens, in the order of the options, ports filled in. */
  readonly endpoints: readonly Endpoint[]
  readonly tlsEndpoints: readonly Endpoint[]
  /** For connections from now on; those that are open go on with the old one. Throws serve/certificate, and keeps the old one. */
  readonly setCertificate: (certificate: Certificate) => void
  readonly counts: () => DnsCounts
  /**
   * Takes no more connections and questions, lets running transfers come to their end, and resolves when all are closed; what is not
   * ended after `patienceMs` is cut.
   */
  readonly stop: (patienceMs: number) => Promise<void>
  /** Closes everything now. */
  readonly cut: () => void
}

/** Primary server for the zones of a source. Rejects with the system's error, if it can't listen, and with serve/certificate. */
export async function openDnsServer(
  deps: DnsServerDeps,
  options: DnsServerOptions,
): Promise<DnsServer> {
  const room = new ServingRoom(deps, { ...DNS_LIMITS, ...options.limits })
  if (options.tls !== null) room.door.setCertificate(options.tls)
  const all = [...options.listen, ...(options.tls?.listen ?? [])]
  try {
    const endpoints = await room.listen(options.listen, all, (socket) => room.accept(socket))
    const tlsEndpoints = await room.listen(options.tls?.listen ?? [], all, (socket) =>
      room.acceptTls(socket),
    )
    return {
      endpoints,
      tlsEndpoints,
      setCertificate: (certificate) => room.door.setCertificate(certificate),
      counts: () => room.counts(),
      stop: (patienceMs) => room.stop(patienceMs),
      cut: () => room.cut(),
    }
  } catch (error) {
    room.cut()
    throw error
  }
}

/** Everything that one server holds open. */
class ServingRoom {
  readonly door: TlsDoor
  readonly #answers: AnswerStreamDeps
  readonly #limits: DnsLimits
  readonly #gate: ConnectionGate
  readonly #listeners: Listener[] = []
  /** Connections, and those whose handshake goes on. */
  readonly #open = new Map<Socket, StreamConnection | null>()
  #isStopping = false
  #whenEmpty: (() => void) | null = null

  constructor(deps: DnsServerDeps, limits: DnsLimits) {
    const { now, ...others } = deps
    this.#limits = limits
    this.door = new TlsDoor(limits.handshakeMs)
    this.#gate = new ConnectionGate(limits)
    this.#answers = {
      ...others,
      turns: new TurnQueue({ all: limits.transfers, each: limits.transfersPerAsker }),
      seconds: () => Math.floor(now().getTime() / 1000),
      elapsedMs: () => performance.now(),
    }
  }

  async listen(
    endpoints: readonly Endpoint[],
    all: readonly Endpoint[],
    accept: (socket: Socket) => void,
  ): Promise<Endpoint[]> {
    const opened: Endpoint[] = []
    for (const endpoint of endpoints) {
      const at: ListenAt = { ...endpoint, ipv6Only: hasIpv4Beside(endpoint, all) }
      const listener = await listenBoth(at, accept)
      this.#listeners.push(listener)
      serveDatagrams(this.#answers, listener.datagrams, this.#limits)
      opened.push(listener.endpoint)
    }
    return opened
  }

  counts(): DnsCounts {
    const { atWork, waiting } = this.#answers.turns
    return { connections: this.#gate.size, transfers: atWork, waiting }
  }

  accept(socket: Socket): void {
    const guest = this.#enter(socket, 'tcp')
    if (guest !== null) this.#connect(socket, socket, guest, 'tcp')
  }

  acceptTls(raw: Socket): void {
    const guest = this.#enter(raw, 'tls')
    if (guest === null) return
    this.door.shakeHands(
      raw,
      (socket) => {
        if (!this.#isStopping) this.#connect(raw, socket, guest, 'tls')
        else socket.destroy()
      },
      () => note(this.#answers, { address: guest.address, transport: 'tls' }, null, 'handshake'),
    )
  }

  async stop(patienceMs: number): Promise<void> {
    this.#close()
    const empty = new Promise<void>((resolve) => {
      this.#whenEmpty = resolve
      if (this.#open.size === 0) resolve()
    })
    for (const [raw, connection] of this.#open) {
      if (connection === null) raw.destroy()
      else connection.finish()
    }
    const timer = setTimeout(() => this.cut(), patienceMs)
    await empty
    clearTimeout(timer)
  }

  cut(): void {
    this.#close()
    for (const [raw, connection] of this.#open) {
      connection?.cut()
      raw.destroy()
    }
  }

  /** The listening sockets. */
  #close(): void {
    this.#isStopping = true
    for (const { server, datagrams } of this.#listeners.splice(0)) {
      server.close()
      datagrams.close()
    }
  }

  /** Null: it was refused and is closed. */
  #enter(socket: Socket, transport: 'tcp' | 'tls'): Guest | null {
    socket.on('error', () => socket.destroy())
    // Null of a socket that is gone already.
    const address = plainAddress(socket.remoteAddress ?? '')
    const guest: Guest = { address, dismiss: () => socket.destroy() }
    const reason = address === '' || this.#isStopping ? 'gone' : this.#gate.enter(guest)
    if (reason !== null) {
      if (reason !== 'gone') note(this.#answers, { address, transport }, null, reason)
      socket.destroy()
      return null
    }
    this.#open.set(socket, null)
    socket.once('close', () => {
      this.#gate.leave(guest)
      this.#open.delete(socket)
      if (this.#open.size === 0) this.#whenEmpty?.()
    })
    return guest
  }

  #connect(raw: Socket, socket: Socket, guest: Guest, transport: 'tcp' | 'tls'): void {
    const connection = new StreamConnection(
      {
        events: this.#answers.events,
        gate: this.#gate,
        limits: this.#limits,
        answer: (asking, question) => answerStream(this.#answers, asking, question),
      },
      { guest, socket, from: { address: guest.address, transport } },
    )
    this.#open.set(raw, connection)
  }
}

/** Whether IPv4 has a listener of its own on the port. */
function hasIpv4Beside({ address, port }: Endpoint, all: readonly Endpoint[]): boolean {
  return address.includes(':') && all.some((one) => isIPv4(one.address) && one.port === port)
}
