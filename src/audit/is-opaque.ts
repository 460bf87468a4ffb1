/** docs/spec/http.md §1: the place of a restricted list. */
export function isOpaque(place: string): boolean {
  return /^[0-9a-f]{32}$/.test(place)
}
