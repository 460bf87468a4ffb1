import { hasKnownSuffix } from '../../src/core/public-suffix.ts'
import type { LineFinding } from '../../src/formats/in/import-report.ts'
import { type ReadList, readList, type ReadOptions } from '../../src/formats/in/read-list.ts'

export interface ReadText extends ReadList {
  /** The snapshot lines. */
  readonly lines: readonly string[]
  /** `value kind`, and the action where it is not `nxdomain`. */
  readonly entries: readonly string[]
  /** All findings, as `line verdict reason`. */
  readonly findings: readonly string[]
}

/** Reads a list as `readList` does, from text or bytes, in chunks of `chunkBytes`. */
export function readText(
  input: string | Uint8Array,
  options: Omit<Partial<ReadOptions>, 'onFinding'> = {},
  chunkBytes = 1 << 20,
): ReadText {
  const found: LineFinding[] = []
  const read = readList(chunksOf(toBytes(input), chunkBytes), {
    hasKnownSuffix,
    ...options,
    onFinding: (finding) => found.push(finding),
  })
  const text = [...read.set.lines()].map((block) => Buffer.from(block).toString('utf8')).join('')
  const lines = text.split('\n').slice(0, -1)
  return {
    ...read,
    lines,
    entries: lines.map(shortForm),
    findings: found.map(({ line, verdict, reason }) => `${line} ${verdict} ${reason}`),
  }
}

function toBytes(input: string | Uint8Array): Uint8Array {
  return typeof input === 'string' ? new TextEncoder().encode(input) : input
}

/** Every chunk is overwritten once the next is asked for, as readers must stand it. */
function* chunksOf(bytes: Uint8Array, chunkBytes: number): Generator<Uint8Array> {
  const chunk = new Uint8Array(chunkBytes)
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const part = bytes.subarray(at, at + chunkBytes)
    chunk.set(part)
    yield chunk.subarray(0, part.length)
    chunk.fill(0x21)
  }
}

function shortForm(line: string): string {
  const [value = '', kind = '', action = ''] = line.split('\t')
  return action === 'nxdomain' ? `${value} ${kind}` : `${value} ${kind} ${action}`
}
