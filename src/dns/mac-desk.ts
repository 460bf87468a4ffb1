import { signRun } from './tsig-run.ts'
import type { MessageRun, RunWraps } from './wire/message-run.ts'
import type { TsigKey } from './zone-source.ts'

/**
 * Where the messages of a transfer are signed. Each MAC covers the one before it (RFC 8945 §5.3.1), so the messages of one answer are a
 * chain, which can be signed in another thread but not by two at once.
 */
export interface MacDesk {
  /** A chain that begins with the MAC of the question. */
  readonly open: (key: TsigKey, questionMac: Uint8Array) => MacChain
}

export interface MacChain {
  /**
   * What goes around the messages of the run. Runs are signed in the order of the calls, and the next may be asked for before the one
   * before is there; until it is there, the bytes must stay as they are. `now` is in seconds.
   */
  readonly sign: (run: MessageRun, now: number) => Promise<RunWraps> | RunWraps
  /** To be called once, at the end. */
  readonly close: () => void
}

/** Signs at once, where it is called. */
export const inlineMacDesk: MacDesk = {
  open: (key, questionMac) => {
    let prior = questionMac
    let isFirst = true
    return {
      sign: (run, now) => {
        const wraps = signRun(run, { key, prior, isFirst, now })
        prior = wraps.mac ?? prior
        isFirst = false
        return wraps
      },
      close: () => undefined,
    }
  },
}
