import { Fault } from '../core/fault.ts'

/** Throws the first of the faults that entries of a request have, with the place of each; does nothing where there is none. */
export function throwPlaced(
  faults: readonly (readonly [number, Fault])[],
  pathOf = (i: number): string => `/entries/${i}/value`,
): void {
  const [first] = faults
  if (first === undefined) return
  const places = faults.map(([i, { message: detail }]) => ({ path: pathOf(i), detail }))
  const more = faults.length === 1 ? '' : `; and ${faults.length - 1} more`
  const { code, message } = first[1]
  throw new Fault(code, message + more, { cause: first[1], places })
}
