/**
 * Line blocks whose maker has noted where the fields of each line stand, so that whoever walks them often need not look for them each
 * time. To everybody else they are line blocks like others. No value's lines are parted by the end of a block.
 */
export class IndexedLines implements Iterable<Uint8Array> {
  readonly blocks: readonly Uint8Array[]
  /** For each block, one span (`packSpan`) for each of its lines. */
  readonly spans: readonly Uint32Array[]

  constructor(blocks: readonly Uint8Array[], spans: readonly Uint32Array[]) {
    this.blocks = blocks
    this.spans = spans
  }

  [Symbol.iterator](): Iterator<Uint8Array> {
    return this.blocks[Symbol.iterator]()
  }
}

/**
 * A span: in its lowest 13 bits the length of the value (at most 8000 octets, `docs/spec/entry.md` §6), in 8 bits the length of what follows
 * it, LF included (at most 128), in 3 bits each the numbers of the kind and of the action, and `SPAN_CONTINUES`.
 */
export function packSpan(
  valueLength: number,
  restLength: number,
  kind: number,
  action: number,
): number {
  return valueLength | (restLength << 13) | (kind << 21) | (action << 24)
}

/** Set where the next line has the same value. */
export const SPAN_CONTINUES = 1 << 27

export function spanValueLength(span: number): number {
  return span & 0x1fff
}

export function spanRestLength(span: number): number {
  return (span >>> 13) & 0xff
}

/** The place of the kind in `ENTRY_KINDS`. */
export function spanKind(span: number): number {
  return (span >>> 21) & 7
}

/** The place of the action in `ENTRY_ACTIONS`. */
export function spanAction(span: number): number {
  return (span >>> 24) & 7
}
