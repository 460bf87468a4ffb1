import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { draftPath } from '../platform/durable-file.ts'

/**
 * A file that appears under its name only when it is whole. It is not forced to the disk: whoever loses it in a power cut makes it again.
 */
export class DraftFile {
  /** Where it is written meanwhile. */
  readonly draft: string
  readonly #path: string
  readonly #fd: number
  #isOpen = true

  constructor(path: string) {
    this.#path = path
    this.draft = draftPath(path)
    this.#fd = openSync(this.draft, 'wx', 0o644)
  }

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) at += writeSync(this.#fd, bytes, at)
  }

  /** Ends the writing; the file still has its draft's name. */
  close(): void {
    if (this.#isOpen) closeSync(this.#fd)
    this.#isOpen = false
  }

  /** Gives the file its name, in place of what was there. */
  publish(): void {
    this.close()
    renameSync(this.draft, this.#path)
  }

  /** Leaves no trace; without effect after `publish`. */
  discard(): void {
    this.close()
    rmSync(this.draft, { force: true })
  }
}
