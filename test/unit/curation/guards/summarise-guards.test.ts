import { expect, it } from 'vitest'
import { checkGuardsNow } from '../../../../src/curation/guards/check-guards.ts'
import { MAX_FINDINGS } from '../../../../src/curation/guards/guard-finding.ts'
import { summariseGuards } from '../../../../src/curation/guards/summarise-guards.ts'
import { batchOf, guardDepsOf, guardedListOf, popularOf } from '../../../support/guard-builders.ts'

it('a report in short counts all of each guard and class, those of the whole batch first', () => {
  const sites = Array.from({ length: MAX_FINDINGS + 7 }, (_, i) => `s${i}.example`)
  const deps = guardDepsOf({ popular: popularOf(sites), limits: { popularStopRank: 2 } })
  const summaries = summariseGuards(checkGuardsNow(deps, guardedListOf(), batchOf(sites)))
  expect(summaries.map(({ code, class: kind, count }) => [code, kind, count])).toEqual([
    ['guard/batch-popular', 'stop', 1],
    ['guard/popular', 'stop', 2],
    ['guard/popular', 'warn', MAX_FINDINGS + 5],
  ])
  expect(summaries.map(({ samples }) => samples)).toEqual([
    [],
    ['s0.example', 's1.example'],
    ['s10.example', 's100.example', 's1000.example'],
  ])
})
