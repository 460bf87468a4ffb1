/** The servers whose configuration can be printed, ready to be pasted. */
export const SECONDARIES = ['bind', 'unbound', 'pdns', 'knot', 'nsd'] as const

export type Secondary = (typeof SECONDARIES)[number]
