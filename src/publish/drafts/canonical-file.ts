import { isObject } from '../../core/event.ts'
import { Fault } from '../../core/fault.ts'
import { printSortedJson } from '../../core/sorted-json.ts'

/** Root and targets, before and after, of which readers take 5,000,000 bytes each; with what their text needs in JSON. */
export const MAX_CEREMONY_BYTES = 32_000_000

export type JsonObject = Readonly<Record<string, unknown>>

/** One line of canonical JSON, with its line feed. */
export function printCanonicalFile(value: JsonObject): string {
  return `${printSortedJson(value)}\n`
}

/**
 * The object of a file that somebody brought, with these members and no others. Throws `draft/invalid` where it isn't the one text that says it:
 * so a file that was cut or touched is told before anything in it is looked at.
 */
export function parseCanonicalFile(
  bytes: Uint8Array,
  { what, format, members }: { what: string; format: string; members: readonly string[] },
): JsonObject {
  if (bytes.length > MAX_CEREMONY_BYTES) {
    throw invalid(`expected ${what} of ${MAX_CEREMONY_BYTES} bytes at most, got ${bytes.length}`)
  }
  const text = Buffer.from(bytes).toString('utf8')
  const value = parseJson(what, text)
  if (!isObject(value) || value['format'] !== format) {
    throw invalid(`expected ${what} (${format}), got another file`)
  }
  if (printed(value) !== text) {
    throw invalid(`expected ${what} as it was written, got a text that was changed or cut`)
  }
  const names = Object.keys(value).join()
  const known = ['format', ...members].sort().join()
  if (names === known) return value
  throw invalid(`expected ${what} with ${known}, got ${JSON.stringify(names.slice(0, 200))}`)
}

/** Of what lies too deep in each other to be printed, nothing. */
function printed(value: JsonObject): string | null {
  try {
    return printCanonicalFile(value)
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

export function isHex(value: unknown, bytes: number): value is string {
  return typeof value === 'string' && value.length === 2 * bytes && /^[0-9a-f]*$/.test(value)
}

export function invalid(message: string, cause?: unknown): Fault {
  return new Fault('draft/invalid', message, { cause })
}

function parseJson(what: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw invalid(`expected ${what}, got no JSON: was it cut?`, cause)
  }
}
