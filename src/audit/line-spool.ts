import { createHash } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Fault } from '../core/fault.ts'

const BLOCK_BYTES = 1 << 18
const LF = 0x0a

/** A temporary folder for what doesn't fit into memory: the lines of lists. Gone when it is closed. */
export class SpoolFolder {
  readonly #folder: string
  #count = 0

  constructor(parent: string = tmpdir()) {
    this.#folder = mkdtempSync(join(parent, 'bailiwick-audit-'))
  }

  /** A new file in it. */
  spool(): LineSpool {
    return new LineSpool(this.path())
  }

  /** The path of a new file in it. */
  path(): string {
    return join(this.#folder, String(this.#count++))
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Lines in a file, written once and then read as often as wanted. */
export class LineSpool implements Iterable<Uint8Array> {
  readonly #path: string
  readonly #hash = createHash('sha256')
  #fd: number | null
  #state = ''
  bytes = 0

  constructor(path: string) {
    this.#path = path
    this.#fd = openSync(path, 'w', 0o600)
  }

  write(bytes: Uint8Array): void {
    if (this.#fd === null) throw new Error('written to a spool that has been ended')
    for (let at = 0; at < bytes.length;) at += writeSync(this.#fd, bytes, at)
    this.#hash.update(bytes)
    this.bytes += bytes.length
  }

  /** Ends writing and gives the state of the lines. */
  end(): string {
    if (this.#fd !== null) {
      closeSync(this.#fd)
      this.#fd = null
      this.#state = this.#hash.digest('hex')
    }
    return this.#state
  }

  /** Line blocks, each its taker's own. Throws `snapshot/invalid` where the last line has no end. */
  *[Symbol.iterator](): Generator<Uint8Array, void, undefined> {
    this.end()
    const fd = openSync(this.#path, 'r')
    try {
      let rest: Uint8Array = new Uint8Array(0)
      for (;;) {
        const block = Buffer.allocUnsafe(rest.length + BLOCK_BYTES)
        block.set(rest)
        const read = readSync(fd, block, rest.length, BLOCK_BYTES, null)
        if (read === 0) break
        const filled = block.subarray(0, rest.length + read)
        const end = filled.lastIndexOf(LF) + 1
        rest = filled.subarray(end)
        if (rest.length > 4 * BLOCK_BYTES) throw cut()
        if (end > 0) yield filled.subarray(0, end)
      }
      if (rest.length > 0) throw cut()
    } finally {
      closeSync(fd)
    }
  }

  remove(): void {
    this.end()
    rmSync(this.#path, { force: true })
  }
}

function cut(): Fault {
  return new Fault('snapshot/invalid', 'expected whole lines, got one without an end')
}
