/** Rows as columns of text, two spaces between them, every line ended; the first row is the heading. */
export function printTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  return rows.map((row) => `${printRow(row, widths)}\n`).join('')
}

function printRow(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, i) => cell.padEnd(widths[i] ?? 0))
    .join('  ')
    .trimEnd()
}

/** A value as JSON that people can read too, ended by a line feed. */
export function printJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

/** A time as people read it: UTC, to the second. */
export function printTime(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')}Z`
}
