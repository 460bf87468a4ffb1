import { readFileSync } from 'node:fs'
import { test as property } from '@fast-check/vitest'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { snapshotLineChecker } from '../../../src/core/check-snapshot-lines.ts'
import { isFault } from '../../../src/core/fault.ts'
import { printEntryLine } from '../../../src/core/entry.ts'
import { parseSnapshotLine } from '../../../src/core/parse-entry.ts'
import { RUNS, blocksOf, entryLine, sortLines } from '../../support/lines.ts'

const vectors = JSON.parse(
  readFileSync(new URL('../../vectors/entries/lines.json', import.meta.url), 'utf8'),
) as { readonly valid: string[]; readonly invalid: string[] }

const invalidSnapshot: unknown = expect.objectContaining({ code: 'snapshot/invalid' })
const invalidEntry: unknown = expect.objectContaining({ code: 'entry/invalid' })

function checkBlocks(...blocks: Uint8Array[]): number {
  const checker = snapshotLineChecker()
  return blocks.reduce((lines, block) => lines + checker.check(block), 0)
}

function takes(line: string): boolean {
  try {
    return checkBlocks(Buffer.from(line + '\n')) === 1
  } catch (error) {
    if (isFault(error, 'snapshot/invalid')) return false
    throw error
  }
}

function parses(line: string): boolean {
  try {
    parseSnapshotLine(line)
    return true
  } catch (error) {
    if (isFault(error, 'entry/invalid')) return false
    throw error
  }
}

describe('a line of a snapshot', () => {
  test.each(vectors.valid)('is taken: %j', (line) => {
    expect(printEntryLine(parseSnapshotLine(line))).toBe(line)
    expect(takes(line)).toBe(true)
  })

  test.each(vectors.invalid)('is refused: %j', (line) => {
    expect(() => parseSnapshotLine(line)).toThrow(invalidEntry)
    expect(takes(line)).toBe(false)
  })

  test('is refused when it is longer than any can be', () => {
    const line = `bad.example\tdomain\tnxdomain\t-\t${'a'.repeat(8192)}`
    expect(() => parseSnapshotLine(line)).toThrow(invalidEntry)
    expect(takes(line)).toBe(false)
  })

  const arbBroken = fc
    .tuple(
      fc.constantFrom(...vectors.valid),
      fc.nat(80),
      fc.nat(1),
      fc.constantFrom('', '\t', '-', '.', 'A', '_', '/', '%', ' ', 'a', '\u0080', '\0'),
    )
    .map(([line, at, cut, piece]) => line.slice(0, at) + piece + line.slice(at + cut))

  property.prop([arbBroken], { numRuns: RUNS * 100 })(
    'is judged alike on bytes and as text, whatever is wrong with it',
    (line) => {
      expect(takes(line)).toBe(parses(line))
    },
  )
})

describe('the lines of a snapshot', () => {
  const lines = sortLines(Array.from({ length: 50 }, (_, n) => entryLine(n)))

  property.prop([fc.array(fc.nat(1000), { maxLength: 5 })])(
    'may be cut into blocks between any two of them',
    (cuts) => {
      expect(checkBlocks(...blocksOf(lines, cuts))).toBe(50)
    },
  )

  property.prop([fc.nat(48), fc.array(fc.nat(1000), { maxLength: 5 })])(
    'may not change places',
    (at, cuts) => {
      const swapped = lines.with(at, lines[at + 1]!).with(at + 1, lines[at]!)
      expect(() => checkBlocks(...blocksOf(swapped, cuts))).toThrow(invalidSnapshot)
    },
  )

  property.prop([fc.nat(49), fc.array(fc.nat(1000), { maxLength: 5 })])(
    'may not come twice',
    (at, cuts) => {
      const doubled = lines.toSpliced(at, 0, lines[at]!)
      expect(() => checkBlocks(...blocksOf(doubled, cuts))).toThrow(invalidSnapshot)
    },
  )

  test('may not have one value and kind twice, even with another action', () => {
    const twice = ['bad.example\tdomain\tdrop\t-\t-\n', 'bad.example\tdomain\tnodata\t-\t-\n']
    expect(() => checkBlocks(Buffer.from(twice.join('')))).toThrow(invalidSnapshot)
    expect(() => checkBlocks(...twice.map((line) => Buffer.from(line)))).toThrow(invalidSnapshot)
  })

  test('may have one value with two kinds', () => {
    const two = 'bad.example\tdomain\tdrop\t-\t-\nbad.example\thost\tdrop\t-\t-\n'
    expect(checkBlocks(Buffer.from(two))).toBe(2)
  })

  test('may not be cut in mid-line', () => {
    expect(() => checkBlocks(Buffer.from('bad.example\tdomain\tdrop\t-\t-'))).toThrow(
      invalidSnapshot,
    )
  })

  test('are compared with the last of a block that is no more', () => {
    const checker = snapshotLineChecker()
    const block = Buffer.from('m.bad.example\tdomain\tdrop\t-\t-\n')
    checker.check(block)
    block.fill('a')
    const before = Buffer.from('b.bad.example\tdomain\tdrop\t-\t-\n')
    expect(() => checker.check(before)).toThrow(invalidSnapshot)
  })

  test('are named by their number', () => {
    const checker = snapshotLineChecker()
    checker.check(Buffer.from('a.example\tdomain\tdrop\t-\t-\nb.example\tdomain\tdrop\t-\t-\n'))
    expect(() => checker.check(Buffer.from('C.example\tdomain\tdrop\t-\t-\n'))).toThrow(/line 3 /)
  })
})
