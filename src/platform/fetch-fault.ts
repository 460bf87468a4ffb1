import { errors } from 'undici'
import { Fault } from '../core/fault.ts'

/** How far an exchange came, and what its time limit was. */
export interface FetchProgress {
  readonly received: number
  readonly deadline: AbortSignal
  readonly timeoutMs: number
}

/**
 * What ended an exchange over undici, as a `Fault` of the noun `fetch`; a `Fault` is given back as it is.
 */
export function fetchFault(
  error: unknown,
  url: string,
  { received, deadline, timeoutMs }: FetchProgress,
): unknown {
  if (error instanceof Fault) return error
  const at = JSON.stringify(url)
  if (deadline.aborted) {
    return new Fault(
      'fetch/timeout',
      `expected all of ${at} within ${timeoutMs} ms, got ${received} bytes`,
      { cause: error },
    )
  }
  if (
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.BodyTimeoutError ||
    error instanceof errors.ConnectTimeoutError
  ) {
    return new Fault(
      'fetch/timeout',
      `expected an answer from ${at}, got silence: ${error.message}`,
      {
        cause: error,
      },
    )
  }
  if (error instanceof Error && error.name === 'AbortError') {
    return new Fault('fetch/stopped', `stopped while fetching ${at}`, { cause: error })
  }
  if (received > 0) {
    return new Fault(
      'fetch/truncated',
      `expected all of ${at}, got ${received} bytes and then ${describe(error)}`,
      { cause: error },
    )
  }
  return new Fault('fetch/unreachable', `expected an answer from ${at}, got ${describe(error)}`, {
    cause: error,
  })
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // A refused connection to a name with two addresses is an AggregateError without a message of its own.
  const inner = error instanceof AggregateError ? (error.errors[0] as unknown) : undefined
  return inner instanceof Error ? inner.message : error.message
}
