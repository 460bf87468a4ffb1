import { expect, test } from 'vitest'
import { readDefinition } from '../../../src/store/read-definition.ts'
import { definitionOf } from '../../support/store-builders.ts'

test('a definition of before there were several people is read with what it meant', () => {
  const old = { ...definitionOf('phishing'), approvals: { needed: 2, organisations: 1 } }
  expect(readDefinition(JSON.stringify(old)).approvals).toEqual({
    ...{ needed: 2, organisations: 1, urgentAdd: false },
    retire: { needed: 1, organisations: 1 },
  })
})

test('a definition of today is read as it was written, byte for byte', () => {
  const retire = { needed: 3, organisations: 2 }
  const approvals = { needed: 2, organisations: 1, retire, urgentAdd: true }
  const text = JSON.stringify({ ...definitionOf('phishing'), approvals })
  expect(JSON.stringify(readDefinition(text))).toBe(text)
})
