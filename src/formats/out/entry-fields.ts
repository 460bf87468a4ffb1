const TAB = 0x09
const NONE = 0x2d

/** Where the fields of one line are: `block[starts[i], ends[i])`, nothing for a category or reference of none. */
export class EntryFields {
  block: Uint8Array = new Uint8Array(0)
  start = 0
  /** The line's LF. */
  end = 0
  readonly starts = new Int32Array(5)
  readonly ends = new Int32Array(5)

  read(block: Uint8Array, start: number, end: number): void {
    this.block = block
    this.start = start
    this.end = end
    let from = start
    for (let field = 0; field < 5; field++) {
      let at = from
      while (at < end && block[at] !== TAB) at++
      this.starts[field] = from
      this.ends[field] = field > 2 && at === from + 1 && block[from] === NONE ? from : at
      from = at + 1
    }
  }
}
