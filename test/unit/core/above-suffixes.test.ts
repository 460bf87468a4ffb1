import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { ABOVE_SUFFIXES } from '../../../src/core/above-suffixes.ts'
import { isAboveSuffix, readSuffix } from '../../../src/core/public-suffix.ts'

/** The rules as tldts has them: a tree of labels. */
interface Trie {
  readonly edgeChild: readonly number[]
  readonly edgeLength: readonly number[]
  readonly edgeStart: readonly number[]
  readonly labelText: string
  readonly nodeFlags: readonly number[]
  readonly rulesRoot: number
}

it('names above suffixes are those of the rules that are installed', async () => {
  const main = createRequire(import.meta.url).resolve('tldts')
  const file = main.replace(/dist\/.*$/, 'dist/es6/src/data/trie.js')
  expect(readFileSync(file, 'utf8')).toContain('public-suffix trie')
  const trie = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Trie
  expect([...ABOVE_SUFFIXES].sort()).toEqual(namesAbove(trie).sort())
})

it('and none of them is a suffix', () => {
  expect(
    [...ABOVE_SUFFIXES].filter(
      (name) => readSuffix(name).section !== null && readSuffix(name).suffix === name,
    ),
  ).toEqual([])
  expect(isAboveSuffix('amazonaws.com')).toBe(true)
  expect(isAboveSuffix('s3.amazonaws.com')).toBe(false)
})

function namesAbove({
  edgeChild,
  edgeLength,
  edgeStart,
  labelText,
  nodeFlags,
  rulesRoot,
}: Trie): string[] {
  const offsets = new Map<number, number>()
  let offset = 0
  edgeLength.forEach((length, edge) => {
    offsets.set(edge, offset)
    offset += length
  })
  const names: string[] = []
  const walk = (node: number, above: string): void => {
    for (let edge = edgeStart[node]!; edge < edgeStart[node + 1]!; edge++) {
      const from = offsets.get(edge)!
      const name = `${labelText.slice(from, from + edgeLength[edge]!)}${above}`
      const child = edgeChild[edge]!
      if (nodeFlags[child] === 0 && edgeStart[child]! < edgeStart[child + 1]!) names.push(name)
      walk(child, `.${name}`)
    }
  }
  walk(rulesRoot, '')
  return names
}
