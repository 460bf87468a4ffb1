import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { openAppeal } from '../../src/main/appeals/open-appeal.ts'
import { withStore } from '../../src/main/find-list.ts'
import type { Ran } from '../support/bailiwick-command.ts'
import { runCommand } from '../support/run-command.ts'

/** One authority for the whole file: the tests read like a day's work, in their order. */
vi.setConfig({ testTimeout: 120_000 })

let folder: string
let data: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'appeal-commands-'))
  data = join(folder, 'var')
  await good('', 'init', '--insecure-plain-keys')
  for (const [id, visibility] of [
    ['phishing', 'public'],
    ['court', 'restricted'],
  ] as const) {
    const file = join(folder, `${id}.json`)
    const one = { id, visibility, title: id, authority: 'Example CERT', legalBasis: 'Act' }
    writeFileSync(file, JSON.stringify(one))
    await good('', 'list', 'apply', file)
    const reason = ['--reason', 'imitates a bank', '--acknowledge', 'guard/popular-missing']
    await good('', 'entry', 'add', id, 'both.example', ...reason)
    await good('', 'entry', 'add', id, `${id}.example`, ...reason)
  }
  for (const about of ['phishing.example', 'both.example', 'none.example']) await appeal(about)
  await good('', 'organisation', 'add', 'Example CERT', '--kind', 'cert')
  const add = (name: string, ...role: string[]): Promise<string> =>
    good('anna', 'user', 'add', name, '--organisation', 'Example CERT', '--role', ...role)
  await add('anna', 'administrator', '--all-lists')
  await add('carol', 'curator', '--list', 'phishing')
  await add('dora', 'curator', '--list', 'court')
}, 120_000)

afterAll(() => {
  rmSync(folder, { recursive: true })
})

function appeal(about: string): Promise<unknown> {
  const terms = { about, grounds: 'it is mine', contact: '' }
  return withStore(data, (store) => openAppeal(store, terms, new Date()))
}

const run = (actor: string, ...args: string[]): Promise<Ran> =>
  runCommand(args, {
    env: { BAILIWICK_DATA: data, BAILIWICK_ACTOR: actor === '' ? undefined : actor },
  })

async function good(actor: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(actor, ...args)
  if (code !== 0) throw new Error(`exit ${String(code)}: ${args.join(' ')}\n${stderr}`)
  return stdout
}

const json = async (actor: string, ...args: string[]): Promise<unknown> =>
  JSON.parse(await good(actor, ...args, '--json')) as unknown

/** The code of the fault with which a command ends. */
async function faultOf(actor: string, ...args: string[]): Promise<string> {
  const { code, stderr } = await run(actor, ...args)
  return /\(([a-z-]+\/[a-z-]+)\)\n/.exec(stderr)?.[1] ?? `exit ${String(code)}`
}

it('shows each curator the appeals about the own list', async () => {
  const ids = async (actor: string): Promise<string[]> =>
    ((await json(actor, 'appeal', 'ls')) as { appeal: string }[]).map((one) => one.appeal)
  expect(await ids('anna')).toEqual(['a3', 'a2', 'a1'])
  expect(await ids('carol')).toEqual(['a2', 'a1'])
  expect(await ids('dora')).toEqual(['a2'])
  expect(await good('carol', 'appeal', 'ls', '--state', 'open', '--limit', '1')).toMatch(
    /^ID .*\na1 .* phishing\.example +phishing +open .* it is mine\n$/,
  )
  const after = ['appeal', 'ls', '--state', 'open', '--after', 'a1']
  expect(await json('anna', ...after)).toMatchObject([{ appeal: 'a2' }, { appeal: 'a3' }])
  expect(await faultOf('anna', 'appeal', 'ls', '--after', 'p1')).toBe('usage/invalid')
  expect(await faultOf('dora', 'appeal', 'show', 'a1')).toBe('appeal/not-found')
  const told = await good('carol', 'appeal', 'show', 'a2')
  expect(told).toMatch(/listed: phishing both\.example \(domain\), reference \w+\n/)
  expect(told).not.toMatch(/court/)
})

it('accepts: the entry is off, and its serial is out', async () => {
  const answer = ['appeal', 'answer', 'a1', '--text', 'which page?']
  expect(await json('carol', ...answer)).toMatchObject({ state: 'answered', seen: 2 })
  expect(await json('carol', ...answer, '--note')).toMatchObject({ state: 'answered', seen: 3 })
  const told = await good('carol', 'appeal', 'accept', 'a1', '--text', 'the page is clean')
  expect(told).toMatch(/a1 about phishing\.example: accepted\n/)
  expect(await good('anna', 'entry', 'show', 'phishing.example')).not.toMatch(/^listed/m)
  expect(await good('anna', 'list', 'show', 'phishing')).toMatch(/serial +1/)
  expect(await faultOf('carol', 'appeal', 'refuse', 'a1', '--text', 'no')).toBe('appeal/settled')
  const again = ['entry', 'add', 'phishing', 'phishing.example', '--reason', 'again']
  const { stdout, stderr } = await run('carol', ...again)
  expect(stdout + stderr).toMatch(/guard\/appealed/)
})

it('ends when each list has answered', async () => {
  const text = ['--text', 'it stays']
  expect(await json('carol', 'appeal', 'accept', 'a2', '--text', 'off')).toMatchObject({
    state: 'open',
  })
  expect(await json('dora', 'appeal', 'refuse', 'a2', ...text)).toMatchObject({
    state: 'partly-accepted',
  })
})

it('is an administrator’s to refuse where no list has an entry which fits', async () => {
  const refuse = ['appeal', 'refuse', 'a3', '--text', 'nothing of ours blocks it']
  expect(await faultOf('carol', ...refuse)).toBe('appeal/not-found')
  expect(await json('anna', ...refuse)).toMatchObject({ state: 'refused' })
  expect(await json('anna', 'appeal', 'statistics')).toMatchObject({
    ...{ opened: 3, open: 0, accepted: 1, partlyAccepted: 1, refused: 1, longestDays: 0 },
  })
  expect(await good('anna', 'appeal', 'statistics')).toMatch(/accepted in part +1\n/)
  expect(await good('anna', 'events', 'check')).toMatch(/^ok /)
})
