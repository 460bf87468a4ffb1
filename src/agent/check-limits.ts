import type { LimitsConfig } from './config.ts'

/** A limit that nobody set is not held against lists smaller than this: a handful of entries may well double. */
export const DEFAULT_LIMITS_FROM_ENTRIES = 1000
export const DEFAULT_MAX_GROWTH = 0.5
export const DEFAULT_MAX_SHRINK = 0.2

/**
 * Why a person should look before `after` entries take the place of `before` (null: there was no list yet); null when it is
 * within limits.
 */
export function checkLimits(
  limits: LimitsConfig,
  before: number | null,
  after: number,
): string | null {
  if (after > limits.maxEntries)
    return `expected at most ${limits.maxEntries} entries, got ${after}`
  if (after < limits.minEntries)
    return `expected at least ${limits.minEntries} entries, got ${after}`
  // Nothing to compare with: the first list, or one that a person accepted empty.
  if (before === null || before === 0) return null
  const small = before < DEFAULT_LIMITS_FROM_ENTRIES
  const growth = limits.maxGrowth ?? (small ? Infinity : DEFAULT_MAX_GROWTH)
  const shrink = limits.maxShrink ?? (small ? 1 : DEFAULT_MAX_SHRINK)
  // A quotient is rounded just as the limit's own decimal was; a product (100 × 1.15 = 114.99…) is not.
  const change = (after - before) / before
  if (change > growth) return tooMuch('grow', growth, before, after)
  if (-change > shrink) return tooMuch('shrink', shrink, before, after)
  return null
}

function tooMuch(verb: string, share: number, before: number, after: number): string {
  return `expected the list to ${verb} by at most ${Math.round(share * 1000) / 10} %, got from ${before} to ${after} entries`
}
