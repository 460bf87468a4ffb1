import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { FaultCode } from '../../../../src/core/fault.ts'
import type { ImportFormat } from '../../../../src/formats/in/import-format.ts'
import { readText } from '../../../support/read-text.ts'

interface ListVector {
  readonly name: string
  readonly recognised?: ImportFormat
  readonly format?: ImportFormat
  readonly text: string
  readonly entries: readonly string[]
  readonly findings: readonly string[]
  readonly redirectTo?: readonly string[]
}

interface RefusedVector {
  readonly name: string
  readonly format?: ImportFormat
  readonly text?: string
  readonly hex?: string
  readonly repeat?: number
  readonly code: FaultCode
}

function vectors(name: string): unknown {
  return JSON.parse(
    readFileSync(new URL(`../../../vectors/lists/${name}`, import.meta.url), 'utf8'),
  )
}

describe('reads', () => {
  test.for(vectors('formats.json') as ListVector[])('$name', (vector) => {
    const read = readText(vector.text, { format: vector.format })
    expect(read.report.format).toBe(vector.format ?? vector.recognised)
    expect(read.findings).toEqual(vector.findings)
    expect(read.entries).toEqual(vector.entries)
    expect(read.report.redirectTo).toEqual(vector.redirectTo ?? [])
  })
})

describe('refuses', () => {
  test.for(vectors('refused.json') as RefusedVector[])('$name', ({ text = '', hex, ...vector }) => {
    const input = hex === undefined ? text.repeat(vector.repeat ?? 1) : Buffer.from(hex, 'hex')
    expect(() => readText(input, { format: vector.format })).toThrow(
      expect.objectContaining({ code: vector.code }),
    )
  })
})
