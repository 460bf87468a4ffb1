import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readEntryValue } from '../../../src/core/parse-entry.ts'
import { scanAsciiName } from '../../../src/core/scan-name.ts'
import { sharedData } from '../../support/shared-data.ts'

/** One line of a real list. Only what concerns values is tested here, on the word of the line that is one. */
interface NastyLine {
  readonly id: string
  readonly format: 'adblock' | 'domains' | 'hosts' | 'mixed' | 'urls'
  readonly raw_b64: string
  readonly action: string
  readonly names: readonly string[]
  readonly reason: string
  readonly confidence: 'firm' | 'judgement'
}

const path = sharedData('nasty/lines.jsonl')
const lines = (path === null ? '' : readFileSync(path, 'utf8'))
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as NastyLine)

function wordOf({ format, raw_b64 }: NastyLine): string {
  const line = Buffer.from(raw_b64, 'base64')
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trim()
  if (format === 'hosts') return line.replace(/^\S+\s+/, '').replace(/\s+#.*/, '')
  if (format === 'adblock') return line.replace(/^\|\|/, '').replace(/\^.*/, '')
  return line.replace(/\s+#.*/, '').replace(/^(?:\*\.|\.)/, '')
}

function pick(confidence: string, actions: readonly string[]): [string, NastyLine][] {
  return lines
    .filter((line) => line.confidence === confidence && actions.includes(line.action))
    .map((line) => [`${line.id} ${line.reason}`, line])
}

function reading(line: NastyLine, kind: 'domain' | 'ip' | 'url'): unknown {
  return readEntryValue(kind, wordOf(line))
}

describe.skipIf(path === null)('values from real lists', () => {
  const good = pick('firm', ['accept', 'accept_fixed'])
  const urls = pick('firm', ['accept_url'])
  // What is wrong with these is the line, not a word of it.
  const bad = pick('firm', ['reject']).filter(
    ([, { reason }]) => reason !== 'hosts-line-without-two-fields',
  )

  test('are all there', () => {
    expect([good.length, urls.length, bad.length]).toEqual([60, 14, 42])
  })

  test.each(good)('are the one name that everybody reads there: %s', (_, line) => {
    expect(line.names).toHaveLength(1)
    expect(reading(line, 'domain')).toEqual({ value: line.names[0]?.replace(/^\*\./, '') })
  })

  test.each(urls)('are URLs where they are URLs: %s', (_, line) => {
    expect(reading(line, 'url')).toHaveProperty('value')
    expect(reading(line, 'domain')).toHaveProperty('refusal')
  })

  test.each(bad)('are no names where nobody can read one: %s', (_, line) => {
    // The scanner does not mend white space: in `||x ^` it is inside the pattern.
    const bytes = Buffer.from(wordOf(line))
    expect(scanAsciiName(bytes, 0, bytes.length)).toBeLessThan(0)
    if (wordOf(line) === wordOf(line).trim()) {
      expect(reading(line, 'domain')).toHaveProperty('refusal')
    }
  })
})

describe.skipIf(path === null)('values that the policies of docs/spec/entry.md decide', () => {
  const names = pick('judgement', ['accept', 'accept_fixed']).filter(
    ([, { reason }]) => !reason.includes('multi-name'),
  )
  const addresses = pick('judgement', ['accept_ip'])
  const refusals = lines.filter(
    ({ confidence, action }) => confidence === 'judgement' && action === 'reject',
  )
  const refused = (reason: string): NastyLine[] => refusals.filter((line) => line.reason === reason)

  test('are all there', () => {
    expect([names.length, addresses.length, refusals.length]).toEqual([61, 16, 75])
  })

  test.each(names)('are accepted: %s', (_, line) => {
    expect(reading(line, 'domain')).toEqual({ value: line.names[0]?.replace(/^\*\./, '') })
  })

  test.each(addresses)('are addresses, and no names: %s', (_, line) => {
    expect(reading(line, 'ip')).toEqual({ value: line.names[0] })
    expect(reading(line, 'domain')).toHaveProperty('refusal')
  })

  test('are refused as single labels', () => {
    for (const line of refused('single-label')) {
      expect(reading(line, 'domain')).toEqual({ refusal: 'single-label' })
    }
  })

  test('are refused as ports, wildcards and URLs in place of names', () => {
    for (const reason of ['port-in-name', 'wildcard-inside', 'url-in-domain-list', 'hash-inside']) {
      for (const line of refused(reason)) expect(reading(line, 'domain')).toHaveProperty('refusal')
    }
  })

  test('are refused for a last label that cannot be one', () => {
    for (const line of refused('unknown-tld')) {
      expect(reading(line, 'domain')).toEqual({ refusal: 'last-label' })
    }
  })

  test('are refused as special names, but for those of other naming systems', () => {
    const outcomes = refused('special-use-name').map((line) => [
      wordOf(line),
      reading(line, 'domain'),
    ])
    const accepted = outcomes.filter(([, outcome]) => 'value' in (outcome as object))
    expect(accepted.map(([word]) => String(word).replace(/^.*\./, ''))).toEqual(['bit'])
  })
})
