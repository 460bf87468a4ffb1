import { parseCheckpoint, type Checkpoint } from '../core/log/checkpoint.ts'
import { parseNote } from '../core/log/note.ts'
import { Fault } from '../core/fault.ts'

/** The checkpoint that a witness cosigned last for an origin: what it must never forget. */
export interface KeptCheckpoint {
  readonly checkpoint: Checkpoint
  /** As the log signed it, with no other signatures: beside a fork it is the evidence. */
  readonly note: string
  /** The time of the newest cosignature, in seconds. */
  readonly cosignedAt: number
}

/** One line of JSON. */
export function printKeptCheckpoint({ note, cosignedAt }: KeptCheckpoint): string {
  return `${JSON.stringify({ v: 1, cosignedAt, note })}\n`
}

/** Of a file that `printKeptCheckpoint` wrote. Throws `witness/state`: what can't be read is not as if nothing had been signed. */
export function parseKeptCheckpoint(text: string): KeptCheckpoint {
  try {
    const { v, cosignedAt, note } = JSON.parse(text) as Partial<Record<string, unknown>>
    if (v === 1 && typeof note === 'string' && isTime(cosignedAt)) {
      return { checkpoint: parseCheckpoint(parseNote(Buffer.from(note)).text), note, cosignedAt }
    }
  } catch (cause) {
    if (!(cause instanceof SyntaxError) && !(cause instanceof Fault)) throw cause
    throw new Fault(
      'witness/state',
      `expected a checkpoint that was cosigned, got ${cause.message}`,
      { cause },
    )
  }
  throw new Fault('witness/state', 'expected a checkpoint that was cosigned, got another JSON')
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
