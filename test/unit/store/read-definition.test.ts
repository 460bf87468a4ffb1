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

test('a definition of before there were reviews has their defaults, as if it were applied now', () => {
  const now = definitionOf('phishing')
  const { afterDays, expireAfterDays } = now.review
  const older = { ...now, review: { afterDays, expireAfterDays }, liveness: undefined }
  expect(JSON.stringify(readDefinition(JSON.stringify(older)))).toBe(JSON.stringify(now))
})

test('a definition of today is read as it was written, byte for byte', () => {
  const retire = { needed: 3, organisations: 2 }
  const approvals = { needed: 2, organisations: 1, retire, urgentAdd: true }
  const review = { afterDays: 1, expireAfterDays: 2, warnDays: 0, urgentDays: 0 }
  const liveness = {
    ...{ resolver: '127.0.0.1:53', perSecond: 5, everyDays: 7, allowRestricted: false },
  }
  const text = JSON.stringify({ ...definitionOf('phishing', { review, liveness }), approvals })
  expect(JSON.stringify(readDefinition(text))).toBe(text)
})
