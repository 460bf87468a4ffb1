import type { Context } from 'hono'
import { Fault } from '../core/fault.ts'
import { MAX_BODY_BYTES } from './limits.ts'

/**
 * The JSON value in a request's body, of whatever shape. Only as `application/json`: what a form of another site can send is none.
 * Faults: `request/body`, `request/invalid`.
 */
export async function readBody(c: Context, maxBytes = MAX_BODY_BYTES): Promise<unknown> {
  const type = c.req.header('content-type') ?? ''
  if (!/^application\/json(;\s*charset=utf-8)?$/i.test(type)) {
    throw new Fault(
      'request/invalid',
      `expected a body of application/json, got ${JSON.stringify(type.slice(0, 100))}`,
    )
  }
  const bytes = await readBytes(c.req.raw.body, maxBytes)
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown
  } catch (error) {
    throw new Fault('request/invalid', 'expected JSON in UTF-8, got something else', {
      cause: error,
    })
  }
}

/** From the network, not yet verified: stopped as soon as it is too long, whatever its head says. */
export async function readBytes(
  body: AsyncIterable<Uint8Array> | null,
  maxBytes: number,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of body ?? []) {
    length += part.length
    if (length > maxBytes) {
      throw new Fault('request/body', `expected at most ${maxBytes} bytes of body, got more`)
    }
    parts.push(part)
  }
  return Buffer.concat(parts, length)
}
