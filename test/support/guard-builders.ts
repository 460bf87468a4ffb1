import type { Entry } from '../../src/core/entry.ts'
import { printEntryLine } from '../../src/core/entry.ts'
import type { RegisterRow } from '../../src/core/register.ts'
import type { GuardDeps, GuardedBatch, GuardedList } from '../../src/curation/guards/guard-deps.ts'
import {
  decodePopular,
  encodePopular,
  type PopularSites,
} from '../../src/curation/guards/popular-sites.ts'
import { readRanking } from '../../src/curation/guards/read-ranking.ts'
import { sortLines } from './lines.ts'

/** The day of every guard in the tests. */
export const TODAY = '2030-01-31'

/** Guards that know nothing: no register, no top sites, no appeals. */
export function guardDepsOf(changes: Partial<GuardDeps> = {}): GuardDeps {
  return { register: [], popular: null, retiredOnAppeal: () => null, today: TODAY, ...changes }
}

/** A row of the register. */
export function rowOf(value: string, changes: Partial<RegisterRow> = {}): RegisterRow {
  return { value, purpose: 'update', scope: 'name', reason: 'a test', source: '', ...changes }
}

/** Top sites in the order of their ranks. */
export function popularOf(names: readonly string[], date = TODAY): PopularSites {
  const text = names.map((name, i) => `${i + 1},${name}\n`).join('')
  const { arrays, names: count } = readRanking([Buffer.from(text)])
  const facts = { source: 'a test', date, sha256: '0'.repeat(64), names: count }
  return decodePopular(Buffer.concat([...encodePopular(facts, arrays)]))
}

/** The line of an entry given as `value kind` or `value kind action`; the kind is `domain` where none is given. */
export function lineOf(text: string): string {
  const [value = '', kind = 'domain', action = 'nxdomain'] = text.split(' ')
  return printEntryLine({ value, kind, action, category: '', reference: '' } as Entry)
}

export function batchOf(texts: readonly string[]): GuardedBatch {
  const lines = sortLines(texts.map(lineOf))
  const block = Buffer.from(lines.map((line) => `${line}\n`).join(''))
  return { size: lines.length, lines: () => (lines.length === 0 ? [] : [block]) }
}

/** A list with these entries, and past batches of these sizes. */
export function guardedListOf(
  texts: readonly string[] = [],
  changes: Partial<GuardedList> = {},
): GuardedList {
  const { size, lines } = batchOf(texts)
  const definition = { id: 'phishing', steering: null }
  return { definition, isEmpty: size === 0, lines, pastBatches: [], ...changes }
}
