/** How long the old token goes on working after a rotation, unless something else is said. */
export const OVERLAP_HOURS = 7 * 24
export const MAX_OVERLAP_HOURS = 365 * 24
