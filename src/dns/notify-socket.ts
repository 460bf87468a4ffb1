import { type Socket, createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { type Endpoint, plainAddress, printEndpoint } from './endpoint.ts'
import { MAX_NOTIFY_ANSWER_BYTES } from './limits.ts'

/** Takes a datagram that came from where a question was sent to, with the question's id. */
export type Taker = (answer: Uint8Array) => void

/** One question that is waited for. */
export interface Asking {
  readonly id: number
  /** Tells of what the system says at once, null if it says nothing. */
  readonly send: (message: Uint8Array) => Promise<Error | null>
  /** To be called once, when no answer is waited for any more. */
  readonly end: () => void
}

/** The socket of a family. */
interface Opened {
  readonly family: 'udp4' | 'udp6'
  readonly socket: Promise<Socket>
  users: number
  hasFailed: boolean
}

/**
 * Sends questions over UDP and gives each the datagrams that may be its answer: those from where it was sent to, with its id. There is
 * one socket for each family of addresses however many questions there are, and none when there are none.
 */
export class NotifySockets {
  readonly #randomId: () => number
  readonly #bind: readonly string[]
  readonly #open = new Map<Opened['family'], Opened>()
  readonly #takers = new Map<string, Taker>()

  /** `bind`: from which addresses to send, at most one for each family; secondaries listen to their primary's address alone. */
  constructor(randomId: () => number, bind: readonly string[]) {
    this.#randomId = randomId
    this.#bind = bind
  }

  ask(target: Endpoint, taker: Taker): Asking {
    const family = isIPv6(target.address) ? 'udp6' : 'udp4'
    const { id, place } = this.#newId(target)
    this.#takers.set(place, taker)
    let opened = this.#use(family)
    return {
      id,
      send: (message) => {
        // An address that was not there may be there now.
        if (opened.hasFailed) opened = this.#use(family)
        return send(opened.socket, message, target)
      },
      end: () => {
        this.#takers.delete(place)
        this.#leave(opened)
      },
    }
  }

  /** One that no other question to the same target has. */
  #newId(target: Endpoint): { readonly id: number; readonly place: string } {
    let id = this.#randomId()
    while (this.#takers.has(placeOf(target, id))) id = (id + 1) & 0xffff
    return { id, place: placeOf(target, id) }
  }

  #use(family: Opened['family']): Opened {
    const opened = this.#open.get(family) ?? this.#openAnew(family)
    opened.users++
    return opened
  }

  #openAnew(family: Opened['family']): Opened {
    const opened: Opened = { family, socket: this.#openSocket(family), users: 0, hasFailed: false }
    this.#open.set(family, opened)
    opened.socket.catch(() => {
      opened.hasFailed = true
      this.#open.delete(family)
    })
    return opened
  }

  #leave(opened: Opened): void {
    if (--opened.users > 0 || opened.hasFailed) return
    this.#open.delete(opened.family)
    opened.socket.then(
      (socket) => socket.close(),
      () => undefined,
    )
  }

  #openSocket(family: Opened['family']): Promise<Socket> {
    const socket = createSocket(family)
    socket.on('message', (answer, { address, port }) => {
      if (answer.length < 2 || answer.length > MAX_NOTIFY_ANSWER_BYTES) return
      const from = { address: plainAddress(address), port }
      this.#takers.get(placeOf(from, answer.readUInt16BE(0)))?.(answer)
    })
    const address = this.#bind.find((one) => isIPv6(one) === (family === 'udp6'))
    const bound = new Promise<Socket>((resolve, reject) => {
      socket.once('error', reject)
      socket.bind({ port: 0, ...(address !== undefined && { address }) }, () => {
        socket.off('error', reject)
        socket.on('error', () => undefined)
        resolve(socket)
      })
    })
    // Who sends is told; nobody else need be.
    bound.catch(() => socket.close())
    return bound
  }
}

async function send(
  opened: Promise<Socket>,
  message: Uint8Array,
  { address, port }: Endpoint,
): Promise<Error | null> {
  try {
    const socket = await opened
    return await new Promise((resolve) => socket.send(message, port, address, resolve))
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

function placeOf(target: Endpoint, id: number): string {
  return `${printEndpoint(target)} ${id}`
}
