import type { WitnessClient } from '../platform/witness-client.ts'
import type { AskWitness } from '../publish/ports.ts'

/** Until a connection to a witness stands. */
const CONNECT_TIMEOUT_MS = 5_000
/** How long one answer of a witness may take: a serial waits for the slowest. */
const ANSWER_TIMEOUT_MS = 10_000

/** Asks the witnesses of policies, over connections that are opened when first needed. */
export function openAskWitness(): AskWitness {
  let client: WitnessClient | null = null
  return async ({ url }, body) => {
    const { openWitnessClient } = await import('../platform/witness-client.ts')
    client ??= openWitnessClient({
      userAgent: 'bailiwick',
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
    })
    return client.ask({ url, body, timeoutMs: ANSWER_TIMEOUT_MS })
  }
}
