/** All characters of names in byte order; code 0 is left for the end of a value. */
const NAME_CHARACTERS = '-.0123456789_abcdefghijklmnopqrstuvwxyz'
/** URLs and addresses are printable ASCII (`docs/spec/entry.md` §3). */
const ALL_CHARACTERS = Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i)).join('')

/** Characters as numbers in their byte order, from 1 on. */
export interface SortAlphabet {
  readonly codes: Uint8Array
  /** One more than there are characters. */
  readonly base: number
}

/** The alphabet of names is small, so that more characters of them fit a key. */
export function sortAlphabet(isNamesOnly: boolean): SortAlphabet {
  const characters = isNamesOnly ? NAME_CHARACTERS : ALL_CHARACTERS
  const codes = new Uint8Array(256)
  for (let i = 0; i < characters.length; i++) codes[characters.charCodeAt(i)] = i + 1
  return { codes, base: characters.length + 1 }
}
