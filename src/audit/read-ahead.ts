/** What `act` makes of each item, in their order, while at most `count` of them are at work. */
export async function* readAhead<T, R>(
  items: Iterable<T>,
  count: number,
  act: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const waiting: Promise<R>[] = []
  const iterator = items[Symbol.iterator]()
  for (;;) {
    while (waiting.length < count) {
      const next = iterator.next()
      if (next.done === true) break
      const work = act(next.value)
      // Should one before it fail, nobody waits for it.
      work.catch(() => undefined)
      waiting.push(work)
    }
    const first = waiting.shift()
    if (first === undefined) return
    yield await first
  }
}
