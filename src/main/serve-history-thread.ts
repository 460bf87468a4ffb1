import { workerData } from 'node:worker_threads'
import { splitEntryLine } from '../core/entry.ts'
import { Fault } from '../core/fault.ts'
import { HISTORY_TIMEOUT_MS } from '../distribute/limits.ts'
import type { Changes, ChangesQuestion } from '../distribute/ports.ts'
import { openStore } from '../store/open-store.ts'
import type { HistoryQuestion } from './serve-history.ts'
import { answerQuestions } from './serve-thread.ts'

/**
 * The thread behind `openHistory`: one question after the other, over a connection that can only read.
 * Whoever asked has long gone when an answer takes longer than the limit, so the reading ends there.
 */
const { database } = workerData as { readonly database: string }
const store = openStore(database, { readonly: true })

answerQuestions((asked) => {
  const { ask, question } = asked as HistoryQuestion
  return ask === 'entries'
    ? store.entries.page(question)
    : changes(question, Date.now() + HISTORY_TIMEOUT_MS)
})

/** How many lines are read between two looks at the clock. */
const LINES_PER_LOOK = 4096

// Between two serials in either order: backwards, what was added is removed.
function changes(question: ChangesQuestion, deadlineMs: number): Changes {
  const { listRowId, from, to, skip, limit } = question
  const isForward = from <= to
  const between = store.publications.changes(listRowId, ...ordered(from, to))
  const [added, removed] = isForward
    ? [between.added, between.removed]
    : [between.removed, between.added]
  const count = { added: 0, removed: 0 }
  const page: Changes['page'][number][] = []
  for (const { change, line } of inOrder(added, removed)) {
    const position = count.added + count.removed
    count[change]++
    if (position >= skip && page.length < limit) page.push({ change, entry: splitEntryLine(line) })
    if (position % LINES_PER_LOOK === 0 && Date.now() > deadlineMs) {
      throw new Fault(
        'serve/busy',
        'expected a difference that can be read in time, got a larger one',
      )
    }
  }
  return { ...count, page }
}

function ordered(a: number, b: number): [number, number] {
  return a <= b ? [a, b] : [b, a]
}

interface LineChange {
  readonly change: 'added' | 'removed'
  readonly line: string
}

// Both come sorted; of an amended entry what was removed stands before what was added.
function* inOrder(added: Iterable<string>, removed: Iterable<string>): Generator<LineChange> {
  const later = removed[Symbol.iterator]()
  try {
    let next = later.next()
    for (const line of added) {
      while (next.done !== true && keyOf(next.value) <= keyOf(line)) {
        yield { change: 'removed', line: next.value }
        next = later.next()
      }
      yield { change: 'added', line }
    }
    while (next.done !== true) {
      yield { change: 'removed', line: next.value }
      next = later.next()
    }
  } finally {
    // An open reading would hold the database's log back from being folded in.
    later.return?.()
  }
}

/** Value and kind. */
function keyOf(line: string): string {
  return line.slice(0, line.indexOf('\t', line.indexOf('\t') + 1))
}
