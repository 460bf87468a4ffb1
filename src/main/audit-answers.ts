import type { ProvenAnswers } from '../audit/verify-entry-proof-file.ts'

/** Each answer of a proof as a line for people. */
export function tellAnswers({ list, place, serial, at, answers }: ProvenAnswers): string {
  const name = list ?? `the restricted list at ${place}`
  const when = `serial ${serial}${at === null ? '' : `, ${at}`}`
  return answers
    .map(({ value, kind, entry }) => {
      const found =
        entry === null
          ? 'not listed'
          : `listed: ${entry.action}, category ${entry.category || '-'}, reference ${entry.reference || '-'}`
      return `${name}, ${when}: ${value} as ${kind}: ${found}\n`
    })
    .join('')
}
