import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { addDays, dayOf } from '../../src/core/day.ts'
import type { Ran } from '../support/bailiwick-command.ts'
import { runCommand } from '../support/run-command.ts'

/** One authority for the whole file: the tests read like a day's work, in their order. */
vi.setConfig({ testTimeout: 120_000 })

let folder: string
let data: string
let today: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'review-commands-'))
  data = join(folder, 'var')
  today = dayOf(new Date())
  await good('init', '--insecure-plain-keys')
  const list = {
    ...{ id: 'phishing', title: 'Phishing', authority: 'Example CERT' },
    review: { afterDays: 30, expireAfterDays: 10 },
    guard: { maxShrink: 0.5 },
  }
  const strict = { ...list, id: 'strict', approvals: { needed: 2 } }
  await good('list', 'apply', write('l.json', list), write('s.json', strict))
  for (const name of ['a', 'b', 'c', 'd']) {
    await good('entry', 'add', 'phishing', `${name}.example`, '--reason', 'a bank')
  }
  await good('publish', 'phishing')
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

async function refused(exit: number, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args)
  expect({ code, stdout }).toEqual({ code: exit, stdout: '' })
  return stderr
}

function write(name: string, value: unknown): string {
  const file = join(folder, name)
  writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value))
  return file
}

const done = (id: number, outcome: string, ...more: string[]): string[] => [
  ...['review', 'done', String(id), '--outcome', outcome, '--reason', 'seen', ...more],
]

describe('an urgent retirement', () => {
  it('takes effect at once, and leaves a review with its time and serial', async () => {
    await good('entry', 'retire', 'phishing', 'a.example', '--reason', 'its owner', '--urgent')
    expect(await json('review', 'ls', '--open')).toMatchObject([
      {
        ...{ review: 1, list: 'phishing', cause: 'urgent', state: 'open', openedBy: 'alice' },
        ...{ dueOn: addDays(today, 3), isOverdue: false, note: 'its owner', entries: 1 },
        urgent: { retired: [{ value: 'a.example' }], published: { serial: 2 } },
      },
    ])
    expect(await good('review', 'show', '1')).toMatch(
      /^review 1 of phishing, urgent: a\.example \(domain\)\nopen, due on .*\ndecision 5: its owner\nretired at .*; published with serial 2 at .*Z\n/,
    )
    // One that is not urgent has none.
    await good('entry', 'retire', 'phishing', 'b.example', '--reason', 'cleaned')
    expect(await json('review', 'ls')).toHaveLength(1)
  })

  it('is confirmed, or listed again first', async () => {
    expect(await refused(3, ...done(1, 'kept'))).toContain('review/outcome')
    expect(await refused(3, ...done(1, 'relisted'))).toContain('«bailiwick entry add phishing …»')
    expect(await json(...done(1, 'retired'))).toMatchObject({ outcome: 'retired', decision: null })
    expect(await refused(3, ...done(1, 'retired'))).toContain('review/done')
    expect(await json('review', 'ls', '--open')).toEqual([])
  })
})

describe('a review', () => {
  it('is opened before the end, once, and gives a later one', async () => {
    expect(await json('review', 'run')).toMatchObject({
      ...{ lapsed: [], opened: [{ list: 'phishing', cause: 'expiring', reviews: 2 }] },
      // Both entries end together.
      warnings: [{ list: 'phishing', entries: 2, on: addDays(today, 10) }],
    })
    expect(await good('review', 'run')).toMatch(/^2 entries of phishing end on .*\n$/)
    const end = addDays(today, 9)
    expect(await json(...done(2, 'extended', '--expires-on', end))).toMatchObject({
      ...{ reviewOn: addDays(today, 30), expiresOn: end },
    })
    expect(await refused(3, ...done(3, 'extended', '--expires-on', addDays(today, 11)))).toContain(
      addDays(today, 10),
    )
    expect(await refused(2, 'review', 'done', '3', '--outcome', 'kept')).toContain('--reason')
    expect(await refused(2, ...done(3, 'lost'))).toContain('usage/invalid')
    expect(await refused(3, ...done(99, 'kept'))).toContain('review/not-found')
  })

  it('is asked for, and retires', async () => {
    const ask = ['review', 'ask', 'phishing', 'd.example', '--reason', 'ticket 17']
    expect(await json(...ask)).toMatchObject({ opened: [{ review: 4 }] })
    expect(await json(...ask)).toMatchObject({ opened: [{ review: null }] })
    expect(await refused(3, 'review', 'ask', 'phishing', 'x.example', '--reason', 'x')).toContain(
      'entry/not-found',
    )
    expect(await json(...done(4, 'retired'))).toMatchObject({ retired: 1, decision: 7 })
    expect(await json('review', 'ls', '--cause', 'asked')).toMatchObject([
      { review: 4, state: 'done', outcome: 'retired', value: 'd.example' },
    ])
    expect(await json('review', 'show', '4')).toMatchObject({
      acts: [
        { act: 'opened', actor: 'alice', reason: 'ticket 17' },
        { act: 'done', outcome: 'retired', decision: 7 },
      ],
    })
  })

  it('is opened for a domain that has changed hands', async () => {
    const tomorrow = addDays(today, 1)
    // Nothing can have been registered after today, which is the day of the decision.
    const file = write('r.csv', `domain,day\nc.example,${today}\nd.example,${tomorrow}\n`)
    const { code, stdout } = await run('review', 'registrations', file, '--json')
    expect({ code, told: JSON.parse(stdout) as unknown }).toEqual({
      code: 1,
      told: {
        ...{ domains: 1, lines: 3, refused: 1, opened: 0 },
        examples: [{ line: 3, reason: 'future' }],
      },
    })
    expect(await refused(3, 'review', 'registrations', join(folder, 'none.csv'))).toContain(
      'system/not-found',
    )
  })

  it('leaves the chain whole, and doctor with what will be stopped', async () => {
    expect(await good('events', 'check')).toContain('ok')
    const { code, stdout } = await run('doctor')
    expect(code).toBe(1)
    expect(stdout).toContain('reviews of phishing')
    expect(stdout).toContain('the circuit breaker will then hold the list back')
  })
})
