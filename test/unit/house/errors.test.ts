import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { FAULT_CODES } from '../../../src/core/fault.ts'

const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [heading = '', ...lines] = section.split('\n')
      return [heading.trim(), lines.join('\n').trim()]
    }),
)

test('every code has a section in docs/errors.md', () => {
  expect(FAULT_CODES.filter((code) => !sections.has(code))).toEqual([])
})

test('every section of docs/errors.md is a code', () => {
  expect([...sections.keys()].filter((code) => !isCode(code))).toEqual([])
})

test('no code stands twice', () => {
  expect(new Set(FAULT_CODES).size).toBe(FAULT_CODES.length)
  expect(page.match(/^## /gm)).toHaveLength(sections.size)
})

test.each([...sections])('%s says its cause and its cure', (_, text) => {
  expect(text).toMatch(/^Cause: \S[^]*^Cure: \S/m)
})

function isCode(text: string): boolean {
  return (FAULT_CODES as readonly string[]).includes(text)
}
