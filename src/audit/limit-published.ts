import { Fault, isFault } from '../core/fault.ts'
import { MAX_FAILURES_IN_ROW, MAX_RUN_MS, MAX_SOURCE_BYTES, MAX_SOURCE_FILES } from './limits.ts'
import type { Published } from './published.ts'

export interface SourceLimits {
  readonly maxBytes: number
  readonly maxFiles: number
  readonly maxMs: number
  readonly now: () => Date
}

export function defaultLimits(now: () => Date): SourceLimits {
  return { maxBytes: MAX_SOURCE_BYTES, maxFiles: MAX_SOURCE_FILES, maxMs: MAX_RUN_MS, now }
}

/**
 * A source that one run can't read without end. Throws `audit/limit` past the limits, and `audit/source` when nothing comes from it
 * any more: those two stop an audit, every other fault is about one file.
 */
export function limitPublished(source: Published, limits: SourceLimits): Published {
  const until = limits.now().getTime() + limits.maxMs
  let [bytes, files, failures] = [0, 0, 0]
  async function counted<T>(act: () => Promise<T>): Promise<T> {
    if (++files > limits.maxFiles) throw past(`${limits.maxFiles} files`)
    if (limits.now().getTime() > until) throw past(`${limits.maxMs} ms`)
    try {
      const result = await act()
      failures = 0
      return result
    } catch (error) {
      if (!isOutage(error) || ++failures < MAX_FAILURES_IN_ROW) throw error
      throw new Fault(
        'audit/source',
        `expected an answer from ${JSON.stringify(source.name)}, got ${failures} failures in a row`,
        { cause: error },
      )
    }
  }
  const count = (length: number): void => {
    bytes += length
    if (bytes > limits.maxBytes) throw past(`${limits.maxBytes} bytes`)
  }
  return {
    ...source,
    pieces: (path, maxBytes, take) =>
      counted(() =>
        source.pieces(path, maxBytes, (piece) => {
          count(piece.length)
          return take(piece)
        }),
      ),
    read: (path, maxBytes) =>
      counted(async () => {
        const whole = await source.read(path, maxBytes)
        count(whole?.length ?? 0)
        return whole
      }),
  }
}

/** Whether `error` is about the audit as a whole and not about one file. */
export function stopsAudit(error: unknown): boolean {
  return !(error instanceof Fault) || isFault(error, 'audit/limit', 'audit/source', 'fetch/stopped')
}

function isOutage(error: unknown): boolean {
  return isFault(error, 'fetch/unreachable', 'fetch/timeout', 'fetch/busy', 'fetch/failed')
}

function past(what: string): Fault {
  return new Fault('audit/limit', `expected to be done within ${what}, got a source with more`)
}
