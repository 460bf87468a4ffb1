import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ListDefinition } from '../../src/core/list-definition.ts'
import { runImport, type ImportOptions } from '../../src/main/entry-import.ts'
import { findList } from '../../src/main/find-list.ts'
import type { ImportOutcome } from '../../src/main/import-summary.ts'
import { openStore, type Store } from '../../src/store/open-store.ts'
import { sharedData } from '../support/shared-data.ts'
import { guardDepsOf } from '../support/guard-builders.ts'
import { AT, definitionOf } from '../support/store-builders.ts'

const SILENT = { say: () => undefined, advance: () => undefined, end: () => undefined }
const fault = (code: string): unknown => expect.objectContaining({ name: 'Fault', code })

let folder: string
let store: Store

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'import-'))
  store = openStore(':memory:', { create: true })
  define({ categories: ['phishing', 'malware'] })
})

afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true })
})

function define(changes: Partial<ListDefinition>): void {
  store.lists.apply(definitionOf('phishing', changes), {
    at: AT,
    actor: 'alice',
    place: 'phishing',
  })
}

function importText(text: string | Buffer, options: Partial<ImportOptions> = {}): ImportOutcome {
  const file = join(folder, 'upstream.txt')
  writeFileSync(file, text)
  const list = findList(store, 'phishing')
  return runImport(
    { store, list, actor: 'alice', guards: guardDepsOf(), progress: SILENT },
    [file],
    {
      format: 'auto',
      mode: 'add',
      reason: 'a test',
      reference: 'REF1',
      ...options,
    },
  )
}

/** What the list has now. */
function live(): string[] {
  const { rowId } = findList(store, 'phishing')
  return [...store.publications.lines(rowId, store.decisions.lastDecision(rowId))]
}

describe('an import', () => {
  it('tells the format that was meant', () => {
    expect(() => importText('a.example\n', { format: 'hosst' })).toThrow(
      expect.objectContaining({
        code: 'usage/invalid',
        message: expect.stringMatching(/did you mean "hosts"\?$/) as string,
      }),
    )
  })

  it('never writes its report over what it reads, by whatever name', () => {
    const upstream = join(folder, 'upstream.txt')
    const link = join(folder, 'link.txt')
    symlinkSync(upstream, link)
    for (const report of [upstream, link, join(folder, '.', 'upstream.txt')]) {
      expect(() => importText('a.example\nnot a name\n', { report })).toThrow(
        fault('usage/invalid'),
      )
      expect(readFileSync(upstream, 'utf8')).toBe('a.example\nnot a name\n')
    }
    expect(live()).toEqual([])
  })

  it('reads lines of all sorts, and counts every one of them', () => {
    const outcome = importText(
      [
        '# a comment',
        'a.example',
        'A.example.',
        '0.0.0.0 b.example',
        '||c.example^',
        '*.d.example',
        'x.a.example',
        'https://e.example/login',
        '192.0.2.1',
        'co.uk',
        'localhost.localdomain',
        'f.example$third-party^',
        '',
      ].join('\n'),
      { category: 'phishing' },
    )
    expect(live().map((line) => line.split('\t').slice(0, 2).join(' '))).toEqual([
      '192.0.2.1 ip',
      'a.example domain',
      'b.example host',
      'c.example domain',
      'd.example subdomains',
      'e.example/login url',
      'x.a.example domain',
    ])
    expect(live()[1]).toBe('a.example\tdomain\tnxdomain\tphishing\tREF1')
    expect(outcome).toMatchObject({
      changes: { added: 7, retired: 0, amended: 0 },
      accepted: 7,
      duplicates: { inFile: 1, listed: 0 },
      covered: { inFile: 1, byList: 0 },
    })
    const [file] = outcome.files
    expect(file!.refused.byReason).toMatchObject({ 'public-suffix': 1, 'special-use-name': 1 })
    expect(file!.accepted + file!.refused.count + file!.unsupported.count).toBe(11)
  })

  it('writes every refused line with its number and reason where it was asked to', () => {
    const report = join(folder, 'report.tsv')
    importText('a.example\nco.uk\n\nb.example\nnot a name at all\n', { report, format: 'domains' })
    const rows = readFileSync(report, 'utf8')
      .trim()
      .split('\n')
      .map((row) => row.split('\t'))
    expect(rows[0]).toEqual(['file', 'line', 'verdict', 'reason', 'text'])
    expect(rows.slice(1).map(([, line, verdict, , text]) => [line, verdict, text])).toEqual([
      ['2', 'refused', 'co.uk'],
      ['5', 'refused', 'not a name at all'],
    ])
  })

  it('is one decision, which tells the file, the counts, the reason and the days', () => {
    const { decision } = importText('a.example\nb.example\nco.uk\n', { basis: 'art. 7' })
    expect(store.decisions.find(decision!)).toMatchObject({
      act: 'import',
      list: 'phishing',
      reason: 'a test',
      legalBasis: 'art. 7',
      reference: 'REF1',
      decidedBy: 'alice',
      added: 2,
      source: {
        name: 'upstream.txt',
        sha256: createHash('sha256').update('a.example\nb.example\nco.uk\n').digest('hex'),
        accepted: 2,
        refused: 1,
      },
      reviewOn: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as string,
    })
  })

  it('adds only what is missing, and says what the list covers', () => {
    importText('a.example\nb.example\n')
    const outcome = importText('b.example\nc.example\nx.a.example\n', { reference: 'REF2' })
    expect(outcome).toMatchObject({
      changes: { added: 2, retired: 0, amended: 0 },
      duplicates: { inFile: 0, listed: 1 },
      covered: { inFile: 0, byList: 1 },
      entries: 4,
    })
    expect(live().map((line) => line.split('\t').at(-1))).toEqual(['REF1', 'REF1', 'REF2', 'REF2'])
  })

  it('decides nothing when the file says what the list says already', () => {
    importText('a.example\nb.example\n', { mode: 'mirror' })
    const before = live()
    const again = importText('b.example\nA.example\n', { mode: 'mirror', reference: 'REF2' })
    expect(again).toMatchObject({ decision: null, changes: { added: 0, retired: 0, amended: 0 } })
    expect(live()).toEqual(before)
    expect(store.decisions.all()).toHaveLength(1)
  })

  it('as a dry run tells the same and decides nothing', () => {
    importText('a.example\nb.example\nc.example\nd.example\ne.example\n')
    const text = 'a.example\nb.example\nc.example\nd.example\nf.example\n'
    const dry = importText(text, { mode: 'mirror', dryRun: true })
    expect(dry).toMatchObject({ decision: null, changes: { added: 1, retired: 1, amended: 0 } })
    expect(store.decisions.all()).toHaveLength(1)
    expect(importText(text, { mode: 'mirror' }).changes).toEqual(dry.changes)
  })

  it('as a mirror follows also what is amended', () => {
    importText('value,kind,action\na.example,domain,\nb.example,domain,\n')
    const outcome = importText(
      'value,kind,action\na.example,domain,passthru\nb.example,domain,\n',
      {
        mode: 'mirror',
        reference: 'REF2',
      },
    )
    expect(outcome.changes).toEqual({ added: 0, retired: 0, amended: 1 })
    expect(live()).toEqual([
      'a.example\tdomain\tpassthru\t-\tREF2',
      'b.example\tdomain\tnxdomain\t-\tREF1',
    ])
    const list = findList(store, 'phishing').rowId
    const past = store.publications.lines(list, 1)
    expect([...past][0]).toBe('a.example\tdomain\tnxdomain\t-\tREF1')
  })

  it('takes several files as one list', () => {
    const other = join(folder, 'other.txt')
    writeFileSync(other, '0.0.0.0 b.example\n0.0.0.0 c.example\n')
    const file = join(folder, 'one.txt')
    writeFileSync(file, 'a.example\n')
    const list = findList(store, 'phishing')
    const outcome = runImport(
      { store, list, actor: 'alice', guards: guardDepsOf(), progress: SILENT },
      [file, other],
      {
        format: 'auto',
        mode: 'mirror',
        reason: 'two files',
      },
    )
    expect(outcome.changes.added).toBe(3)
    expect(store.decisions.find(outcome.decision!)?.source?.name).toBe('one.txt, other.txt')
  })

  it.each([
    ['an error page', '<!DOCTYPE html><html><body>502 Bad Gateway</body></html>\n'],
    ['nothing', ''],
    ['a header only', '# Title: a list\n# Entries: 0\n'],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3, 4])],
  ])('refuses %s, and leaves the list as it was', (_, text) => {
    importText('a.example\n')
    expect(() => importText(text, { mode: 'mirror', acceptShrink: 'whatever' })).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^import\//) as string }),
    )
    expect(live()).toHaveLength(1)
    expect(store.decisions.all()).toHaveLength(1)
  })

  it('of a mirror that has shrunk is refused, unless somebody says why', () => {
    const names = Array.from({ length: 100 }, (_, i) => `n${i}.example`)
    importText(names.join('\n') + '\n')
    const cut = names.slice(0, 79).join('\n') + '\n'
    expect(() => importText(cut, { mode: 'mirror' })).toThrow(fault('import/shrunk'))
    expect(live()).toHaveLength(100)
    const { decision } = importText(cut, { mode: 'mirror', acceptShrink: 'ticket 17' })
    expect(store.decisions.find(decision!)?.override).toBe('ticket 17')
    expect(live()).toHaveLength(79)
  })

  it('waits where more than one person must agree', () => {
    const retire = { needed: 1, organisations: 1 }
    define({ approvals: { needed: 2, organisations: 1, retire, urgentAdd: false } })
    const outcome = importText('a.example\nb.example\n')
    expect(outcome).toMatchObject({
      ...{ decision: null, proposal: 'p1', entries: 0, reference: 'REF1' },
      changes: { added: 2 },
    })
    expect(live()).toEqual([])
    const [proposal] = store.proposals.all({ state: 'open' })
    expect(Buffer.concat([...store.proposals.lines(proposal!, 'add')]).toString()).toBe(
      'a.example\tdomain\tnxdomain\t-\tREF1\nb.example\tdomain\tnxdomain\t-\tREF1\n',
    )
  })

  it('is refused with a category that the list lacks, and so is a line with one', () => {
    expect(() => importText('a.example\n', { category: 'spam' })).toThrow(fault('entry/invalid'))
    const { files } = importText('value,category\na.example,spam\nb.example,malware\n')
    expect(files[0]!.refused.byReason).toEqual({ 'not-a-category': 1 })
    expect(live()).toEqual(['b.example\tdomain\tnxdomain\tmalware\tREF1'])
  })

  it('names the nearest format', () => {
    expect(() => importText('a.example\n', { format: 'host' })).toThrow(
      expect.objectContaining({
        code: 'usage/invalid',
        message: expect.stringContaining('did you mean "hosts"?') as string,
      }),
    )
  })
})

describe('an accident that really happened', () => {
  const read = (name: string): Buffer | null => {
    const path = sharedData(`history/incidents/${name}`)
    return path === null ? null : gunzipSync(readFileSync(path))
  }

  it('of a list that lost half of itself is stopped by the guard', ({ skip }) => {
    define({ zone: null })
    const [before, bad, back] = [
      read('half-lost/1_ac8a54f6ee.txt.gz'),
      read('half-lost/2_2e09913808.txt.gz'),
      read('half-lost/5_afa50e7700.txt.gz'),
    ]
    if (before === null || bad === null || back === null) return skip('the data set is not there')
    importText(before, { mode: 'mirror' })
    const size = live().length
    expect(() => importText(bad, { mode: 'mirror' })).toThrow(fault('import/shrunk'))
    expect(live()).toHaveLength(size)
    expect(importText(back, { mode: 'mirror' }).changes.retired).toBeLessThan(size / 20)
  })

  it('of a list with nothing but its header is no list', ({ skip }) => {
    const [before, bad, after] = [
      read('header-only/1_before.txt.gz'),
      read('header-only/2_bad.txt.gz'),
      read('header-only/3_after.txt.gz'),
    ]
    if (before === null || bad === null || after === null) return skip('the data set is not there')
    importText(before, { mode: 'mirror' })
    const size = live().length
    expect(() => importText(bad, { mode: 'mirror' })).toThrow(fault('import/empty'))
    expect(live()).toHaveLength(size)
    importText(after, { mode: 'mirror' })
  })
})
