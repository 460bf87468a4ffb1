import { SLICES_AHEAD, SLICE_BYTES } from './limits.ts'
import type { MacChain, MacDesk } from './mac-desk.ts'
import { type MessageRun, type RunWraps, wrapRun } from './wire/message-run.ts'
import type { TransferPart, TsigKey } from './zone-source.ts'

export interface SendDeps {
  readonly macs: MacDesk
  /** Seconds since 1970. */
  readonly seconds: () => number
  /**
   * Gives the pieces to the kernel, in order and without a copy. Resolves when it has taken all of them and others had their turn;
   * false if the connection has failed.
   */
  readonly write: (pieces: readonly Uint8Array[]) => Promise<boolean>
}

/** An answer of many messages, but for its sections. */
export interface TransferAnswer {
  readonly wrap: Omit<MessageRun, 'records' | 'ends' | 'counts'>
  /** By whom each message is signed, beginning with the MAC of the question; null for none. */
  readonly signer: { readonly key: TsigKey; readonly mac: Uint8Array } | null
}

export interface Sent {
  readonly isWhole: boolean
  readonly bytes: number
  readonly messages: number
}

interface Slice {
  /** The number of the part that it is of. */
  readonly part: number
  readonly run: MessageRun
  readonly wraps: Promise<RunWraps> | RunWraps
}

/**
 * Sends a transfer, slice by slice; some are signed ahead while one is written, so that signing and sending overlap. Holds nothing but
 * what goes around the messages. Rejects with what `parts` throws: then the connection must be cut, for nothing tells the
 * asker that a transfer is not whole but its end.
 */
export async function sendTransfer(
  deps: SendDeps,
  parts: AsyncIterable<TransferPart>,
  { wrap, signer }: TransferAnswer,
): Promise<Sent> {
  const chain = signer && deps.macs.open(signer.key, signer.mac)
  const slices: Slice[] = []
  let [bytes, messages] = [0, 0]

  /** Writes the slices ahead until the first for which `isDue` is false. */
  async function writeWhile(isDue: (first: Slice) => boolean): Promise<boolean> {
    for (let first = slices[0]; first !== undefined && isDue(first); first = slices[0]) {
      const pieces = layPieces(first.run, await first.wraps)
      slices.shift()
      if (!(await deps.write(pieces))) return false
      for (const piece of pieces) bytes += piece.length
      messages += first.run.ends.length
    }
    return true
  }

  try {
    let number = 0
    for await (const part of parts) {
      for (const run of cutRuns(wrap, part)) {
        slices.push({ part: number, run, wraps: wrapsFor(chain, run, deps.seconds) })
        const isAhead = await writeWhile(() => slices.length > SLICES_AHEAD)
        if (!isAhead) return { isWhole: false, bytes, messages }
      }
      // The next part is asked for now, and the one before this may be written over.
      const current = number++
      if (!(await writeWhile(({ part }) => part < current)))
        return { isWhole: false, bytes, messages }
    }
    return { isWhole: await writeWhile(() => true), bytes, messages }
  } finally {
    // Until then, another thread may be reading what the source would write over.
    await Promise.all(slices.map(async ({ wraps }) => wraps))
    chain?.close()
  }
}

function wrapsFor(
  chain: MacChain | null,
  run: MessageRun,
  seconds: () => number,
): Promise<RunWraps> | RunWraps {
  return chain === null ? wrapRun(run) : chain.sign(run, seconds())
}

/** The part in runs of about a slice, and of one message at least. */
export function* cutRuns(
  wrap: TransferAnswer['wrap'],
  { records, ends, counts }: TransferPart,
): Generator<MessageRun> {
  for (let from = 0, start = 0; from < ends.length;) {
    let to = from + 1
    while (to < ends.length && (ends[to] ?? 0) - start <= SLICE_BYTES) to++
    const end = ends[to - 1] ?? start
    const base = start
    yield {
      ...wrap,
      records: records.subarray(start, end),
      ends: ends.slice(from, to).map((at) => at - base),
      counts: counts.slice(from, to),
    }
    from = to
    start = end
  }
}

/** Wrap, section, wrap, section … as they are sent: the tail of a message and the head of the next lie together. */
function layPieces({ records, ends }: MessageRun, wraps: RunWraps): Uint8Array[] {
  const { bytes, headBytes, tailBytes } = wraps
  const stride = headBytes + tailBytes
  const pieces = [viewOf(bytes, 0, headBytes)]
  let start = 0
  for (const [i, end] of ends.entries()) {
    const at = i * stride + headBytes
    const isLast = i === ends.length - 1
    pieces.push(viewOf(records, start, end), viewOf(bytes, at, isLast ? bytes.length : at + stride))
    start = end
  }
  return isEmpty(pieces.at(-1)) ? pieces.slice(0, -1) : pieces
}

/** A `Buffer`, which a socket takes as it is. */
function viewOf(bytes: Uint8Array, start: number, end: number): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start)
}

function isEmpty(piece: Uint8Array | undefined): boolean {
  return piece?.length === 0
}
