/** The known word that `word` was most likely meant to be, or null. For hints; never to decide anything. */
export function nearest(word: string, known: Iterable<string>): string | null {
  return nearestFew(word, known)[0] ?? null
}

/** `; did you mean "a" or "b"?` for the end of a message; empty when nothing is near. */
export function printSuggestion(word: string, known: Iterable<string>): string {
  const found = nearestFew(word, known).map((text) => JSON.stringify(text))
  return found.length === 0 ? '' : `; did you mean ${found.join(' or ')}?`
}

/** At most three, nearest first: those that differ by up to a third of the letters, or begin with `word`. */
function nearestFew(word: string, known: Iterable<string>): string[] {
  const wanted = word.toLowerCase()
  const limit = Math.max(2, Math.floor(wanted.length / 3))
  const near: { readonly text: string; readonly distance: number }[] = []
  for (const text of known) {
    const isLonger = text.toLowerCase().startsWith(wanted)
    if (!isLonger && Math.abs(text.length - wanted.length) > limit) continue
    const distance = editDistance(wanted, text.toLowerCase())
    if (isLonger || distance <= limit) near.push({ text, distance })
  }
  return near
    .sort((a, b) => a.distance - b.distance || (a.text < b.text ? -1 : 1))
    .slice(0, 3)
    .map(({ text }) => text)
}

/** Levenshtein's distance, with two rows; the words are short. */
function editDistance(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1
      row.push(Math.min((before[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (before[j - 1] ?? 0) + change))
    }
    before = row
  }
  return before[b.length] ?? a.length
}
