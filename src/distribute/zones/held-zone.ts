import type { TransferPart } from '../../dns/zone-source.ts'
import type { ZoneImage, ZoneSummary } from '../../formats/zone/zone-image.ts'
import type { Chunk, Chunked, ImageMemory } from './image-memory.ts'

/** How much is read and sent at a time: enough that a million names are some thirty reads, little enough for one slow reader each. */
const CHUNK_BYTES = 1 << 20
/** Of what does not fit into memory each reader holds two pieces of its own: one is sent while the next is read. */
const LARGE_CHUNK_BYTES = 1 << 18

/** Half of what a zone was asked for counts no more after so long. */
const HALF_LIFE_MS = 600_000

/**
 * One zone at one serial, for as long as anybody reads it: its file is open, so it stays readable when the next serial has come and the file
 * is gone.
 */
export class HeldZone implements Chunked {
  readonly chunks: readonly Chunk[]
  readonly #image: ZoneImage
  readonly #memory: ImageMemory
  /** What a reader of its own needs room for: some messages, or the longest one. */
  readonly #pieceBytes: number
  #readers = 0
  #isWanted = true
  #heat = -Infinity

  constructor(image: ZoneImage, memory: ImageMemory, maxBytes: number) {
    this.#image = image
    this.#memory = memory
    this.chunks = cutChunks(image, image.summary.bytes > maxBytes ? LARGE_CHUNK_BYTES : CHUNK_BYTES)
    this.#pieceBytes = Math.min(
      Math.max(LARGE_CHUNK_BYTES, longestMessage(image)),
      image.summary.bytes,
    )
  }

  get summary(): ZoneSummary {
    return this.#image.summary
  }

  get soa(): Uint8Array {
    return this.#image.soa
  }

  get heat(): number {
    return this.#isWanted ? this.#heat : -Infinity
  }

  /** Whether what is told of an image is told of this one too: SOA, digest, and where each message ends. */
  isLike({ summary, soa, ends, counts }: ZoneImage): boolean {
    const own = this.#image
    return (
      JSON.stringify(summary) === JSON.stringify(own.summary) &&
      isEqual(soa, own.soa) &&
      isEqual(ends, own.ends) &&
      isEqual(counts, own.counts)
    )
  }

  /** The zone that this one replaces was asked for as much as this one will be. */
  inheritHeat(before: HeldZone): void {
    this.#heat = before.#heat
  }

  /** Reads the zone from its beginning to its end; to be closed once, however far it came. */
  read(atMs: number): { readonly parts: () => AsyncIterable<TransferPart>; close: () => void } {
    this.#heat = addReader(this.#heat, atMs / HALF_LIFE_MS)
    this.#readers++
    let isOpen = true
    return {
      parts: () => this.#parts(),
      close: () => {
        if (isOpen) this.#readers--
        isOpen = false
        this.#closeIfDone()
      },
    }
  }

  /** Nobody will ask for it any more; whoever reads it goes on to its end. */
  retire(): void {
    this.#isWanted = false
    this.#closeIfDone()
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- a chunk is read in less time than a thread would take to wake
  async *#parts(): AsyncGenerator<TransferPart> {
    const own: Uint8Array[] = []
    for (const chunk of this.chunks) {
      const { start, ends, counts } = chunk
      const held = this.#memory.hold(this, chunk, (into) => this.#image.read(start, into))
      if (held !== null) yield { records: held, ends, counts }
      else yield* this.#pieces(chunk, own)
    }
  }

  /** A chunk that is in the file alone, through two buffers of the reader's own. */
  *#pieces(chunk: Chunk, own: Uint8Array[]): Generator<TransferPart> {
    for (const { start, length, ends, counts } of cutChunks(chunk, LARGE_CHUNK_BYTES)) {
      // The one before stays as it is until the next but one is asked for.
      const buffer = (own.length < 2 ? undefined : own.shift()) ?? this.#newBuffer()
      own.push(buffer)
      const records = buffer.subarray(0, length)
      this.#image.read(chunk.start + start, records)
      yield { records, ends, counts }
    }
  }

  #newBuffer(): Uint8Array {
    return new Uint8Array(new SharedArrayBuffer(this.#pieceBytes))
  }

  #closeIfDone(): void {
    if (this.#isWanted || this.#readers > 0) return
    this.#memory.forget(this)
    this.#image.close()
  }
}

/**
 * One reader more, who counts twice as much as one that came a half-life before. So what each has counts less and less without
 * being touched, and may be compared at any time.
 */
function addReader(heat: number, atHalfLives: number): number {
  const more = Math.max(heat, atHalfLives)
  const less = Math.min(heat, atHalfLives)
  return more + Math.log2(1 + 2 ** (less - more))
}

function isEqual(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

interface Messages {
  /** Where each ends, from the first one's start. */
  readonly ends: ArrayLike<number>
  readonly counts: ArrayLike<number>
}

function longestMessage({ ends }: Messages): number {
  let longest = 0
  for (let i = 0; i < ends.length; i++) {
    longest = Math.max(longest, (ends[i] ?? 0) - (i === 0 ? 0 : (ends[i - 1] ?? 0)))
  }
  return longest
}

/** Messages that follow each other, some at a time. */
function cutChunks({ ends, counts }: Messages, maxBytes: number): Chunk[] {
  const chunks: Chunk[] = []
  let first = 0
  for (let i = 0; i < ends.length; i++) {
    const start = first === 0 ? 0 : (ends[first - 1] ?? 0)
    const isLast = i + 1 === ends.length
    if (!isLast && (ends[i + 1] ?? 0) - start <= maxBytes) continue
    chunks.push({
      ...{ start, length: (ends[i] ?? 0) - start, bytes: null },
      ends: slice(ends, first, i + 1).map((end) => end - start),
      counts: slice(counts, first, i + 1),
    })
    first = i + 1
  }
  return chunks
}

function slice(numbers: ArrayLike<number>, from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => numbers[from + i] ?? 0)
}
