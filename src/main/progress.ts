/** What a long command tells a person who watches. */
export interface Progress {
  /** A step of unknown length has begun. */
  readonly say: (text: string) => void
  /** So much more of `total` is done; a total of 0 is unknown. */
  readonly advance: (text: string, amount: number, total: number) => void
  /** Wipes what was said. */
  readonly end: () => void
}

/** Nothing is said before this, and then no more often. */
const FIRST_MS = 1000
const EVERY_MS = 200

const SILENT: Progress = { say: () => undefined, advance: () => undefined, end: () => undefined }

/** Progress on one line of a terminal; nothing at all in a pipe, nor in the first second. */
export function openProgress(terminal: NodeJS.WriteStream = process.stderr): Progress {
  if (!terminal.isTTY) return SILENT
  const started = Date.now()
  let last = started + FIRST_MS - EVERY_MS
  let done = 0
  let isDirty = false
  const write = (text: string): void => {
    terminal.write(`\r${text.slice(0, terminal.columns - 1)}\x1b[K`)
    isDirty = true
  }
  return {
    say: (text) => {
      if (Date.now() - started >= FIRST_MS) write(text)
    },
    advance: (text, amount, total) => {
      done += amount
      const now = Date.now()
      if (now - last < EVERY_MS) return
      last = now
      write(total === 0 ? text : `${text} ${Math.min(100, Math.floor((100 * done) / total))} %`)
    },
    end: () => {
      if (isDirty) terminal.write('\r\x1b[K')
    },
  }
}
