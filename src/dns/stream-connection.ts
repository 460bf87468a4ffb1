import type { Socket } from 'node:net'
import { type AnswerDeps, type Origin, note } from './admit-question.ts'
import { Arrivals, type Settle } from './arrivals.ts'
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
  readonly #arrivals = new Arrivals()
  /** Resolves when nobody waits for an answer that has not begun: the peer has ended its side, or we end ours. */
  readonly leaving: Promise<void>
  #leave: () => void = () => undefined
  /** Bytes that came and are not yet part of a question in `#questions`. */
  #partBytes = 0
  #questionBytes = 0
  #asked = 0
  #isWorking = false
  #isKept = false
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
    return this.#isEnding || this.#hasPeerEnded || this.#socket.destroyed
  }

  /** Closes it now. */
  cut(): void {
    this.#socket.destroy()
  }

  /** Lets what is being answered go on to its end, and takes nothing more. */
  finish(): void {
    const isIdle = !this.#isWorking && this.#partBytes === 0 && this.#arrivals.isEmpty
    this.#isEnding = true
    this.#leave()
    this.#dropQuestions()
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

  /** Whether its place may not be given to another, because a transfer runs or waits for its turn. */
  keepPlace(isKept: boolean): void {
    this.#isKept = isKept
    this.#tellStake()
  }

  /** Gives an answer of one message to the kernel, as `write` does, but waits less long for its reader. */
  writeAnswer(frame: Uint8Array): Promise<boolean> {
    const { stallMs, answerStallMs } = this.#deps.limits
    // Before it, the reader may have megabytes of a transfer to take.
    return this.#write([frame], this.#arrivals.isEmpty ? answerStallMs : stallMs)
  }

  /**
   * Gives the pieces of a transfer to the kernel, without a copy and all at once; resolves when it has taken them and others had their turn, with
   * whether the connection is still there. One call at a time.
   */
  write(pieces: readonly Uint8Array[]): Promise<boolean> {
    return this.#write(pieces, this.#deps.limits.stallMs)
  }

  #write(pieces: readonly Uint8Array[], stallMs: number): Promise<boolean> {
    const socket = this.#socket
    const last = pieces.length - 1
    if (socket.destroyed || last < 0) return Promise.resolve(!socket.destroyed)
    // Node counts what the kernel takes of a pending write as progress.
    socket.setTimeout(stallMs)
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
   * Calls back when it is known whether what was written up to now has arrived: it has when the peer asks on, or ends in order, after it was
   * written; it has not when the connection fails before.
   */
  settleLater(settle: Settle): void {
    if (this.#socket.destroyed) settle('broken')
    else this.#arrivals.add(settle)
  }

  #take(bytes: Uint8Array): void {
    if (this.#isEnding) return
    this.#arrivals.takeNews()
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
      this.#questionBytes += FRAME_BYTES + frame.length
      this.#questions.push(frame)
      this.#stopClock()
    }
    if (this.#hasEnough()) this.#socket.pause()
    else this.#socket.resume()
    this.#arrivals.setRead(!this.#socket.isPaused())
    this.#clock()
  }

  /** Whether nothing more is read until a question is answered. */
  #hasEnough(): boolean {
    const { outstandingPerConnection, outstandingBytes } = this.#deps.limits
    const { length } = this.#questions
    const bytes = this.#questionBytes + this.#partBytes
    return length >= outstandingPerConnection || (length > 0 && bytes >= outstandingBytes)
  }

  async #work(): Promise<void> {
    if (this.#isWorking) return
    this.#isWorking = true
    this.#clock()
    this.#tellStake()
    for (let next = this.#questions.shift(); next !== undefined; next = this.#questions.shift()) {
      if (this.#socket.destroyed) return
      if (++this.#asked > this.#deps.limits.questionsPerConnection) {
        this.#note('questions')
        this.finish()
        break
      }
      this.#questionBytes -= FRAME_BYTES + next.length
      this.#cutFrames()
      await this.#deps.answer(this, next)
    }
    this.#isWorking = false
    // Who has ended its side has been answered all that it had asked.
    if (this.#isEnding || this.#hasPeerEnded) this.#end()
    else this.#rest()
  }

  /** Time runs for a question that has begun, and for the next one to begin; not while the asker waits for us. */
  #clock(): void {
    const wanted = this.#wantedClock()
    if (wanted === this.#running) return
    this.#stopClock()
    this.#running = wanted
    const { frameMs, idleMs } = this.#deps.limits
    if (wanted === 'frame') this.#after(frameMs, () => this.#refuseSlow())
    if (wanted === 'idle') this.#after(idleMs, () => this.finish())
  }

  #wantedClock(): 'frame' | 'idle' | null {
    if (this.isLeaving) return null
    if (this.#partBytes > 0) return this.#socket.isPaused() ? null : 'frame'
    return this.#isWorking ? null : 'idle'
  }

  /** What was asked before is answered, and what was written before is not cut: the beginning of a question is no reason to lose a transfer. */
  #refuseSlow(): void {
    if (!this.#isWorking && this.#arrivals.isEmpty) {
      this.refuse('question-slow')
    } else {
      this.#note('question-slow')
      this.finish()
    }
  }

  #stopClock(): void {
    clearTimeout(this.#timer)
    this.#running = null
  }

  #rest(): void {
    this.#clock()
    this.#tellStake()
  }

  #tellStake(): void {
    const hasTransfer = this.#isKept || !this.#arrivals.isEmpty
    const stake = hasTransfer ? 'transfer' : this.#isWorking ? 'answer' : 'nothing'
    this.#deps.gate.setStake(this.#guest, stake)
  }

  #peerEnded(): void {
    this.#hasPeerEnded = true
    this.#arrivals.takeEnd()
    this.#stopClock()
    this.#leave()
    if (!this.#isWorking) this.#end()
  }

  /** Ends our side; the peer has as long as a stalled reader to take what is on the way and to end its own. */
  #end(): void {
    if (this.#socket.destroyed) return
    this.#isEnding = true
    this.#stopClock()
    this.#socket.end()
    this.#socket.resume()
    this.#tellStake()
    const { stallMs, idleMs } = this.#deps.limits
    this.#after(this.#arrivals.isEmpty ? idleMs : stallMs, () => this.cut())
  }

  #after(ms: number, act: () => void): void {
    this.#timer = setTimeout(act, ms)
  }

  #note(reason: Refusal): void {
    note(this.#deps, this.from, null, reason)
  }

  #dropQuestions(): void {
    this.#questions.length = 0
    this.#questionBytes = 0
  }

  #cleanUp(): void {
    this.#leave()
    this.#stopClock()
    this.#dropQuestions()
    this.#deps.gate.leave(this.#guest)
    this.#giveUpWrite?.()
    this.#arrivals.close({
      hasFailed: this.#hasFailed,
      hasEnded: this.#socket.writableFinished,
    })
  }
}

const FRAME_BYTES = 2
