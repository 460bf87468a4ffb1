import { printEndpoint } from './endpoint.ts'
import { NOTIFY_INTERVAL_MS } from './limits.ts'
import { NotifySockets } from './notify-socket.ts'
import { type Notification, type NotifyOutcome, sendNotify } from './notify.ts'
import { isSerialBefore } from './serial.ts'

export interface NotifierDeps {
  readonly now: () => Date
  /** From 0 to 65,535, and not to be guessed. */
  readonly randomId: () => number
  /** Told once for each that was sent; must not throw. What is replaced before it was sent is not told. */
  readonly onOutcome: (notification: Notification, outcome: NotifyOutcome) => void
}

export interface NotifierOptions {
  /** From which addresses to send, at most one for each family: where secondaries expect their primary. */
  readonly from?: readonly string[]
  readonly intervalMs?: number
  readonly waitsMs?: readonly number[]
}

export interface Notifier {
  /** Tells the target of the serial: at once, or if it was told of the zone a moment ago, with what else comes meanwhile. */
  readonly notify: (notification: Notification) => void
  /** Those that are being told or will be. */
  readonly pending: () => number
  /** Gives up on what is not answered, and resolves when all is closed. */
  readonly stop: () => Promise<void>
}

/** One zone at one target. */
interface Line {
  /** The one being sent. */
  sending: AbortController | null
  /** The newest one that waits for the interval to be over. */
  next: Notification | null
  timer: NodeJS.Timeout | null
}

/**
 * Sends notifications to many. To each target, of each zone: the first at once, then no more than one in the interval; a newer serial takes the
 * place of the one before, sent or not.
 */
export function openNotifier(deps: NotifierDeps, options: NotifierOptions = {}): Notifier {
  const { intervalMs = NOTIFY_INTERVAL_MS, from = [], waitsMs } = options
  const sockets = new NotifySockets(deps.randomId, from)
  const seconds = (): number => Math.floor(deps.now().getTime() / 1000)
  const sendDeps = { sockets, seconds, ...(waitsMs && { waitsMs }) }
  const lines = new Map<string, Line>()
  const running = new Set<Promise<void>>()
  let isStopped = false

  function start(place: string, line: Line, notification: Notification): void {
    line.sending?.abort()
    const controller = new AbortController()
    line.sending = controller
    line.timer = setTimeout(() => goOn(place, line), intervalMs)
    const sent = sendNotify(sendDeps, notification, controller.signal).then((outcome) => {
      running.delete(sent)
      if (line.sending === controller) line.sending = null
      forget(place, line)
      deps.onOutcome(notification, outcome)
    })
    running.add(sent)
  }

  /** The interval is over. */
  function goOn(place: string, line: Line): void {
    const { next } = line
    line.timer = null
    line.next = null
    if (next !== null) start(place, line, next)
    else forget(place, line)
  }

  function forget(place: string, line: Line): void {
    if (line.sending === null && line.timer === null) lines.delete(place)
  }

  return {
    notify: (notification) => {
      if (isStopped) return
      const place = `${printEndpoint(notification.target)} ${notification.zone}`
      const line = lines.get(place) ?? { sending: null, next: null, timer: null }
      lines.set(place, line)
      if (line.timer === null) start(place, line, notification)
      // One that is told again may be older than what waits.
      else if (line.next === null || !isSerialBefore(notification.serial, line.next.serial)) {
        line.next = notification
      }
    },
    pending: () => lines.size,
    stop: async () => {
      isStopped = true
      for (const line of lines.values()) {
        if (line.timer !== null) clearTimeout(line.timer)
        line.timer = null
        line.next = null
        line.sending?.abort()
      }
      await Promise.all(running)
      lines.clear()
    },
  }
}
