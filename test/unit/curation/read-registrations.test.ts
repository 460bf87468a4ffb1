import { describe, expect, it } from 'vitest'
import {
  MAX_REGISTRATION_LINE,
  readRegistrations,
  registeredSince,
} from '../../../src/curation/read-registrations.ts'

const TODAY = '2030-06-15'

/** Read in chunks of so many octets, which may cut lines and characters anywhere. */
function read(text: string, size = 1 << 20) {
  function* chunks(): Generator<Uint8Array> {
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; at += size) {
      const chunk = Buffer.from(bytes.subarray(at, at + size))
      yield chunk
      // A chunk is good until the next is asked for.
      chunk.fill(0)
    }
  }
  return readRegistrations(chunks(), TODAY)
}

describe('a file of registrations', () => {
  const text =
    'domain,registered\r\nBad.Example.,2030-01-02\r\n\nbücher.example, 2030-06-15 \nbad.example,2029-12-31\nlast.test,2000-01-01'

  it.each([1, 2, 3, 7, 1 << 20])('is read in chunks of %i octets', (size) => {
    const { days, refused, lines } = read(text, size)
    expect([...days]).toEqual([
      ['bad.example', '2030-01-02'],
      ['xn--bcher-kva.example', '2030-06-15'],
      ['last.test', '2000-01-01'],
    ])
    expect({ refused, lines }).toEqual({ refused: 0, lines: 6 })
  })

  it.each([
    ['bad.example', 'fields'],
    ['bad.example,2030-01-01,x', 'fields'],
    ['bad.example,2030-02-29', 'day'],
    ['bad.example,', 'day'],
    ['bad.example,2030-06-16', 'future'],
    ['bad example,2030-01-01', 'name'],
    ['www.bad.example,2030-01-01', 'not-registrable'],
    ['co.uk,2030-01-01', 'not-registrable'],
    [`${'a'.repeat(MAX_REGISTRATION_LINE - 10)},2030-01-01`, 'line-length'],
    ['x'.repeat(1 << 20), 'line-length'],
  ])('refuses the line %.40s: %s', (line, reason) => {
    const { days, refused, examples } = read(`ok.example,2030-01-01\n${line}\nalso.test,2030-01-01`)
    expect([...days.keys()]).toEqual(['ok.example', 'also.test'])
    expect({ refused, examples }).toEqual({ refused: 1, examples: [{ line: 2, reason }] })
  })

  it('names ten lines that are wrong, and counts all', () => {
    const { refused, examples } = read('x\n'.repeat(30))
    expect({ refused, named: examples.length }).toEqual({ refused: 30, named: 10 })
  })
})

describe('a domain has changed hands', () => {
  const days = new Map([['bad.example', '2030-01-02']])

  it.each([
    ['bad.example', '2030-01-01', true],
    ['bad.example', '2030-01-02', false],
    ['bad.example', '2030-01-03', false],
    ['www.bad.example', '2030-01-01', true],
    ['bad.example/a?b=c', '2030-01-01', true],
    ['bad.example:8080/', '2030-01-01', true],
    ['good.example', '2030-01-01', false],
    ['notbad.example', '2030-01-01', false],
    ['192.0.2.1/x', '2030-01-01', false],
  ])('%s, listed on %s: %s', (value, decidedOn, has) => {
    expect(registeredSince(days, { value, decidedOn })).toEqual(
      has ? { domain: 'bad.example', day: '2030-01-02' } : null,
    )
  })
})
