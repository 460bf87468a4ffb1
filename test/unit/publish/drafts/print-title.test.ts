import { expect, it } from 'vitest'
import { MAX_TITLE_LENGTH, printTitle } from '../../../../src/publish/drafts/trust-plan.ts'

it('names all, or as many as it has room for', () => {
  expect(printTitle('the lists', ['malware', 'phishing'])).toBe('the lists malware, phishing')
  const names = Array.from({ length: 1000 }, (_, i) => `list-${i + 1000}`)
  const title = printTitle('the lists', names)
  expect(title).toMatch(/^the lists list-1000, list-1001, .*, list-1015 and 984 more$/)
  expect(title.length).toBeLessThanOrEqual(MAX_TITLE_LENGTH)
  expect(printTitle('the list', ['a'.repeat(MAX_TITLE_LENGTH)])).toBe('the list: 1 of them')
})

it('has room to its last character', () => {
  const name = 'a'.repeat(MAX_TITLE_LENGTH - 'the list '.length)
  expect(printTitle('the list', [name])).toBe(`the list ${name}`)
})
