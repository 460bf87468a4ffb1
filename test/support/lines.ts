import fc from 'fast-check'
import { printEntryLine, type Entry } from '../../src/core/entry.ts'

/** How many runs a property gets: a taste by default, many under `SLOW=1`. */
export const RUNS = process.env['SLOW'] === undefined ? 10 : 1000

/** An entry of a reserved name, by number; the second number makes another line with the same key. */
export function entryLine(n: number, version = 0): string {
  const kinds = ['domain', 'host', 'subdomains'] as const
  const entry = {
    value: `n${n.toString(36)}.example`,
    kind: kinds[n % 3]!,
    action: version % 2 === 0 ? 'nxdomain' : 'nodata',
    category: version === 0 ? '' : `c${version}`,
    reference: `R${n % 7}`,
  } as Entry
  return printEntryLine(entry)
}

/** Sorted as `LC_ALL=C sort -u` sorts: bytewise, which for these ASCII lines is by UTF-16 unit. */
export function sortLines(lines: Iterable<string>): string[] {
  return [...new Set(lines)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

/** Lines as blocks that end wherever `cuts` says, so that a test can show that block boundaries mean nothing. */
export function blocksOf(lines: readonly string[], cuts: readonly number[] = []): Buffer[] {
  const ends = sortNumbers([...cuts.map((cut) => cut % (lines.length + 1)), lines.length])
  let from = 0
  return ends.map((end) => {
    const block = Buffer.from(
      lines
        .slice(from, end)
        .map((line) => line + '\n')
        .join(''),
    )
    from = end
    return block
  })
}

function sortNumbers(numbers: readonly number[]): number[] {
  return [...numbers].sort((a, b) => a - b)
}

/** The lines of blocks, as strings without LF. */
export function linesOf(blocks: Iterable<Uint8Array>): string[] {
  const text = Buffer.concat([...blocks]).toString()
  return text === '' ? [] : text.slice(0, -1).split('\n')
}

/** Sorted, unique lists of lines, drawn from few enough entries that two of them share many. */
export const arbLines: fc.Arbitrary<string[]> = fc
  .array(fc.tuple(fc.nat(120), fc.nat(2)), { maxLength: 90 })
  .map((pairs) => sortLines(new Map(pairs.map(([n, v]) => [n, entryLine(n, v)])).values()))

export const arbCuts: fc.Arbitrary<number[]> = fc.array(fc.nat(200), { maxLength: 12 })
