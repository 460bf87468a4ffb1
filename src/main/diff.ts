import type { Command } from 'commander'
import { splitEntryLine } from '../core/entry.ts'
import type { Publication } from '../store/publication-store.ts'
import type { Store } from '../store/open-store.ts'
import { globalOptions } from './global-options.ts'

/** Adds `diff`. */
export function register(program: Command): void {
  program
    .command('diff <list> <from> <to>')
    .description('what entered and left a list between two serials, in either direction')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      '\nPrints snapshot lines (docs/spec/snapshot.md) behind «+» and «-», sorted by entry.\n\nExample:\n  bailiwick diff phishing 41 42',
    )
    .action(diff)
}

async function diff(
  listId: string,
  fromText: string,
  toText: string,
  ...[options, command]: [{ readonly json?: boolean }, Command]
): Promise<void> {
  const { findList, withStore } = await import('./find-list.ts')
  const { findPublication } = await import('./find-publication.ts')
  const { writeOutput } = await import('./write-output.ts')
  await withStore(globalOptions(command).data, async (store) => {
    const list = findList(store, listId)
    const from = findPublication(store, list, fromText)
    const to = findPublication(store, list, toText)
    const changes = [...signedLines(store, list.rowId, { from, to })]
    await writeOutput(
      options.json === true ? jsonOf(list.id, { from, to }, changes) : textOf(changes),
    )
  })
}

interface Ends {
  readonly from: Publication
  readonly to: Publication
}

type SignedLine = readonly ['+' | '-', string]

/** All changed lines in the order of their entries; of an amended one, what it was stands first. */
function* signedLines(store: Store, listRowId: number, { from, to }: Ends): Generator<SignedLine> {
  const isForward = from.serial <= to.serial
  const [first, last] = isForward ? [from, to] : [to, from]
  const { added, removed } = store.publications.changes(listRowId, first.decision, last.decision)
  const [plus, minus] = isForward ? [[...added], [...removed]] : [[...removed], [...added]]
  let next = 0
  for (const line of minus) {
    while (next < plus.length && keyOf(plus[next] ?? '') < keyOf(line))
      yield ['+', plus[next++] ?? '']
    yield ['-', line]
  }
  while (next < plus.length) yield ['+', plus[next++] ?? '']
}

/** Value and kind, which an entry is known by. */
function keyOf(line: string): string {
  return line.split('\t', 2).join('\t')
}

function* textOf(changes: readonly SignedLine[]): Generator<string> {
  for (let at = 0; at < changes.length; at += 1000) {
    yield changes
      .slice(at, at + 1000)
      .map(([sign, line]) => `${sign}${line}\n`)
      .join('')
  }
}

function* jsonOf(
  list: string,
  { from, to }: Ends,
  changes: readonly SignedLine[],
): Generator<string> {
  const head = { list, from: from.serial, to: to.serial, fromState: from.state, toState: to.state }
  yield JSON.stringify(head, null, 2).replace(/\n\}$/, ',\n  "changes": [')
  let between = '\n'
  for (const [sign, line] of changes) {
    yield `${between}    ${JSON.stringify({ change: sign === '+' ? 'added' : 'removed', ...splitEntryLine(line) })}`
    between = ',\n'
  }
  yield changes.length === 0 ? ']\n}\n' : '\n  ]\n}\n'
}
