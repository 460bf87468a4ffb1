import { describe, expect, it } from 'vitest'
import { composeDeltas } from '../../../src/core/compose-deltas.ts'
import { diffLines } from '../../../src/core/diff-lines.ts'
import { mergeLines } from '../../../src/core/merge-lines.ts'
import { blocksOf, entryLine, linesOf, sortLines } from '../../support/lines.ts'

const fault = (code: string) => expect.objectContaining({ code }) as Error
const range = (count: number, step = 1) => Array.from({ length: count }, (_, i) => i * step)

describe('mergeLines', () => {
  const base = sortLines(range(20_000).map((n) => entryLine(n)))

  it('holds on lists of many blocks, with edits at both ends and everywhere between', () => {
    const added = sortLines([
      ...range(700, 31).map((n) => entryLine(n + 50_000)),
      '!first\thost\tdrop\t-\t-',
      '~last\thost\tdrop\t-\t-',
    ])
    const removed = base.filter((_, i) => i % 97 === 0 || i === base.length - 1)
    const expected = sortLines([...base.filter((line) => !removed.includes(line)), ...added])
    for (const cuts of [[], [1, 2, 3], range(200, 97), range(20_000)]) {
      const merged = mergeLines(blocksOf(base, cuts), {
        added: blocksOf(added),
        removed: blocksOf(removed),
      })
      expect(linesOf(merged)).toEqual(expected)
    }
  })

  it('makes a list out of nothing and nothing out of a list', () => {
    expect(linesOf(mergeLines([], { added: blocksOf(base), removed: [] }))).toEqual(base)
    expect(linesOf(mergeLines(blocksOf(base), { added: [], removed: blocksOf(base) }))).toEqual([])
    expect(linesOf(mergeLines([], { added: [], removed: [] }))).toEqual([])
  })

  it.each([
    ['a removal of what is not there, before all', { added: [], removed: ['!a'] }],
    ['a removal of what is not there, after all', { added: [], removed: ['~a'] }],
    [
      'a removal of a line that only begins like one',
      { added: [], removed: [base[7]!.slice(0, -1)] },
    ],
    ['an addition of what is there', { added: [base[7]!], removed: [] }],
    ['an addition of the last line', { added: [base.at(-1)!], removed: [] }],
    ['a line both added and removed', { added: ['!a'], removed: ['!a'] }],
  ])('refuses %s', (_, { added, removed }) => {
    const merge = () =>
      linesOf(
        mergeLines(blocksOf(base, [9, 500]), {
          added: blocksOf(added),
          removed: blocksOf(removed),
        }),
      )
    expect(merge).toThrow(fault('delta/mismatch'))
  })

  it('refuses a block cut in mid-line', () => {
    expect(() => linesOf(mergeLines([Buffer.from('a\nb')], { added: [], removed: [] }))).toThrow(
      fault('snapshot/invalid'),
    )
    expect(() => diffLines([Buffer.from('a\nb')], [])).toThrow(fault('snapshot/invalid'))
  })
})

describe('composeDeltas', () => {
  const add = (line: string) => ({ added: blocksOf([line]), removed: [] })
  const remove = (line: string) => ({ added: [], removed: blocksOf([line]) })

  it('lets swings cancel', () => {
    const composed = composeDeltas([add('a'), remove('a'), add('a'), remove('a')])
    expect(composed).toEqual({ added: [], removed: [] })
    expect(linesOf(composeDeltas([remove('a'), add('a'), remove('a')]).removed)).toEqual(['a'])
  })

  it('refuses differences that cannot follow each other', () => {
    expect(() => composeDeltas([add('a'), add('a')])).toThrow(fault('delta/mismatch'))
    expect(() => composeDeltas([add('a'), remove('b'), remove('b')])).toThrow(
      fault('delta/mismatch'),
    )
  })
})
