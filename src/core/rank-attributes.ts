import type { EntryAttributes } from './entry-arena.ts'

/**
 * Which attributes an entry keeps when it comes with several, as a rank for each, the lowest best: `passthru` before any
 * other action, for what a list says to let pass it never blocks; then the first action by name; a category before
 * none and a reference before none, and of two the first by name. So no order of lines matters.
 */
export function rankAttributes(attributes: readonly EntryAttributes[]): Uint32Array {
  const keys = attributes.map(rankKey)
  const sorted = attributes.map((_, number) => number)
  // Equal keys are equal attributes, which have one number.
  sorted.sort((a, b) => ((keys[a] ?? '') < (keys[b] ?? '') ? -1 : 1))
  const ranks = new Uint32Array(attributes.length)
  sorted.forEach((number, rank) => (ranks[number] = rank))
  return ranks
}

function rankKey({ action, category, reference }: EntryAttributes): string {
  const last = '\x7f'
  return `${action === 'passthru' ? '' : action}\t${category || last}\t${reference || last}`
}
