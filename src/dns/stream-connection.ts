import type { Socket } from 'node:net'
import { type AnswerDeps, type Origin, note } from './admit-question.ts'
import type { ConnectionGate, Guest } from './connection-gate.ts'
import type { Refusal } from './dns-events.ts'
import type { DnsLimits } from './limits.ts'
import { frameReader } from './wire/frame-reader.ts'

export interface StreamDeps {
  readonly events: AnswerDeps['events']
  readonly gate: ConnectionGate
  readonly limits: DnsLimits
  /** Answers one question. The next one of the connection is given when this one is done. Must not reject. */
  readonly answer: (connection: StreamConnection, question: Uint8Array) => Promise<void>
}

export interface Accepted {
  readonly guest: Guest
  readonly socket: Socket
  readonly from: Origin
}

/** What waits for the proof that all that was written has arrived. */
type Settle = (outcome: 'sent' | 'broken') => void

/**
 * A connection, TCP or TLS alike: cuts questions out of the stream, has them answered one after the other, in the order in which they came
 * (RFC 7766 §6.2.1.1 allows any), and ends by rule. Reads no further than some questions ahead.
 */
export class StreamConnection {
  readonly from: Origin
  readonly #deps: StreamDeps
  readonly #guest: Guest
  readonly #socket: Socket
  readonly #frames: ReturnType<typeof frameReader>
  readonly #questions: Uint8Array[] = []
  readonly #unsettled = new Set<Settle>()
  /** Resolves when nobody waits for an answer that has not begun: the peer has ended its side, or we end ours. */
  readonly leaving: Promise<void>
  #leave: () => void = () => undefined
  /** Bytes that came and are not yet part of a whole question. */
  #partBytes = 0
  #asked = 0
  #isWorking = false
  /** No more questions are taken; the socket is closed when those that were are answered. */
  #isEnding = false
  #hasPeerEnded = false
  #hasFailed = false
  #timer: NodeJS.Timeout | undefined
  #running: 'frame' | 'idle' | null = null
  #giveUpWrite: (() => void) | null = null

  /** `guest` is in already; the connection lets it leave when it is closed. */
  constructor(deps: StreamDeps, { guest, socket, from }: Accepted) {
    this.#deps = deps
    this.#guest = guest
    this.#socket = socket
    this.from = from
    this.#frames = frameReader(deps.limits.questionBytes)
    socket.on('data', (bytes: Buffer) => this.#take(bytes))
    socket.on('end', () => this.#peerEnded())
    socket.on('timeout', () => this.refuse('stalled'))
    socket.on('error', () => (this.#hasFailed = true))
    socket.once('close', () => this.#cleanUp())
    this.leaving = new Promise((resolve) => (this.#leave = resolve))
    this.#rest()
  }

  get isLeaving(): boolean {
    return this.#isEnding || this.#socket.destroyed
  }

  /** Closes it now. */
  cut(): void {
    this.#socket.destroy()
  }

  /** Lets what is being answered go on to its end, and takes nothing more. */
  finish(): void {
    const isIdle = !this.#isWorking && this.#partBytes === 0 && this.#unsettled.size === 0
    this.#stopTaking()
    this.#questions.length = 0
    // Nothing is on the way either way, so the peer need not be waited for.
    if (isIdle) this.#socket.destroySoon()
    else if (!this.#isWorking) this.#end()
  }

  /** Notes why, and closes it now. */
  refuse(reason: Refusal, cause?: unknown): void {
    note(this.#deps, this.from, null, cause === undefined ? reason : { reason, cause })
    this.cut()
  }

  /** Whether the key may be used here, too. */
  showKey(key: string | null): boolean {
    return key === null || this.#deps.gate.showKey(this.#guest, key)
  }

  /**
   * Gives the pieces to the kernel, without a copy and all at once; resolves when it has taken them and others had their turn, with
   * whether the connection is still there. One call at a time.
   */
  write(pieces: readonly Uint8Array[]): Promise<boolean> {
    const socket = this.#socket
    const last = pieces.length - 1
    if (socket.destroyed || last < 0) return Promise.resolve(!socket.destroyed)
    // Node counts what the kernel takes of a pending write as progress.
    socket.setTimeout(this.#deps.limits.stallMs)
    return new Promise((resolve) => {
      const done = (): void => {
        this.#giveUpWrite = null
        socket.setTimeout(0)
        setImmediate(() => resolve(!socket.destroyed))
      }
      this.#giveUpWrite = done
      socket.cork()
      for (const [i, piece] of pieces.entries()) {
        if (i < last) socket.write(piece)
        else socket.write(piece, done)
      }
      socket.uncork()
    })
  }

  /**
   * Calls back when it is known whether what was written up to now has arrived: it has when the peer asks on, or ends in order; it has not when the
   * connection fails before.
   */
  settleLater(settle: Settle): void {
    if (this.#socket.destroyed) settle('broken')
    else this.#unsettled.add(settle)
  }

  #take(bytes: Uint8Array): void {
    if (this.#isEnding) return
    this.#settleAll('sent')
    this.#partBytes += bytes.length
    this.#frames.push(bytes)
    this.#cutFrames()
    void this.#work()
  }

  #cutFrames(): void {
    const { outstandingPerConnection } = this.#deps.limits
    while (!this.#isEnding && this.#questions.length < outstandingPerConnection) {
      const frame = this.#frames.next()
      if (frame === null) break
      if (frame === 'too-long') {
        this.#note('question-size')
        this.#isEnding = true
        break
      }
      this.#partBytes -= FRAME_BYTES + frame.length
      this.#questions.push(frame)
      this.#stopClock()
    }
    if (this.#questions.length >= outstandingPerConnection) this.#socket.pause()
    else this.#socket.resume()
    this.#clock()
  }

  async #work(): Promise<void> {
    if (this.#isWorking) return
    this.#isWorking = true
    this.#clock()
    this.#deps.gate.setIdle(this.#guest, false)
    for (let next = this.#questions.shift(); next !== undefined; next = this.#questions.shift()) {
      if (this.#socket.destroyed) return
      if (++this.#asked > this.#deps.limits.questionsPerConnection) {
        this.#note('questions')
        this.finish()
        break
      }
      this.#cutFrames()
      await this.#deps.answer(this, next)
    }
    this.#isWorking = false
    if (this.#isEnding) this.#end()
    else this.#rest()
  }

  /** Time runs for a question that has begun, and for the next one to begin; not while the asker waits for us. */
  #clock(): void {
    const wanted = this.#wantedClock()
    if (wanted === this.#running) return
    this.#stopClock()
    this.#running = wanted
    const { frameMs, idleMs } = this.#deps.limits
    if (wanted === 'frame') this.#after(frameMs, () => this.refuse('question-slow'))
    if (wanted === 'idle') this.#after(idleMs, () => this.finish())
  }

  #wantedClock(): 'frame' | 'idle' | null {
    if (this.isLeaving) return null
    if (this.#partBytes > 0) return this.#socket.isPaused() ? null : 'frame'
    return this.#isWorking ? null : 'idle'
  }

  #stopClock(): void {
    clearTimeout(this.#timer)
    this.#running = null
  }

  #rest(): void {
    this.#clock()
    this.#deps.gate.setIdle(this.#guest, this.#unsettled.size === 0)
  }

  #peerEnded(): void {
    this.#hasPeerEnded = true
    this.#stopTaking()
    if (!this.#isWorking) this.#end()
  }

  /** Ends our side; the peer has as long as a stalled reader to take what is on the way and to end its own. */
  #end(): void {
    if (this.#socket.destroyed) return
    this.#isEnding = true
    this.#stopClock()
    this.#socket.end()
    this.#socket.resume()
    this.#deps.gate.setIdle(this.#guest, this.#unsettled.size === 0)
    const { stallMs, idleMs } = this.#deps.limits
    this.#after(this.#unsettled.size > 0 ? stallMs : idleMs, () => this.cut())
  }

  #after(ms: number, act: () => void): void {
    this.#timer = setTimeout(act, ms)
  }

  #note(reason: Refusal): void {
    note(this.#deps, this.from, null, reason)
  }

  #settleAll(outcome: 'sent' | 'broken'): void {
    for (const settle of this.#unsettled) settle(outcome)
    this.#unsettled.clear()
  }

  #stopTaking(): void {
    this.#isEnding = true
    this.#leave()
  }

  #cleanUp(): void {
    this.#leave()
    this.#stopClock()
    this.#questions.length = 0
    this.#deps.gate.leave(this.#guest)
    this.#giveUpWrite?.()
    this.#settleAll(this.#hasPeerEnded && !this.#hasFailed ? 'sent' : 'broken')
  }
}

const FRAME_BYTES = 2
