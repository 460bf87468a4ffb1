import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { PublicDefinition } from '../../../../src/core/list-definition.ts'
import { EXPORT_FORMATS } from '../../../../src/formats/render-export.ts'
import { exportSource, render } from '../../../support/export-builders.ts'

const FOLDER = new URL('../../../vectors/', import.meta.url)
const CASES = ['exports/empty/', 'exports/mixed/', 'exports/steered/']

function read(path: string): string {
  return readFileSync(new URL(path, FOLDER), 'utf8')
}

describe.each(CASES)('the list of %s', (name) => {
  const definition = JSON.parse(read(`${name}definition.json`)) as PublicDefinition
  const lines = read(`${name}lines.txt`)
    .split('\n')
    .filter((line) => line !== '')

  it.each(EXPORT_FORMATS)('is byte for byte the same as %s', (format) => {
    const { text, summary } = render(format, exportSource(lines, definition))
    expect(text).toBe(read(`${name}${format}.txt`))
    const omitted = Object.values(summary.omitted).reduce((sum, count) => sum + count, 0)
    expect(summary.written + omitted).toBe(lines.length)
  })

  it('has no vector that nothing reads', () => {
    const read = [
      'definition.json',
      'lines.txt',
      ...EXPORT_FORMATS.map((format) => `${format}.txt`),
    ]
    expect(readdirSync(new URL(name, FOLDER)).sort()).toEqual(read.sort())
  })
})

it('reads every list there is', () => {
  const folders = readdirSync(new URL('exports/', FOLDER)).map((name) => `exports/${name}/`)
  expect(folders.sort()).toEqual(CASES)
})
