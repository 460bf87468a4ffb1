import { meantKeys } from '../../curation/covering-keys.ts'

/** As it stands in the lines; what is no value at all stays as it is, and won't be found. */
export function canonicalValue(text: string): string {
  return meantKeys(text)[0]?.value ?? text
}
