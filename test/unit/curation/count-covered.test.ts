import { describe, expect, it } from 'vitest'
import { countCoveredByList, countCoveredInFile } from '../../../src/curation/count-covered.ts'
import { definitionOf } from '../../support/store-builders.ts'

const block = (...lines: string[]): Buffer[] => [
  Buffer.from(lines.map((line) => `${line}\tnxdomain\t-\t-\n`).join('')),
]

describe('of the names of a file', () => {
  const inFile = (...lines: string[]): number =>
    countCoveredInFile({
      definition: definitionOf('phishing'),
      entries: lines.length,
      lines: () => block(...lines),
    })

  it('those below a domain or a subtree are covered, not the name itself nor what is below a host', () => {
    const lines = [
      'a.example\tdomain',
      'aa.example\tdomain',
      'b.example\tsubdomains',
      'c.example\thost',
      'x.a.example\thost',
      'x.b.example\tdomain',
      'x.c.example\tdomain',
      'x.y.a.example\tsubdomains',
      'xa.example\tdomain',
    ]
    expect(inFile(...lines)).toBe(3)
  })

  it('none is covered where there is no name', () => {
    expect(inFile('192.0.2.1\tip', 'x.a.example/\turl')).toBe(0)
    expect(inFile()).toBe(0)
  })
})

describe('of new names', () => {
  const listed = ['a.example', 'y.b.example']
  const find = (names: readonly string[]): string[] => names.filter((name) => listed.includes(name))

  it('those below an entry of the list are covered', () => {
    const lines = block(
      '192.0.2.1\tip',
      'a.example\thost',
      'x.a.example\thost',
      'x.a.example/\turl',
      'x.b.example\tdomain',
      'x.y.b.example\tdomain',
      'x.y.z.a.example\tdomain',
    )
    expect(countCoveredByList(lines, find)).toBe(3)
  })

  it('every one is counted, however many there are', () => {
    const lines = Array.from({ length: 12_001 }, (_, i) => `n${i}.a.example\tdomain`).sort()
    expect(countCoveredByList(block(...lines), find)).toBe(12_001)
  })
})
