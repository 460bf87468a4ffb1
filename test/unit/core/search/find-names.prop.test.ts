import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { ENTRY_KINDS, type EntryKind } from '../../../../src/core/entry.ts'
import {
  findNames,
  stagesOf,
  type FoundName,
  type SearchStage,
} from '../../../../src/core/search/find-names.ts'
import {
  changeNames,
  printName,
  readName,
  type NameBlocks,
} from '../../../../src/core/search/name-blocks.ts'

const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Blocks of so many lines each. */
function blocksOf(lines: readonly string[], size = 3): NameBlocks {
  const sorted = [...new Set(lines)].sort(byBytes)
  return Array.from({ length: Math.ceil(sorted.length / size) }, (_, i) =>
    Buffer.from(sorted.slice(i * size, (i + 1) * size).join(''), 'latin1'),
  )
}

const linesOf = (blocks: NameBlocks): string[] =>
  blocks.flatMap((block) => block.toString('latin1').split(/(?<=\n)/))

const named = (...values: readonly string[]): NameBlocks =>
  blocksOf(values.map((value) => printName(value, 'domain')))

/** Every page of a search, one behind another. */
function findAll(blocks: NameBlocks, text: string, limit: number): string[] {
  const search = { text, isAscii: /^[\x21-\x7e]+$/.test(text) }
  return stagesOf(search).flatMap((stage) => pagesOf(blocks, search, stage, limit))
}

function pagesOf(
  blocks: NameBlocks,
  search: { text: string; isAscii: boolean },
  stage: SearchStage,
  limit: number,
): string[] {
  const found: FoundName[] = []
  for (let behind: string | null = null; ;) {
    const page = findNames(blocks, { search, stage, behind, limit }, decode)
    expect(page.found.length).toBeLessThanOrEqual(limit)
    found.push(...page.found)
    if (page.isDone) return found.map(({ value, kind }) => `${value} ${kind}`)
    expect(page.found.length > 0 || page.last !== behind).toBe(true)
    behind = page.last
  }
}

const decode = (name: string): string => name.replace('xn--bcher-kva', 'bücher')

const value = fc
  .array(fc.constantFrom('a', 'b', 'ab', 'ba', '.', '-', '/A'), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join(''))
const name = fc.tuple(value, fc.constantFrom<EntryKind[]>(...ENTRY_KINDS))

describe('finding names', () => {
  test.prop([fc.array(name, { maxLength: 30 }), value, fc.integer({ min: 1, max: 4 })])(
    'finds what has the text in its value, once, in the order of the stages',
    (names, text, limit) => {
      const blocks = blocksOf(names.map(([one, kind]) => printName(one, kind)))
      const all = linesOf(blocks).map((line) => (line === '' ? null : readName(line)))
      const rank = (one: string): number =>
        one.startsWith(text) ? 0 : !text.startsWith('.') && one.includes(`.${text}`) ? 1 : 2
      const expected = all
        .filter((one) => one !== null)
        .filter((one) => one.value.includes(text))
        .map(({ value: one, kind }, i) => ({ rank: rank(one), i, text: `${one} ${kind}` }))
        .sort((a, b) => a.rank - b.rank || a.i - b.i)
        .map((one) => one.text)
      expect(findAll(blocks, text, limit)).toEqual(expected)
    },
  )

  it('finds nothing in what stands behind a value', () => {
    const blocks = named('abc.example', 'abd.example')
    for (const text of ['domain', 'example\n', 'e\x01', '\x01\n', '\nabd']) {
      expect(findAll(blocks, text, 10), JSON.stringify(text)).toEqual([])
    }
  })

  it('finds a name by its Unicode form, and a path behind it', () => {
    const blocks = named('a.example', 'www.xn--bcher-kva.example', 'xn--bcher-kva.example/x/ü')
    expect(findAll(blocks, 'büch', 10)).toEqual([
      'www.xn--bcher-kva.example domain',
      'xn--bcher-kva.example/x/ü domain',
    ])
    expect(findAll(blocks, 'bücher.example/x', 10)).toEqual(['xn--bcher-kva.example/x/ü domain'])
    expect(findAll(blocks, 'bo\u0308cher', 10)).toEqual([])
  })

  it('goes on where it gave up among many names in Unicode', () => {
    const many = Array.from({ length: 20_001 }, (_, i) => `n${String(i).padStart(5, '0')}.xn--x`)
    const blocks = blocksOf(
      [...many, 'z.xn--bcher-kva.example'].map((one) => printName(one, 'domain')),
      4000,
    )
    const search = { text: 'bücher', isAscii: false }
    const first = findNames(blocks, { search, stage: 'unicode', behind: null, limit: 5 }, decode)
    expect(first).toEqual({
      found: [],
      isDone: false,
      last: printName(many[19_999]!, 'domain').trim(),
    })
    expect(findAll(blocks, 'bücher', 5)).toEqual(['z.xn--bcher-kva.example domain'])
  })

  it('knows whether anything is behind a full page', () => {
    const blocks = named('ab.example', 'ac.example')
    const step = { search: { text: 'a', isAscii: true }, stage: 'start', behind: null } as const
    expect(findNames(blocks, { ...step, limit: 2 }, decode).isDone).toBe(true)
    expect(findNames(blocks, { ...step, limit: 1 }, decode).isDone).toBe(false)
    expect(findNames(blocks, { ...step, limit: 0 }, decode)).toEqual({
      ...{ found: [], isDone: false, last: null },
    })
  })
})

describe('changing names', () => {
  test.prop([fc.array(name, { maxLength: 30 }), fc.array(fc.tuple(name, fc.boolean()))])(
    'gives what a set would have, and applied again the same',
    (names, wanted) => {
      const before = names.map(([one, kind]) => printName(one, kind))
      const changes = new Map(
        wanted.map(([[one, kind], isThere]) => [printName(one, kind), isThere]),
      )
      const expected = new Set(before)
      for (const [line, isThere] of changes) {
        if (isThere) expected.add(line)
        else expected.delete(line)
      }
      const sorted = [...changes]
        .map(([line, isThere]) => ({ line, isThere }))
        .sort((a, b) => byBytes(a.line, b.line))
      const once = changeNames(blocksOf(before), sorted)
      const text = (blocks: NameBlocks): string => Buffer.concat(blocks).toString('latin1')
      expect(text(once)).toBe([...expected].sort(byBytes).join(''))
      expect(text(changeNames(once, sorted))).toBe(text(once))
    },
  )

  it('keeps blocks that no change is in', () => {
    const blocks = named(
      'a.example',
      'b.example',
      'c.example',
      'd.example',
      'e.example',
      'f.example',
    )
    const changed = changeNames(blocks, [{ line: printName('b.test', 'host'), isThere: true }])
    expect(changed[1]).toBe(blocks[1])
    expect(linesOf(changed)).toContain(printName('b.test', 'host'))
  })
})
