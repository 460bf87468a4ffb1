import {
  closeSync,
  fstatSync,
  openSync,
  readSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { DRAFT_PREFIX, draftPath, keepPrivate, makeFolder, writeAll } from './durable-file.ts'

/** Bytes, and what was said about them when they were written. */
interface ZoneFile {
  readonly about: unknown
  readonly length: number
  readonly read: (at: number, into: Uint8Array) => void
  readonly close: () => void
}

interface ZoneDraft {
  readonly write: (bytes: Uint8Array) => void
  readonly patch: (bytes: Uint8Array) => void
  readonly read: (at: number, into: Uint8Array) => void
  readonly keep: (name: string, about: unknown) => void
  readonly discard: () => void
}

/**
 * `zones/`: the zones of lists, ready for the wire (`docs/adr/016-zone-images.md`). All of it can be made again, so nothing is
 * synced; a file is there whole or not at all, and one that the machine damaged when it lost its power is known by its checksum.
 */
export interface ZoneFolder {
  readonly names: (place: string) => readonly string[]
  readonly open: (place: string, name: string, isChecked?: boolean) => ZoneFile | null
  readonly draft: (place: string) => ZoneDraft
  readonly remove: (place: string, name: string) => void
}

/** How much of a draft's beginning may be written over: its sum is taken last. */
const PATCH_BYTES = 1 << 12
const READ_BYTES = 1 << 18
const STALE_MS = 3_600_000

/** A file ends with: the bytes' length (64 bits), the length of what is said of them, the checksum, and this. */
const MAGIC = 0x62_77_7a_31
const TRAILER_BYTES = 20

/** Opens the folder, whose files none but its owner can reach: they have the names of restricted lists. */
export function openZoneFolder(folder: string): ZoneFolder {
  keepPrivate(folder)
  return {
    names: (place) => namesIn(join(folder, place)),
    open: (place, name, isChecked = false) => openZoneFile(join(folder, place, name), isChecked),
    draft: (place) => {
      removeStaleDrafts(join(folder, place))
      return openDraft(join(folder, place))
    },
    remove: (place, name) => {
      rmSync(join(folder, place, name), { force: true })
    },
  }
}

function openZoneFile(path: string, isChecked: boolean): ZoneFile | null {
  const fd = openExisting(path)
  if (fd === null) return null
  let isOpen = true
  const close = (): void => {
    if (isOpen) closeSync(fd)
    isOpen = false
  }
  try {
    const told = readTold(fd, isChecked)
    if (told !== null) {
      return { ...told, read: (at, into) => readExactly(fd, at, into, path), close }
    }
  } catch (error) {
    close()
    throw error
  }
  close()
  return null
}

function openExisting(path: string): number | null {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Reads the whole file once, unless that was done before: null when it is not as it was written. */
function readTold(fd: number, isChecked: boolean): Pick<ZoneFile, 'about' | 'length'> | null {
  const end = fstatSync(fd).size - TRAILER_BYTES
  if (end < 0) return null
  const trailer = Buffer.alloc(TRAILER_BYTES)
  readSync(fd, trailer, 0, TRAILER_BYTES, end)
  const length = Number(trailer.readBigUInt64LE(0))
  const aboutLength = trailer.readUInt32LE(8)
  if (trailer.readUInt32LE(16) !== MAGIC || length + aboutLength !== end) return null
  if (!isChecked && sumOf(fd, end) !== trailer.readUInt32LE(12)) return null
  const about = Buffer.alloc(aboutLength)
  readSync(fd, about, 0, aboutLength, length)
  return { about: JSON.parse(about.toString()), length }
}

/** The checksum of the first bytes of a file; null when there are not so many. */
function sumOf(fd: number, end: number): number | null {
  const sum = new PatchedSum()
  const buffer = Buffer.allocUnsafeSlow(Math.max(1, Math.min(READ_BYTES, end)))
  for (let at = 0; at < end;) {
    const got = readSync(fd, buffer, 0, Math.min(buffer.length, end - at), at)
    if (got === 0) return null
    sum.add(buffer.subarray(0, got))
    at += got
  }
  return sum.total()
}

function readExactly(fd: number, at: number, into: Uint8Array, path: string): void {
  for (let done = 0; done < into.length;) {
    const got = readSync(fd, into, done, into.length - done, at + done)
    if (got === 0) throw new RangeError(`${path} ends before ${at + into.length}`)
    done += got
  }
}

/**
 * CRC-32 of bytes, of which the first `PATCH_BYTES` count last, so that they may change until the end. It is there to find what a crash
 * has torn; whoever can write into the folder needs no collision.
 */
class PatchedSum {
  readonly #head = Buffer.alloc(PATCH_BYTES)
  #headLength = 0
  #sum = 0

  add(bytes: Uint8Array): void {
    const taken = Math.min(bytes.length, PATCH_BYTES - this.#headLength)
    this.#head.set(bytes.subarray(0, taken), this.#headLength)
    this.#headLength += taken
    if (taken < bytes.length) this.#sum = crc32(bytes.subarray(taken), this.#sum)
  }

  patch(bytes: Uint8Array): void {
    if (bytes.length > this.#headLength) {
      throw new RangeError(`expected at most ${this.#headLength} bytes to write over`)
    }
    this.#head.set(bytes)
  }

  total(): number {
    return crc32(this.#head.subarray(0, this.#headLength), this.#sum)
  }
}

function openDraft(folder: string): ZoneDraft {
  makeFolder(folder, 0o700)
  const draft = draftPath(join(folder, 'zone'))
  const fd = openSync(draft, 'wx+', 0o600)
  const sum = new PatchedSum()
  let length = 0
  let isOpen = true
  const write = (bytes: Uint8Array): void => {
    writeAll(fd, bytes, length)
    sum.add(bytes)
    length += bytes.length
  }
  const discard = (): void => {
    if (!isOpen) return
    isOpen = false
    closeSync(fd)
    rmSync(draft, { force: true })
  }
  const keep = (name: string, about: unknown): void => {
    const bodyLength = length
    const told = Buffer.from(JSON.stringify(about))
    write(told)
    writeAll(fd, trailerOf(bodyLength, told.length, sum.total()), length)
    closeSync(fd)
    isOpen = false
    renameSync(draft, join(folder, name))
  }
  return {
    write,
    patch: (bytes) => {
      sum.patch(bytes)
      writeAll(fd, bytes, 0)
    },
    read: (at, into) => readExactly(fd, at, into, draft),
    keep,
    discard,
  }
}

function trailerOf(length: number, aboutLength: number, sum: number): Buffer {
  const trailer = Buffer.alloc(TRAILER_BYTES)
  trailer.writeBigUInt64LE(BigInt(length), 0)
  trailer.writeUInt32LE(aboutLength, 8)
  trailer.writeUInt32LE(sum, 12)
  trailer.writeUInt32LE(MAGIC, 16)
  return trailer
}

function namesIn(folder: string): string[] {
  return allNamesIn(folder).filter((name) => !name.startsWith(DRAFT_PREFIX))
}

function allNamesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** Removes the drafts of processes that were killed: nobody works on one for so long. */
function removeStaleDrafts(folder: string): void {
  for (const name of allNamesIn(folder)) {
    if (!name.startsWith(DRAFT_PREFIX)) continue
    const path = join(folder, name)
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat !== undefined && Date.now() - stat.mtimeMs > STALE_MS) rmSync(path, { force: true })
  }
}
