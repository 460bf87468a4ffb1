import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkOpenings, OPENING_FINDINGS } from '../../src/audit/check-openings.ts'
import { openFolder } from '../../src/audit/open-folder.ts'
import type { Published } from '../../src/audit/published.ts'
import type { ChainEvent } from '../../src/core/event.ts'
import { parseOpening, printOpening, type LogOpening } from '../../src/core/log-opening.ts'
import type { PublicationLeaf } from '../../src/core/log-leaf.ts'
import type { Authority } from '../../src/main/open-authority.ts'
import {
  applyList,
  decideLines,
  makeTestAuthority,
  publishLines,
  publishOne,
  type TestAuthority,
} from '../support/authority-folder.ts'
import { runBailiwick } from '../support/bailiwick-command.ts'
import { entryLine } from '../support/lines.ts'
import { publishedPolicy } from '../support/published-log.ts'

const PLACE = 'f0'.repeat(16)
let home: TestAuthority
let authority: Authority
let source: Published

beforeAll(async () => {
  home = await makeTestAuthority()
  authority = home.open()
  applyList(authority, 'open')
  applyList(authority, 'secret', { visibility: 'restricted' }, PLACE)
  for (let i = 1; i <= 3; i++) {
    await publishLines(authority, 'open', [entryLine(i)])
    decideLines(authority, 'secret', [entryLine(10 + i)])
    decideLines(authority, 'secret', [entryLine(20 + i), entryLine(30 + i)])
    await publishOne(authority, 'secret')
  }
  source = await openFolder(authority.paths.published)
})

afterAll(async () => {
  await source.close()
  authority.close()
  home.remove()
})

function openingsOf(id: string): LogOpening[] {
  const { rowId } = authority.store.lists.find(id)!
  return [1, 2, 3].map((serial) => {
    const { manifest, ...opens } = authority.store.log.manifest(rowId, serial)!
    return { manifest: JSON.parse(manifest.toString()) as PublicationLeaf, ...opens }
  })
}

async function codes(
  openings: readonly LogOpening[],
  events: readonly ChainEvent[] | null = [...authority.store.events.all(1)],
): Promise<string[]> {
  const policy = publishedPolicy(authority.paths.published)
  const { findings } = await checkOpenings({ source, policy }, openings, events)
  return findings.map(({ code, place }) => `${place.split(' ')[1]!} ${code}`)
}

describe.each(['open', 'secret'])('what opens the list %s', (id) => {
  test('is what is in the log, and what the chain of decisions says', async () => {
    const openings = openingsOf(id)
    expect(await codes(openings)).toEqual([])
    expect(await codes(openings, null)).toEqual([])
    expect(await codes(openings.slice(1))).toEqual([])
    for (const one of openings) expect(await codes([one])).toEqual([])
  })

  test('is another where anything of it was changed', async () => {
    const [first, second, third] = openingsOf(id) as [LogOpening, LogOpening, LogOpening]
    const salt = Buffer.from(second.salt)
    salt[7]! ^= 1
    const manifest = { ...second.manifest, entries: second.manifest.entries + 1 }
    const basis = { ...second.basis, decisions: 'ab'.repeat(32) }
    expect(await codes([first, { ...second, manifest }, third])).toEqual(['2 opening/unproven'])
    expect(await codes([first, { ...second, basis }, third])).toEqual([
      '2 opening/basis',
      '2 opening/decisions',
    ])
    expect(await codes([first, { ...second, salt }, third])).toEqual([
      ...(id === 'secret' ? ['2 opening/unproven'] : []),
      '2 opening/basis',
    ])
    expect(await codes([first, third], null)).toEqual(['3 opening/order'])
  })

  test('differs from a chain of which a decision was changed, or left out', async () => {
    const events = [...authority.store.events.all(1)]
    const at = events.findIndex(({ act, subject }) => act === 'decision' && subject['list'] === id)
    const changed = events.map((event, i) =>
      i === at ? { ...event, subject: { ...event.subject, digest: 'cd'.repeat(32) } } : event,
    )
    expect(await codes(openingsOf(id), changed)).toEqual(['1 opening/decisions'])
    expect(await codes(openingsOf(id), events.toSpliced(at, 1))).toEqual(['1 opening/decisions'])
  })
})

test('every code is told in docs/audit.md', () => {
  const page = readFileSync(new URL('../../docs/audit.md', import.meta.url), 'utf8')
  expect(OPENING_FINDINGS.filter((code) => !page.includes(`| \`${code}\` |`))).toEqual([])
})

test('an opening is read in the one form that it is printed in', () => {
  const line = printOpening(openingsOf('secret')[0]!)
  expect(printOpening(parseOpening(line))).toBe(line)
  const wrong = [
    ...[
      '',
      'x',
      'null',
      '{}',
      `${line} `,
      line.replace('/1', '/2'),
      line.replace('"salt":"', '$&0'),
    ],
    ...[line.replace('"number"', '"nummer"'), line.replace('"list":"secret",', '')],
  ]
  for (const text of wrong) {
    expect(() => parseOpening(text)).toThrow(expect.objectContaining({ code: 'log/invalid' }))
  }
})

test('an auditor opens what the authority wrote for him, and sees a chain that was cut', async () => {
  const [opened, events] = ['opened.jsonl', 'events.jsonl'].map((name) => join(home.data, name))
  const run = async (code: number, ...args: string[]): Promise<string> => {
    const ran = await runBailiwick(args, { env: { BAILIWICK_DATA: home.data } })
    expect(ran, ran.stderr).toMatchObject({ code })
    return ran.stdout
  }
  await run(0, 'log', 'open', 'secret', '-o', opened!)
  await run(0, 'events', 'export', '-o', events!)
  const audit = ['audit', 'open', opened!, '--from', authority.paths.published]
  expect(await run(0, ...audit, '--events', events!)).toMatch(
    /^secret 1 {2}[\s\S]*nothing found\n$/,
  )
  const lines = readFileSync(events!, 'utf8').split('\n')
  const began = lines.findIndex((line) => line.includes('"act":"publication"'))
  writeFileSync(events!, `${lines.slice(0, began).join('\n')}\n`)
  expect(await run(1, ...audit, '--events', events!)).toContain('(event/head)')
  await run(0, 'log', 'open', 'secret', '--serial', '2', '-o', opened!)
  expect(readFileSync(opened!, 'utf8').split('\n')).toHaveLength(2)
  expect(await run(0, ...audit)).toMatch(/^secret 2 {2}.*\nnothing found\n$/)
  await run(3, 'log', 'open', 'secret', '--serial', '9', '-o', opened!)
})
