import { isFault, type Fault, type FaultCode } from '../core/fault.ts'
import { throwPlaced } from './throw-placed.ts'

/** Parses all of them, before it complains of any: throws the fault of that code with the place of each that is wrong. */
export function parsePlaced<W, T>(
  written: readonly W[],
  parse: (one: W) => T,
  { code, pathOf }: { readonly code: FaultCode; readonly pathOf: (i: number) => string },
): readonly T[] {
  const parsed: T[] = []
  const faults: (readonly [number, Fault])[] = []
  for (const [i, one] of written.entries()) {
    try {
      parsed.push(parse(one))
    } catch (error) {
      if (!isFault(error, code)) throw error
      faults.push([i, error])
    }
  }
  throwPlaced(faults, pathOf)
  return parsed
}
