import { Fault } from '../fault.ts'

/**
 * No tree has more leaves than numbers that JavaScript counts exactly. C2SP has 2⁶³−1; a log of ours that made a million leaves a
 * second would come to this after 285 years.
 */
export const MAX_TREE_SIZE = Number.MAX_SAFE_INTEGER

/** A tree size or a leaf's index: decimal, no sign, no leading zero, at most `MAX_TREE_SIZE`. Throws `log/invalid`. */
export function parseTreeSize(text: string): number {
  // 2⁵³−1 has 16 digits; what has 16 and is larger is no safe integer.
  const size = /^(0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : NaN
  if (isTreeSize(size)) return size
  throw new Fault(
    'log/invalid',
    `expected a number from 0 to ${MAX_TREE_SIZE}, got ${JSON.stringify(text.slice(0, 100))}`,
  )
}

export function isTreeSize(size: number): boolean {
  return Number.isSafeInteger(size) && size >= 0
}
