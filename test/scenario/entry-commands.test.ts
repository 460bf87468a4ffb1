import { existsSync, mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Ran } from '../support/bailiwick-command.ts'
import { runCommand } from '../support/run-command.ts'

/** One authority for the whole file: the tests read like a day's work, in their order. */
// Every test starts several programs.
vi.setConfig({ testTimeout: 120_000 })

let folder: string
let data: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'commands-'))
  data = join(folder, 'var')
  await good('init', '--insecure-plain-keys')
})

afterAll(() => {
  rmSync(folder, { recursive: true })
})

const run = (...args: string[]): Promise<Ran> =>
  runCommand(args, { env: { BAILIWICK_DATA: data, BAILIWICK_ACTOR: 'alice' } })

async function good(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args)
  if (code !== 0) throw new Error(`exit ${String(code)}: ${args.join(' ')}\n${stderr}`)
  return stdout
}

const json = async (...args: string[]): Promise<unknown> =>
  JSON.parse(await good(...args, '--json')) as unknown

/** The one line on stderr of a command that is refused with this exit code. */
async function refused(exit: number, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args)
  expect({ code, stdout, lines: stderr.trim().split('\n').length }).toMatchObject({
    code: exit,
    stdout: '',
  })
  expect(stderr).toMatch(/^bailiwick: .+\n/)
  return stderr
}

function write(name: string, value: unknown): string {
  const file = join(folder, name)
  writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value))
  return file
}

const PHISHING = { id: 'phishing', title: 'Phishing', authority: 'Example CERT' }

describe('lists', () => {
  it('are created, left alone and updated by their definitions', async () => {
    const file = write('phishing.json', PHISHING)
    const secret = write('secret.json', { ...PHISHING, id: 'secret', visibility: 'restricted' })
    expect(await json('list', 'apply', file, secret)).toEqual([
      { list: 'phishing', outcome: 'created', place: 'phishing' },
      {
        list: 'secret',
        outcome: 'created',
        place: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      },
    ])
    expect(await good('list', 'apply', file)).toBe('unchanged phishing\n')
    write('phishing.json', { ...PHISHING, title: 'Phishing names', categories: ['phishing'] })
    expect(await good('list', 'apply', file)).toBe('updated phishing\n')
    expect(await json('list', 'ls')).toMatchObject([
      { id: 'phishing', title: 'Phishing names', entries: 0, serial: null, isPending: false },
      { id: 'secret', visibility: 'restricted' },
    ])
    expect(await json('list', 'show', 'phishing')).toMatchObject({
      definition: { guard: { maxShrink: 0.2 } },
    })
  })

  it('are refused with a visibility that changes, and with a definition that is wrong', async () => {
    const opened = write('opened.json', { ...PHISHING, id: 'secret' })
    expect(await refused(3, 'list', 'apply', opened)).toContain('list/fixed')
    const wrong = write('wrong.json', { ...PHISHING, acton: {} })
    expect(await refused(3, 'list', 'apply', wrong)).toContain('did you mean "action"?')
    expect(await refused(3, 'list', 'apply', write('torn.json', '{"id":'))).toContain(
      'list/invalid',
    )
    expect(await refused(3, 'list', 'apply', join(folder, 'absent.json'))).toContain('absent.json')
    // One wrong file, and the right one beside it is not applied either.
    const fresh = write('fresh.json', { ...PHISHING, id: 'fresh' })
    await refused(3, 'list', 'apply', fresh, wrong)
    expect(await refused(3, 'list', 'show', 'fresh')).toContain('list/not-found')
  })
})

describe('entries', () => {
  it('are added, with everything that is known of them', async () => {
    const added = await json(
      ...['entry', 'add', 'phishing', 'Login.Bad.example.', '--kind', 'host'],
      ...['--category', 'phishing', '--reason', 'imitates a bank', '--basis', 'art. 7'],
      ...['--reference', 'REF-1', '--evidence', 'case 12', '--action', 'nodata'],
    )
    expect(added).toMatchObject({
      list: 'phishing',
      decision: 1,
      entry: { value: 'login.bad.example', kind: 'host', action: 'nodata', reference: 'REF-1' },
      coveredBy: [],
    })
    await good('entry', 'add', 'phishing', 'bad.example', '--reason', 'all of it')
    await good('publish', 'phishing')
    expect(await good('entry', 'add', 'phishing', 'x.bad.example', '--reason', 'more')).toContain(
      'covered already by the domain bad.example',
    )
  })

  it('are refused when they are there, on no list, without a reason, or no value', async () => {
    const add = ['entry', 'add', 'phishing', 'bad.example']
    expect(await refused(3, ...add, '--reason', 'x')).toContain('entry/already-listed')
    expect(await refused(3, 'entry', 'add', 'phising', 'b.example', '--reason', 'x')).toContain(
      'did you mean "phishing"?',
    )
    expect(await refused(2, ...add)).toContain('--reason')
    for (const command of ['add', 'retire', 'import']) {
      const args = ['entry', command, 'phishing', 'bad.example', '--reason', ' ']
      expect(await refused(2, ...args)).toContain('expected a reason, got nothing')
    }
    expect(await refused(2, ...add, '--reason', 'x', '--kind', 'dommain')).toContain('--kind')
    expect(await refused(3, 'entry', 'add', 'phishing', 'a b', '--reason', 'x')).toContain(
      'name/invalid',
    )
    expect(await refused(3, 'entry', 'add', 'phishing', 'co.uk', '--reason', 'x')).toContain(
      'public suffix',
    )
  })

  it('tell their story, and that of what covers them, at any serial', async () => {
    const { stays } = (await json('entry', 'show', 'www.login.bad.example')) as { stays: unknown[] }
    expect(stays).toMatchObject([
      {
        entry: { value: 'bad.example' },
        since: { serial: 1 },
        until: null,
        added: { reason: 'all of it', decidedBy: 'alice', act: 'add' },
        retired: null,
      },
    ])
    expect(await good('entry', 'show', 'login.bad.example')).toContain('evidence: case 12')
    expect(await refused(3, 'entry', 'show', 'x.bad.example', '--list', 'secret')).toContain(
      'entry/not-found',
    )
    expect(await refused(2, 'entry', 'show', 'bad.example', '--at', 'yesterday')).toContain('--at')
    const at99 = ['bad.example', '--list', 'phishing', '--at', '99']
    expect(await refused(3, 'entry', 'show', ...at99)).toMatch(
      /from 1 to 1, got 99; did you mean "1"\? \(snapshot\/not-found\)/,
    )
    for (const where of [[], ['--list', 'phishing']]) {
      expect(await refused(3, 'entry', 'show', 'bda.example', ...where)).toContain(
        'did you mean "bad.example"?',
      )
    }
    // It was not misspelt, and another list's entries are not meant.
    for (const other of [
      ['bad.example', '--at', '2000-01-01'],
      ['bda.example', '--list', 'secret'],
    ]) {
      expect(await refused(3, 'entry', 'show', ...other)).not.toContain('did you mean')
    }
  })

  it('are retired at once when it is urgent, whatever the guard allows', async () => {
    expect(
      await refused(3, 'entry', 'retire', 'phishing', 'bda.example', '--reason', 'x'),
    ).toContain('did you mean "bad.example"?')
    await good('publish', 'phishing')
    const retired = await json(
      ...['entry', 'retire', 'phishing', 'bad.example', '--reason', 'cleaned', '--urgent'],
    )
    // A third of the list at once: more than the guard's fifth.
    expect(retired).toMatchObject({ published: { serial: 3 } })
    expect(await good('entry', 'show', 'bad.example', '--at', '2')).toContain('until serial 3')
    expect(await refused(3, 'entry', 'show', 'bad.example', '--at', '3')).toContain('not-found')
    expect(await json('decision', 'ls', '--list', 'phishing', '--limit', '1')).toMatchObject([
      { act: 'retire', urgent: true, reason: 'cleaned', retired: 1 },
    ])
  })

  it('are imported, and what is refused stands in the report', async () => {
    const file = write('upstream.txt', 'a.example\n0.0.0.0 b.example\nco.uk\n')
    const report = join(folder, 'report.tsv')
    const done = await json(
      ...['entry', 'import', 'secret', file, '--reason', 'a mirror', '--report', report],
    )
    expect(done).toMatchObject({ changes: { added: 2 }, accepted: 2, entries: 2 })
    expect(readFileSync(report, 'utf8')).toContain('\t3\trefused\tpublic-suffix\tco.uk\n')
    expect(await good('entry', 'import', 'secret', file, '--reason', 'again')).toContain(
      'nothing to decide',
    )
    expect(await refused(3, 'entry', 'import', 'secret', folder, '--reason', 'x')).toContain(
      'system/',
    )
  })
})

describe('an export', () => {
  it('is written to a file, or to standard output as -, and makes no folder', async () => {
    const args = ['export', 'phishing', '--format', 'domains', '-o']
    const file = join(folder, 'phishing.domains')
    expect(await good(...args, file)).toBe('')
    expect(await good(...args, '-')).toBe(readFileSync(file, 'utf8'))
    const missing = join(folder, 'missing')
    expect(await refused(3, ...args, join(missing, 'x'))).toContain(
      `make ${JSON.stringify(missing)} first (system/not-found)`,
    )
    expect(existsSync(missing)).toBe(false)
  })
})

describe('the data folder', () => {
  it('is sound, is backed up, and comes back from the backup', async () => {
    await good('publish', 'phishing')
    expect(await good('doctor')).not.toContain('bad')
    const file = join(folder, 'one.backup')
    await good('backup', file)
    expect(await refused(3, 'backup', file)).toContain('store/exists')
    expect(await refused(3, 'restore', file)).toContain('data/exists')
    const restored = join(folder, 'restored')
    await good('--data', restored, 'restore', file)
    expect(await good('--data', restored, 'doctor')).toBe(await good('doctor'))
    expect(await good('--data', restored, 'entry', 'show', 'bad.example')).toBe(
      await good('entry', 'show', 'bad.example'),
    )
    // It goes on where it was: it can sign.
    await good('--data', restored, 'entry', 'add', 'phishing', 'c.example', '--reason', 'x')
    expect(await good('--data', restored, 'publish', 'phishing')).toContain('serial 4')
  })

  it('is refused as a backup when the file is none, and nothing is left behind', async () => {
    const wrong = join(folder, 'wrong')
    const file = write('letter', 'dear friend\n')
    expect(await refused(3, '--data', wrong, 'restore', file)).toContain('backup/invalid')
    expect(existsSync(join(wrong, 'bailiwick.db'))).toBe(false)
    expect(await refused(3, '--data', wrong, 'list', 'ls')).toContain('data/not-found')
  })

  it('with a published file gone or changed is found by the doctor, and repaired', async () => {
    const metadata = join(data, 'published/tuf/metadata')
    const phishing = join(data, 'published/tuf/metadata/1.root.json')
    unlinkSync(phishing)
    writeFileSync(join(metadata, 'timestamp.json'), '{}')
    const { code, stdout } = await run('doctor')
    expect(code).toBe(1)
    expect(stdout.match(/^bad {3}published files/gm)).toHaveLength(2)
    expect(await good('doctor', '--repair')).not.toContain('bad')
    expect(existsSync(phishing)).toBe(true)
  })
})
