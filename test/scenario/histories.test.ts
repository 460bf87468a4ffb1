import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readDomainName } from '../../src/core/domain-name.ts'
import { readIpValue } from '../../src/core/ip-value.ts'
import { readUrlValue } from '../../src/core/url-value.ts'
import { runImport } from '../../src/main/entry-import.ts'
import { findList } from '../../src/main/find-list.ts'
import type { Authority } from '../../src/main/open-authority.ts'
import {
  applyList,
  makeTestAuthority,
  publishOne,
  type TestAuthority,
} from '../support/authority-folder.ts'
import { guardDepsOf } from '../support/guard-builders.ts'
import { readHistory, type Version } from '../support/real-history.ts'
import { sharedData } from '../support/shared-data.ts'
import { openTufReader, readSnapshot } from '../support/tuf-oracle.ts'

/*
 * The accounting (docs/spec/import.md, «Mirrors»). A version is a set of lines. Each line is exactly one of
 *
 *   plain    it is what its entry looks like in the format of the list
 *   mended   it made an entry, which looks otherwise: upper case, a default port, an escape undone
 *   told     it stands in the import's report, refused or unsupported, with its number and text
 *
 * so the version is: what the live entries look like, but for those that only mended lines made, and the mended
 * lines, and the told ones. Put together like that from the database and the report, it must have the version's SHA-256.
 *
 * Lines that make the same entry are joined. What a version adds are therefore: the entries that the import added, the told
 * lines that are new, and the new lines whose entry was there or came with another line; likewise what it removes. Which
 * entry a line makes is found here line by line with the parsers of core, not with the reader that the import uses.
 */

/** How a list writes its entries, and which entry a line means; null for one that is none. */
interface Dialect {
  readonly print: (value: string) => string
  readonly keyOf: (line: string) => string | null
}

const HOSTS: Dialect = {
  print: (value) => `0.0.0.0 ${value}`,
  keyOf: (line) => nameKey(line.replace(/^0\.0\.0\.0 /, ''), 'host'),
}

const MIXED: Dialect = {
  print: (value) => value,
  keyOf: (line) => {
    const rule = /^\|\|([^/^$]+)\^?\$all$/.exec(line)?.[1]
    if (rule !== undefined) return nameKey(rule, 'domain')
    const address = readIpValue(line)
    if ('value' in address) return `${address.value}\tip`
    if (!/[/?]/.test(line)) return nameKey(line, 'domain')
    const url = readUrlValue(line)
    return 'value' in url ? `${url.value}\turl` : null
  },
}

function nameKey(text: string, kind: string): string | null {
  const reading = readDomainName(Buffer.from(text, 'latin1').toString())
  return 'name' in reading ? `${reading.name}\t${kind}` : null
}

const HISTORIES = [
  { name: 'durablenapkin-hosts', dialect: HOSTS, taste: 30 },
  { name: 'urlhaus-mixed-2020', dialect: MIXED, taste: 4 },
  { name: 'urlhaus-ips-2021', dialect: MIXED, taste: 3 },
  { name: 'maltrail-domains', dialect: MIXED, taste: 1 },
]

let home: TestAuthority
let authority: Authority
let folder: string

beforeEach(async () => {
  home = await makeTestAuthority()
  authority = home.open()
  folder = mkdtempSync(join(tmpdir(), 'history-'))
})

afterEach(() => {
  authority.close()
  home.remove()
  rmSync(folder, { recursive: true })
})

describe('a mirror of a real list', () => {
  for (const { name, dialect, taste } of HISTORIES) {
    it(`follows ${name} exactly, version by version`, { timeout: 3_600_000 }, async ({ skip }) => {
      const data = sharedData(`history/${name}`)
      if (data === null) return skip('the data set is not there')
      applyList(authority, 'mirror')
      const reader = await openTufReader(authority.paths.published, authority.paths.root)
      const versions = readHistory(data).slice(0, process.env['SLOW'] ? undefined : taste + 1)
      const follower = new Follower(dialect)
      for (const version of versions) {
        follower.apply(version)
        const { changes, decision, told } = importVersion(follower.lines())
        follower.account(version, changes, told)
        const list = findList(authority.store, 'mirror')
        const live = [...authority.store.publications.lines(list.rowId, decision)]
        expect(follower.rebuild(live, told)).toBe(version.sha256)
        if (changes.added + changes.retired === 0) continue
        const outcome = await publishOne(authority, 'mirror')
        expect(outcome).toMatchObject({ entries: live.length, added: changes.added })
        expect(outcome.removed).toBe(changes.retired)
        const snapshot = await readSnapshot(reader, 'mirror')
        expect(snapshot.serial).toBe(outcome.serial)
        // `readSnapshot` has verified that the snapshot's lines have the state it tells.
        expect(snapshot.state).toBe(sha256(live))
      }
      await reader.close()
      checkEveryPast()
    })
  }
})

interface Told {
  readonly line: number
  readonly text: string
}

/** Imports the lines as one file, in an order that is not sorted; gives what the report says of them. */
function importVersion(lines: readonly string[]) {
  const file = join(folder, 'upstream.txt')
  const report = join(folder, 'report.tsv')
  writeFileSync(file, Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1'))
  const list = findList(authority.store, 'mirror')
  const { changes, files } = runImport(
    { store: authority.store, list, actor: 'alice', guards: guardDepsOf(), progress: SILENT },
    [file],
    // Real lists hold what guards stop: networks that are anybody's, names above public suffixes.
    {
      ...{ format: 'auto', mode: 'mirror', reason: 'a mirror', report },
      override: 'the list as its publisher has it',
    },
  )
  const told = readFileSync(report, 'latin1')
    .split('\n')
    .slice(1, -1)
    .map((row) => row.split('\t'))
    .map(([, line, , , ...text]) => ({ line: Number(line), text: text.join('\t') }))
  expect(told).toHaveLength(files[0]!.refused.count + files[0]!.unsupported.count)
  expect(told.filter(({ line, text }) => text !== lines[line - 1])).toEqual([])
  return { changes, told, decision: authority.store.decisions.lastDecision(list.rowId) }
}

const SILENT = { say: () => undefined, advance: () => undefined, end: () => undefined }

/** What the versions say, kept line by line. */
class Follower {
  readonly #dialect: Dialect
  readonly #lines = new Set<string>()
  /** How many lines make each entry. */
  readonly #keys = new Map<string, number>()
  #told = new Set<string>()
  #gained: string[] = []
  #lost: string[] = []

  constructor(dialect: Dialect) {
    this.#dialect = dialect
  }

  apply({ added, removed, entries }: Version): void {
    for (const line of removed) this.#lines.delete(line)
    for (const line of added) this.#lines.add(line)
    expect(this.#lines.size).toBe(entries)
  }

  lines(): string[] {
    return [...this.#lines]
  }

  /** Adds and removes are exactly what was decided, what was told, and what was joined. */
  account(
    { added, removed }: Version,
    changes: { readonly added: number; readonly retired: number; readonly amended: number },
    told: readonly Told[],
  ): void {
    const now = new Set(told.map(({ text }) => text))
    const before = new Set(this.#keys.keys())
    const toldAdded = added.filter((line) => now.has(line))
    const toldRemoved = removed.filter((line) => this.#told.has(line))
    for (const line of removed) if (!this.#told.has(line)) this.#count(line, -1)
    for (const line of added) if (!now.has(line)) this.#count(line, 1)
    this.#gained = [...this.#keys.keys()].filter((key) => !before.has(key))
    this.#lost = [...before].filter((key) => !this.#keys.has(key))
    expect(changes).toEqual({ added: this.#gained.length, retired: this.#lost.length, amended: 0 })
    const joinedAdds = added.length - toldAdded.length - this.#gained.length
    const joinedRemoves = removed.length - toldRemoved.length - this.#lost.length
    expect(joinedAdds).toBeGreaterThanOrEqual(0)
    expect(added.length).toBe(changes.added + toldAdded.length + joinedAdds)
    expect(removed.length).toBe(changes.retired + toldRemoved.length + joinedRemoves)
    // A line that stayed is told in every version or in none.
    expect([...this.#told].filter((line) => this.#lines.has(line) && !now.has(line))).toEqual([])
    expect(now.size - this.#told.size).toBe(toldAdded.length - toldRemoved.length)
    this.#told = now
  }

  /** The SHA-256 of the version, made from the live entries, the told lines and the mended ones. */
  rebuild(live: readonly string[], told: readonly Told[]): string {
    const looks = new Map<string, string>()
    for (const line of live) {
      const [value = '', kind = ''] = line.split('\t')
      looks.set(`${value}\t${kind}`, this.#dialect.print(value))
    }
    expect(looks.size).toBe(live.length)
    const lines = new Set(told.map(({ text }) => text))
    const mended: string[] = []
    const plain = new Set<string>()
    for (const line of this.#lines) {
      if (lines.has(line)) continue
      const key = this.#dialect.keyOf(line) ?? ''
      if (!looks.has(key)) throw new Error(`neither told nor live: ${JSON.stringify(line)}`)
      if (looks.get(key) === line) plain.add(key)
      else mended.push(line)
    }
    const onlyMended = new Set(mended.map((line) => this.#dialect.keyOf(line) ?? ''))
    for (const [key, look] of looks) {
      if (!plain.has(key) && onlyMended.has(key)) continue
      lines.add(look)
    }
    for (const line of mended) lines.add(line)
    return sha256(lines)
  }

  #count(line: string, by: 1 | -1): void {
    const key = this.#dialect.keyOf(line)
    if (key === null) throw new Error(`taken, though it is nothing: ${JSON.stringify(line)}`)
    const count = (this.#keys.get(key) ?? 0) + by
    if (count === 0) this.#keys.delete(key)
    else this.#keys.set(key, count)
  }
}

/** Of the lines, sorted, each with its line feed. */
function sha256(lines: Iterable<string>): string {
  const text = [...lines].sort().join('\n') + '\n'
  return createHash('sha256').update(Buffer.from(text, 'latin1')).digest('hex')
}

/** Every serial can be made again from the history, byte for byte. */
function checkEveryPast(): void {
  const { store } = authority
  const list = findList(store, 'mirror')
  const all = store.publications.all(list.rowId)
  expect(all.length).toBeGreaterThan(1)
  for (const { decision, state } of all) {
    const hash = createHash('sha256')
    for (const line of store.publications.lines(list.rowId, decision)) hash.update(`${line}\n`)
    expect(hash.digest('hex')).toBe(state)
  }
}
