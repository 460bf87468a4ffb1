import { createSocket } from 'node:dgram'
import { connect, isIPv6 } from 'node:net'
import type { Endpoint } from './endpoint.ts'
import { encodeMessage } from './wire/encode-message.ts'
import { encodeFrame, frameReader } from './wire/frame-reader.ts'
import { OUR_UDP_BYTES } from './wire/edns.ts'
import { askQuestion } from './wire/message.ts'
import { FLAG, MAX_MESSAGE_BYTES, OPCODE, RCODE, TYPE } from './wire/numbers.ts'
import { type Existence, readExistence, type Sent } from './wire/read-existence.ts'

export interface AskDeps {
  readonly resolver: Endpoint
  /** 0 to 65535, as nobody can foresee. */
  readonly randomId: () => number
  /** Kept when the next question may be sent. */
  readonly pace: () => Promise<void>
  /** How long each try waits. */
  readonly timeoutMs: number
}

/** How often a question is sent before the answer is `unclear`. */
export const MAX_TRIES = 3
/** Datagrams that are looked at while one answer is waited for: whoever sends wrong ones does not keep us. */
const MAX_FOREIGN = 100

/** Every one must deny the name: some servers deny a name when they lack a type. */
const TYPES = [TYPE.a, TYPE.aaaa, TYPE.ns] as const

/** Whether a name exists, as the resolver says. Never throws but `name/invalid`. */
export async function askExistence(
  deps: AskDeps,
  name: string,
): Promise<'there' | 'gone' | 'unclear'> {
  for (const type of TYPES) {
    const said = await askType(deps, name, type)
    if (said !== 'gone') return said
  }
  return 'gone'
}

async function askType(
  deps: AskDeps,
  name: string,
  type: number,
): Promise<'there' | 'gone' | 'unclear'> {
  const question = askQuestion(name, type)
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    await deps.pace()
    const sent = { id: deps.randomId(), question }
    const said = await askDatagram(deps, sent)
    if (said === 'there' || said === 'gone') return said
    if (said !== 'cut') continue
    await deps.pace()
    const whole = await askStream(deps, sent)
    if (whole === 'there' || whole === 'gone') return whole
  }
  return 'unclear'
}

function messageOf({ id, question }: Sent): Uint8Array {
  const edns = {
    ...{ udpBytes: OUR_UDP_BYTES, rcodeHigh: 0, version: 0, dnssecOk: false },
    options: new Uint8Array(0),
  }
  const head = { id, flags: FLAG.recursionDesired, opcode: OPCODE.query, rcode: RCODE.noError }
  return encodeMessage({ ...head, question, edns })
}

/**
 * A socket of its own for each question, so a port that nobody knows before; connected, so that the kernel passes on what comes from the resolver's
 * address and port alone.
 */
function askDatagram({ resolver, timeoutMs }: AskDeps, sent: Sent): Promise<Existence> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(resolver.address) ? 'udp6' : 'udp4')
    let foreign = 0
    let isOver = false
    const timer = setTimeout(() => end('unclear'), timeoutMs)
    function end(said: Existence): void {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      socket.close()
      resolve(said)
    }
    // Nobody there: the kernel says so.
    socket.on('error', () => end('unclear'))
    socket.on('message', (bytes) => {
      const said = readExistence(bytes, sent)
      if (said !== 'foreign') end(said)
      else if (++foreign >= MAX_FOREIGN) end('unclear')
    })
    socket.connect(resolver.port, resolver.address, () => socket.send(messageOf(sent)))
  })
}

function askStream({ resolver, timeoutMs }: AskDeps, sent: Sent): Promise<Existence> {
  return new Promise((resolve) => {
    const frames = frameReader(MAX_MESSAGE_BYTES)
    const socket = connect({ host: resolver.address, port: resolver.port })
    const timer = setTimeout(() => end('unclear'), timeoutMs)
    function end(said: Existence): void {
      clearTimeout(timer)
      socket.destroy()
      resolve(said)
    }
    socket.on('error', () => end('unclear'))
    socket.on('close', () => end('unclear'))
    socket.on('connect', () => socket.write(encodeFrame(messageOf(sent))))
    socket.on('data', (bytes) => {
      frames.push(bytes)
      const message = frames.next()
      if (message === null) return
      const said = message === 'too-long' ? 'unclear' : readExistence(message, sent)
      end(said === 'foreign' || said === 'cut' ? 'unclear' : said)
    })
  })
}
