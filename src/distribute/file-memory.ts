import { readFile } from 'node:fs/promises'
import { Fault } from '../core/fault.ts'
import type { Representation } from './representation.ts'

/** What memory may hold, in bytes. A file belongs to the first shelf that it fits on. */
export interface FileMemoryLimits {
  readonly smallFileBytes: number
  readonly smallBytes: number
  readonly largeFileBytes: number
  readonly largeBytes: number
}

interface Shelf {
  readonly maxFile: number
  readonly maxBytes: number
  readonly held: Set<Representation>
  /** Held, and promised to files that are being read. */
  bytes: number
}

/**
 * Keeps the bytes of files that are asked for, within fixed bounds: small and large files apart, so that a
 * few large ones never push out the many small ones. What was not asked for since the last look makes
 * room first; what slow readers still hold makes none, so that they cannot drive memory past its bound.
 */
export class FileMemory {
  readonly #shelves: readonly Shelf[]
  readonly #loading = new Map<Representation, Promise<Buffer>>()

  constructor(limits: FileMemoryLimits) {
    this.#shelves = [
      { maxFile: limits.smallFileBytes, maxBytes: limits.smallBytes, held: new Set(), bytes: 0 },
      { maxFile: limits.largeFileBytes, maxBytes: limits.largeBytes, held: new Set(), bytes: 0 },
    ]
  }

  /** Bytes held now. */
  get bytes(): number {
    return this.#shelves.reduce((sum, shelf) => sum + shelf.bytes, 0)
  }

  /** Files held now. */
  get files(): number {
    return this.#shelves.reduce((sum, shelf) => sum + shelf.held.size, 0)
  }

  /**
   * The bytes, read once however many ask at the same time; null when they are too many, or there is no
   * room: stream them from disk. Faults: `serve/file-changed`.
   */
  async load(of: Representation): Promise<Buffer | null> {
    if (of.body !== null) return of.body
    const running = this.#loading.get(of)
    if (running !== undefined) return running
    const shelf = this.#shelfFor(of.size)
    if (shelf === undefined || !makeRoom(shelf, of.size)) return null
    shelf.bytes += of.size
    const reading = this.#read(of, shelf).finally(() => this.#loading.delete(of))
    this.#loading.set(of, reading)
    return reading
  }

  /** Holds bytes that were read already, if there is room. */
  hold(of: Representation, body: Buffer): void {
    const shelf = this.#shelfFor(of.size)
    if (of.body !== null || shelf === undefined || !makeRoom(shelf, of.size)) return
    shelf.bytes += of.size
    shelf.held.add(of)
    of.body = body
  }

  /** Forgets the bytes: the representation will not be asked for any more. */
  drop(representation: Representation): void {
    const shelf = this.#shelfFor(representation.size)
    if (shelf?.held.delete(representation) !== true) return
    shelf.bytes -= representation.size
    representation.body = null
  }

  async #read(of: Representation, shelf: Shelf): Promise<Buffer> {
    try {
      const body = await readFile(of.file)
      if (body.length !== of.size) throw changedFault(of, body.length)
      shelf.held.add(of)
      of.body = body
      return body
    } catch (error) {
      shelf.bytes -= of.size
      throw error
    }
  }

  #shelfFor(size: number): Shelf | undefined {
    return this.#shelves.find(({ maxFile, maxBytes }) => size <= maxFile && size <= maxBytes)
  }
}

// A published file is immutable: another length means that somebody wrote into the folder.
function changedFault(of: Representation, length: number): Fault {
  return new Fault(
    'serve/file-changed',
    `expected ${of.size} bytes in ${JSON.stringify(of.file)}, got ${length}`,
  )
}

// Second chance: whoever was asked for since the last round goes to the end of the queue once.
function makeRoom(shelf: Shelf, size: number): boolean {
  let chances = 2 * shelf.held.size
  for (const held of shelf.held) {
    if (shelf.bytes + size <= shelf.maxBytes || chances-- === 0) break
    shelf.held.delete(held)
    if (held.isWanted || held.readers > 0) {
      held.isWanted = false
      shelf.held.add(held)
    } else {
      shelf.bytes -= held.size
      held.body = null
    }
  }
  return shelf.bytes + size <= shelf.maxBytes
}
