import type { LineCursor } from '../../core/line-cursor.ts'

const TAB = 0x09
const NONE = 0x2d

/** Where the five fields of the current line begin and end: `[start, end)` in `block`, empty for a category or reference of none. */
export class EntryFields {
  readonly starts = new Int32Array(5)
  readonly ends = new Int32Array(5)

  read({ block, start, end }: LineCursor): void {
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
