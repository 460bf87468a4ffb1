import type { TreeFile, TreeHead } from '../../src/core/kept-tree/tree-file.ts'

/** A kept tree in memory: what the contract in `test/contract` measures the real file against. Its rows can be looked at, and damaged. */
export class MemoryTreeFile implements TreeFile {
  rows = new Map<number, Uint8Array>()
  readonly indices = new Map<string, Uint8Array>()
  /** Numbers of rows that were read, and written. */
  asked: number[] = []
  written: number[] = []
  #head: TreeHead | null = null

  readonly head: TreeFile['head'] = () => this.#head
  readonly read: TreeFile['read'] = (row) => {
    this.asked.push(row)
    return this.rows.get(row) ?? null
  }
  readonly index: TreeFile['index'] = (entry) => this.indices.get(entry) ?? null
  readonly view: TreeFile['view'] = (work) => work()

  readonly keep: TreeFile['keep'] = ({ from, head, rows, indices }) => {
    if (this.#head?.serial !== from) return
    for (const [row, bytes] of rows) this.#write(row, bytes)
    for (const [entry, bytes] of indices) this.indices.set(entry, Buffer.from(bytes))
    this.#head = head
  }

  readonly replace: TreeFile['replace'] = (work) => {
    const before = { rows: this.rows, head: this.#head }
    const spooled = new Map<number, Uint8Array[]>()
    this.rows = new Map()
    try {
      this.#head = work({
        spool: {
          put: (block, records) =>
            void spooled.set(block, [...(spooled.get(block) ?? []), Buffer.from(records)]),
          take: (block) => spooled.get(block) ?? [],
        },
        write: (row, bytes) => this.#write(row, bytes),
        putIndex: (entry, bytes) => void this.indices.set(entry, Buffer.from(bytes)),
      })
    } catch (error) {
      this.rows = before.rows
      this.#head = before.head
      throw error
    }
  }

  #write(row: number, bytes: Uint8Array): void {
    this.written.push(row)
    this.rows.set(row, Buffer.from(bytes))
  }
}
