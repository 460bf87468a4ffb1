/**
 * What a format writes for one value, as bytes: constant text with holes. `{v}` is the value, `{r}` and `{s}` the references of the
 * entries that say what happens at the name and below it.
 */
export interface LineTemplate {
  /** A byte below 3 is a hole. */
  readonly bytes: Uint8Array
  readonly holes: number
}

/** The hole between these two, 1, is the reference of the entry's own line. */
export const VALUE_HOLE = 0
export const BELOW_REFERENCE_HOLE = 2

/** `text` is ASCII, whole lines with their LF, or empty for nothing. */
export function lineTemplate(text: string): LineTemplate {
  const holed = text
    .replaceAll('{v}', '\u0000')
    .replaceAll('{r}', '\u0001')
    .replaceAll('{s}', '\u0002')
  const bytes = new TextEncoder().encode(holed)
  return { bytes, holes: bytes.filter((byte) => byte <= BELOW_REFERENCE_HOLE).length }
}
