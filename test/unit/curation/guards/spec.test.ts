import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { MAX_REGISTER_ROWS, MAX_REGISTER_TEXT } from '../../../../src/core/register.ts'
import { GUARDS, MAX_FINDINGS } from '../../../../src/curation/guards/guard-finding.ts'
import { GUARD_LIMITS } from '../../../../src/curation/guards/guard-limits.ts'
import { HEAVY_KEYS } from '../../../../src/curation/guards/heavy-hitters.ts'
import {
  MAX_POPULAR_BYTES,
  MAX_POPULAR_LINE,
  MAX_POPULAR_NAMES,
  MAX_POPULAR_REFUSED_SHARE,
} from '../../../../src/curation/guards/read-ranking.ts'
import { MAX_DIFFERENCE } from '../../../../src/curation/preview-impact.ts'

const page = readFileSync(new URL('../../../../docs/spec/guards.md', import.meta.url), 'utf8')

it('docs/spec/guards.md has every guard with its classes', () => {
  const rows = [...page.matchAll(/^\| (`guard\/[^|]*) \| ([^|]*) \|/gm)]
  const told = rows.flatMap(([, codes = '', classes = '']) =>
    [...codes.matchAll(/`(guard\/[a-z-]+)`/g)].map(([, code]) => [code, classes.split(', ')]),
  )
  expect(Object.fromEntries(told)).toEqual(GUARDS)
})

it('docs/spec/guards.md has every limit with its value', () => {
  const [, table = ''] = /## 4\. Limits\n([^]*?)\n## 5/.exec(page) ?? []
  const told = [...table.matchAll(/`(\w+)` \| ([\d.]+)/g)].map(([, name, value]) => [
    name,
    Number(value),
  ])
  expect(Object.fromEntries(told)).toEqual({
    ...GUARD_LIMITS,
    ...{ MAX_FINDINGS, MAX_REGISTER_ROWS, MAX_REGISTER_TEXT },
    ...{ MAX_POPULAR_BYTES, MAX_POPULAR_LINE, MAX_POPULAR_NAMES, MAX_POPULAR_REFUSED_SHARE },
  })
  expect(page).toContain(`the first ${MAX_DIFFERENCE} (\`MAX_DIFFERENCE\`)`)
  expect(page).toContain(`Beyond ${HEAVY_KEYS} (\`HEAVY_KEYS\`)`)
})
