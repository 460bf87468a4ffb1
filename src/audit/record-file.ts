import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import type { RecordSpool } from '../core/kept-tree/make-rows.ts'

/** The records of a proof tree in the making, in a temporary file. */
export class RecordFile implements RecordSpool {
  readonly #path: string
  readonly #fd: number
  readonly #runs = new Map<number, { readonly at: number; readonly length: number }[]>()
  #end = 0

  constructor(path: string) {
    this.#path = path
    this.#fd = openSync(path, 'w+', 0o600)
  }

  put(block: number, records: Uint8Array): void {
    const runs = this.#runs.get(block) ?? []
    runs.push({ at: this.#end, length: records.length })
    this.#runs.set(block, runs)
    for (let done = 0; done < records.length;) {
      done += writeSync(this.#fd, records, done, records.length - done, this.#end + done)
    }
    this.#end += records.length
  }

  take(block: number): readonly Uint8Array[] {
    return (this.#runs.get(block) ?? []).map(({ at, length }) => {
      const bytes = Buffer.alloc(length)
      if (readSync(this.#fd, bytes, 0, length, at) === length) return bytes
      throw new Error('a temporary file has become shorter')
    })
  }

  remove(): void {
    closeSync(this.#fd)
    rmSync(this.#path, { force: true })
  }
}
