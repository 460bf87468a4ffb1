/** Messages cut out of a stream (RFC 1035 §4.2.2): each is preceded by its length in two octets. */
export interface FrameReader {
  /** Takes octets as they come. They must not be written to afterwards. */
  readonly push: (bytes: Uint8Array) => void
  /**
   * The next message, or null when it isn't there yet. `too-long` for one over the limit: the stream can't be read any further, and
   * the connection is to be closed.
   */
  readonly next: () => Uint8Array | null | 'too-long'
  /** Octets that were pushed and not given out: the caller stops reading from the connection when they grow. */
  readonly waitingBytes: () => number
}

const LENGTH_BYTES = 2

/**
 * Each octet is copied once at most, however small the pieces in which it comes; a message that comes in one piece is a view. Holds no
 * more than what was pushed, and at most `maxBytes` for a message that is not whole, from when its first octet has come.
 */
export function frameReader(maxBytes: number): FrameReader {
  const pieces: Uint8Array[] = []
  let head = 0
  let waiting = 0
  let length = -1
  let part: Uint8Array | null = null
  let filled = 0

  function next(): Uint8Array | null | 'too-long' {
    if (length < 0) {
      if (waiting < LENGTH_BYTES) return null
      length = takeOctet() * 256 + takeOctet()
    }
    if (length > maxBytes) return 'too-long'
    if (part === null && (pieces[0]?.length ?? 0) - head >= length) return finish(take(length))
    part ??= waiting > 0 ? new Uint8Array(length) : null
    while (part !== null && filled < length && waiting > 0) {
      const piece = take(length - filled)
      part.set(piece, filled)
      filled += piece.length
    }
    return part !== null && filled === length ? finish(part) : null
  }

  function finish(message: Uint8Array): Uint8Array {
    length = -1
    part = null
    filled = 0
    return message
  }

  function takeOctet(): number {
    return take(1)[0] ?? 0
  }

  /** Up to `size` octets of the first piece. */
  function take(size: number): Uint8Array {
    const piece = pieces[0]
    if (piece === undefined) return new Uint8Array(0)
    const taken = piece.subarray(head, head + size)
    head += taken.length
    waiting -= taken.length
    if (head === piece.length) {
      pieces.shift()
      head = 0
    }
    return taken
  }

  return {
    push: (bytes) => {
      if (bytes.length === 0) return
      pieces.push(bytes)
      waiting += bytes.length
    },
    next,
    waitingBytes: () => waiting,
  }
}

/** The message with its length before it, for a stream. */
export function encodeFrame(message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(LENGTH_BYTES + message.length)
  new DataView(bytes.buffer).setUint16(0, message.length)
  bytes.set(message, LENGTH_BYTES)
  return bytes
}
