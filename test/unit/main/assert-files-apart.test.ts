import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { assertFilesApart } from '../../../src/main/assert-files-apart.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'apart-'))
  writeFileSync(join(folder, 'a'), 'a.example\n')
  writeFileSync(join(folder, 'b'), 'b.example\n')
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

function assertApart(inputs: readonly string[], outputs: readonly string[]): void {
  assertFilesApart({
    inputs: inputs.map(place),
    outputs: outputs.map((name) => ({ option: '--output', path: place(name) })),
  })
}

const place = (name: string): string => (/^[-/]/.test(name) ? name : `${folder}/${name}`)
const fault = (code: string): unknown => expect.objectContaining({ name: 'Fault', code })

describe('files of a command', () => {
  test('may differ, and inputs may be the same', () => {
    assertApart(['a', 'b', 'a'], ['x', 'y'])
    assertApart(['-'], ['-', '-'])
  })

  test('are refused when an output is an input, by any name of it', () => {
    mkdirSync(join(folder, 'sub'))
    symlinkSync(join(folder, 'a'), join(folder, 'soft'))
    linkSync(join(folder, 'a'), join(folder, 'hard'))
    symlinkSync(folder, join(folder, 'folder'))
    for (const name of ['a', './a', 'sub/../a', 'soft', 'hard', 'folder/a']) {
      expect(() => assertApart(['b', 'a'], [name])).toThrow(fault('usage/invalid'))
    }
  })

  test('are refused when two outputs are one, there or not yet', () => {
    symlinkSync(folder, join(folder, 'folder'))
    expect(() => assertApart(['a'], ['b', 'b'])).toThrow(fault('usage/invalid'))
    expect(() => assertApart(['a'], ['new', './new'])).toThrow(fault('usage/invalid'))
    expect(() => assertApart(['a'], ['new', 'folder/new'])).toThrow(fault('usage/invalid'))
  })

  test('are refused in a folder that is missing, and where a folder or a device is', () => {
    for (const name of ['none/x', 'a/x', '']) {
      expect(() => assertApart(['a'], [name])).toThrow(fault('system/not-found'))
    }
    expect(() => assertApart(['a'], ['/dev/null'])).toThrow(fault('usage/invalid'))
  })
})
