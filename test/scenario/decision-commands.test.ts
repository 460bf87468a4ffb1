import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { approveProposals } from '../../src/main/proposals/approve-proposal.ts'
import { dataPaths } from '../../src/platform/data-folder.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Ran } from '../support/bailiwick-command.ts'
import { runCommand } from '../support/run-command.ts'
import { approvalsOf, decidingOf, personOf, PEOPLE, TWO } from '../support/deciding.ts'
import { definitionOf } from '../support/store-builders.ts'

const TIMEOUT_MS = 120_000
let folder: string
let data: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-'))
  data = join(folder, 'data')
  await ran('init', '--insecure-plain-keys')
  await apply({ ...TWO, urgentAdd: true })
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function run(...words: readonly string[]): Promise<Ran> {
  return runCommand(['--data', data, '--actor', 'alice', ...words])
}

async function ran(...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...words)
  expect([code, code === 0 ? '' : stderr]).toEqual([0, ''])
  return stdout
}

async function json(...words: readonly string[]): Promise<Record<string, unknown>> {
  return JSON.parse(await ran(...words, '--json')) as Record<string, unknown>
}

async function apply(changes: Parameters<typeof approvalsOf>[0], actor = 'alice'): Promise<void> {
  const { title, authority } = definitionOf('phishing')
  const guard = { maxGrowth: 1e9, maxShrink: 1, minEntries: 0 }
  const list = { id: 'phishing', title, authority, guard, legalBasis: 'Act, art. 1' }
  const file = join(folder, 'list.json')
  writeFileSync(file, JSON.stringify({ ...list, approvals: approvalsOf(changes) }))
  await ran('--actor', actor, 'list', 'apply', file)
}

/** Two approvers of two organisations, as the command line will know them once there are users. */
function approveTwice(id: string): void {
  const store = openStore(dataPaths(data).database)
  for (const person of [personOf('arno', 'hotline', ['approver']), PEOPLE.bea]) {
    approveProposals(decidingOf(store, person), [{ id, expected: null, acknowledged: [] }])
  }
  store.close()
}

const reason = ['--reason', 'a test'] as const

test(
  'an addition waits where two must agree, and is told with its story',
  { timeout: TIMEOUT_MS },
  async () => {
    const added = await run('entry', 'add', 'phishing', 'bad.example', ...reason)
    expect(added.code).toBe(0)
    expect(added.stdout).toMatch(
      /^proposed to add bad\.example \(domain, nxdomain\) to phishing, reference \w{8}\nproposal p1 waits for 2 more approvals, from 2 other organisations\nwarning by guard\/popular-missing: .*\nthere are no users yet/,
    )
    expect(await json('entry', 'add', 'phishing', 'other.example', ...reason)).toMatchObject({
      ...{ proposal: 'p2', decision: null, state: 'open' },
      missing: { people: 2, organisations: 2, stops: [] },
    })
    const queue = await ran('decision', 'ls')
    expect(queue).toMatch(/^ID +SINCE .*\np1 .* waits for 2 more approvals.*\np2 /)
    expect(await json('decision', 'ls')).toEqual([])
    expect(await json('decision', 'ls', '--open', '--limit', '1')).toMatchObject([
      { proposal: 'p1' },
    ])
    expect(await json('decision', 'ls', '--open', '--list', 'phishing')).toHaveLength(2)

    const refused = await run('decision', 'approve', 'p1')
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('approvals-needed')])
    const both = await run('decision', 'approve', 'p1', 'p9', '--json')
    expect(both.code).toBe(3)
    expect(JSON.parse(both.stdout)).toMatchObject([
      { proposal: 'p1', error: { code: 'decision/approvals-needed' } },
      { proposal: 'p9', error: { code: 'proposal/not-found' } },
    ])
    expect((await run('decision', 'approve', '1')).code).toBe(2)

    await ran('decision', 'comment', 'p1', 'who is that?')
    await ran('decision', 'assign', 'p1', 'bea')
    expect(await json('decision', 'ls', '--assigned', 'bea')).toMatchObject([{ proposal: 'p1' }])
    expect((await run('decision', 'change', 'p1')).code).toBe(2)
    expect(
      await json('decision', 'change', 'p1', '--revision', '1', '--category', 'spam'),
    ).toMatchObject({ revision: 2 })
    expect(
      (await run('decision', 'change', 'p1', '--revision', '1', '--basis', 'x')).stderr,
    ).toContain('proposal/changed')
    approveTwice('p1')
    const shown = await ran('decision', 'show', 'p1')
    expect(shown).toMatch(/^p1: add on phishing, revision 2, decided\n/)
    for (const line of [
      '+ bad.example domain nxdomain spam',
      'assigned to bea by alice',
      'approved by arno of hotline',
      'decided (decision 1) by bea of police',
    ]) {
      expect(shown).toContain(line)
    }
    expect(await json('decision', 'show', '1')).toMatchObject({
      ...{ id: 1, decidedBy: 'arno, bea', proposer: 'alice', legalBasis: 'Act, art. 1' },
      proposal: { proposal: 'p1', state: 'decided', decision: 1 },
    })
    expect(await ran('decision', 'show', '1')).toContain('  proposal p1\n')
    expect(await ran('entry', 'show', 'bad.example')).toContain('approved by arno of hotline')
    const settled = await run('decision', 'withdraw', 'p1')
    expect(settled.stderr).toContain('decided by "bea" of "police"')
    expect(await ran('decision', 'withdraw', 'p2')).toBe('proposal p2 is withdrawn\n')
    expect((await run('decision', 'reject', 'p2', '--reason', 'x')).stderr).toContain('settled')
    expect((await run('decision', 'show', '9')).stderr).toContain('decision/not-found')
    expect(await json('decision', 'ls', '--state', 'withdrawn')).toMatchObject([{ proposal: 'p2' }])
    await ran('events', 'check')
    await ran('doctor')
  },
)

test(
  'one word decides where one is asked for: add, amend, retire, import',
  { timeout: TIMEOUT_MS },
  async () => {
    await apply({ urgentAdd: true })
    const add = ['entry', 'add', 'phishing', 'bad.example', ...reason]
    expect(
      await json(...add, '--evidence', 'case 7', '--evidence-sha256', 'a'.repeat(64)),
    ).toMatchObject({
      ...{ decision: 1, proposal: null, state: 'decided', published: null },
    })
    expect(await json('decision', 'show', '1')).toMatchObject({
      ...{ evidence: `case 7 (SHA-256 ${'a'.repeat(64)})`, proposal: null },
    })
    expect((await run(...add, '--evidence-sha256', 'b')).stderr).toContain('entry/already-listed')
    expect(
      (await run('entry', 'add', 'phishing', 'c.example', ...reason, '--evidence-sha256', 'b'))
        .stderr,
    ).toContain('proposal/incomplete')
    const amend = ['entry', 'amend', 'phishing', 'bad.example', ...reason, '--category', 'spam']
    expect(await ran(...amend)).toMatch(
      /^amended bad\.example \(domain, nxdomain, category spam, reference \w+\) on phishing: decision 2\n/,
    )
    expect((await run(...amend)).stderr).toContain('entry/already-listed')
    expect(await json('decision', 'show', '2')).toMatchObject({
      act: 'amend',
      amended: 1,
      added: 0,
    })
    const urgent = ['entry', 'add', 'phishing', 'new.example', '--urgent', ...reason]
    expect(await ran(...urgent)).toMatch(
      /: decision 3, reference \w+\npublished phishing, serial 1\n$/,
    )
    expect(
      await json('entry', 'retire', 'phishing', 'new.example', '--urgent', ...reason),
    ).toMatchObject({
      ...{ decision: 4, proposal: null, published: { serial: 2 } },
    })
    writeFileSync(join(folder, 'names.txt'), 'x.example\ny.example\n')
    const names = ['entry', 'import', 'phishing', join(folder, 'names.txt'), ...reason]
    expect(await json(...names)).toMatchObject({ decision: 5, proposal: null, entries: 3 })
    await apply(TWO)
    writeFileSync(join(folder, 'names.txt'), 'x.example\nz.example\n')
    expect(await ran(...names)).toContain(
      'phishing: proposed, 1 added, 0 retired, 0 amended, reference',
    )
    expect(await ran('decision', 'show', 'p1')).toContain('+ z.example domain nxdomain')
  },
)

test(
  'from the first user on people decide together, and two of them get past a guard',
  { timeout: TIMEOUT_MS },
  async () => {
    await ran('organisation', 'add', 'hotline', '--kind', 'hotline')
    await ran('organisation', 'add', 'police', '--kind', 'police')
    await apply(TWO)
    const user = (name: string, organisation: string): string[] => [
      ...['user', 'add', name, '--organisation', organisation, '--role'],
    ]
    await ran(...user('adam', 'hotline'), 'administrator', '--all-lists')
    const as = (name: string, ...words: readonly string[]): Promise<Ran> =>
      runCommand(['--data', data, '--actor', name, ...words])
    for (const [name, organisation, role] of [
      ['carol', 'hotline', 'curator'],
      ['bea', 'police', 'approver'],
      ['paul', 'police', 'publisher'],
    ] as const) {
      const added = await as('adam', ...user(name, organisation), role, '--list', 'phishing')
      expect(added).toMatchObject({ code: 0, stderr: '' })
    }
    const add = ['entry', 'add', 'phishing'] as const
    const seen = ['--acknowledge', 'guard/popular-missing'] as const
    expect((await run(...add, 'a.example', ...reason)).stderr).toContain('user/actor')
    for (const name of ['adam', 'bea', 'paul']) {
      expect((await as(name, ...add, 'a.example', ...reason)).stderr).toContain('user/refused')
    }

    // What a guard warns of must have been seen by everybody who stands behind it.
    expect((await as('carol', ...add, 'a.example', ...reason, ...seen)).stdout).toContain(
      'proposal p1 waits for 1 more approval, from another organisation',
    )
    expect((await as('adam', 'decision', 'approve', 'p1')).stderr).toContain('user/refused')
    expect((await as('bea', 'decision', 'approve', 'p1')).stderr).toContain('proposal/warned')
    expect((await as('bea', 'decision', 'approve', 'p1', ...seen)).stdout).toBe(
      'decision 1, of proposal p1\n',
    )

    // A stop is nothing that one person gets past, whoever it is.
    const alone = await as('carol', ...add, 'co.uk', ...reason, '--override', 'it is right')
    expect([alone.code, alone.stderr]).toEqual([3, expect.stringContaining('proposal/stopped')])
    const stopped = await as('carol', ...add, 'co.uk', ...reason, ...seen)
    expect([stopped.code, stopped.stdout]).toEqual([
      1,
      expect.stringContaining('proposal p2 is stopped by guard/public-suffix'),
    ])
    const approve = ['decision', 'approve', 'p2', ...seen] as const
    expect((await as('bea', ...approve)).stderr).toContain('proposal/stopped')
    const override = ['decision', 'override', 'p2', '--reason', 'the registry asks for it'] as const
    for (const name of ['adam', 'carol']) {
      expect((await as(name, ...override)).stderr).toContain('user/refused')
    }
    expect((await as('bea', ...override)).stdout).toContain('the override waits')
    expect((await as('bea', 'decision', 'override', 'p2')).stderr).toContain('proposal/own')
    expect((await as('paul', 'decision', 'override', 'p2')).stdout).toContain('decision 2')
    const shown = JSON.parse((await as('', 'decision', 'show', '2', '--json')).stdout) as object
    expect(shown).toMatchObject({
      ...{ proposer: 'carol', decidedBy: 'bea, paul', override: 'the registry asks for it' },
    })

    // A review that ends with a retirement waits for the same people.
    await apply({ ...TWO, retire: TWO }, 'adam')
    expect((await as('bea', 'review', 'ask', 'phishing', 'a.example', ...reason)).code).toBe(0)
    const done = ['review', 'done', '1', '--outcome', 'retired', ...reason] as const
    expect((await as('paul', ...done)).stderr).toContain('user/refused')
    expect((await as('carol', ...done)).stdout).toBe(
      'proposed to retire 1 entries: p3\nreview 1 of phishing stays open until that is decided\n',
    )
    expect((await as('bea', 'decision', 'approve', 'p3')).stdout).toContain('decision 3')
    expect((await as('', 'events', 'check')).code).toBe(0)
  },
)
