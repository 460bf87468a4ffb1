import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { ALL_OPERATIONS } from '../../../src/console/api/all-operations.ts'
import { pageQuery } from '../../../src/console/api/cursor.ts'
import type { AnyOperation } from '../../../src/console/api/operation.ts'
import { REMEMBERED_MS } from '../../../src/store/idempotency-store.ts'

const PAGE = readFileSync(new URL('../../../docs/spec/api.md', import.meta.url), 'utf8')
const [, SECTION = ''] = PAGE.split('## 5. Operations')

/** As it stands in the page: a line that lacks there can be taken from here. */
function lineOf({
  method,
  path,
  act,
  isOpen,
  needsTag,
  query,
  maxBodyBytes,
  summary,
}: AnyOperation): string {
  const asks = [
    ...(isOpen === true ? ['open'] : []),
    ...(needsTag === true ? ['If-Match'] : []),
    ...(query?.properties['cursor'] === undefined ? [] : ['paged']),
    ...(maxBodyBytes === undefined ? [] : [`${maxBodyBytes} bytes`]),
  ].join(', ')
  const name = `${method.toUpperCase()} ${path}`
  return `| \`${name}\` | ${act === undefined ? '–' : `\`${act}\``} | ${asks || '–'} | ${summary} |`
}

it('docs/spec/api.md has every operation once, with its act and what it asks', () => {
  const told = SECTION.split('\n').filter((line) =>
    /^\| `(?:GET|POST|PUT|PATCH|DELETE) /.test(line),
  )
  expect(told.sort()).toEqual(ALL_OPERATIONS.map(lineOf).sort())
})

it('docs/spec/api.md says how long keys count, and how long a page is', () => {
  const { limit } = pageQuery().properties as { limit: { default: number; maximum: number } }
  const [, hours, usual, most] =
    /for (\d+) hours[^]*items`, (\d+) where nothing is said and at most (\d+)/.exec(SECTION) ?? []
  expect([hours, usual, most].map(Number)).toEqual([
    ...[REMEMBERED_MS / 3_600_000, limit.default, limit.maximum],
  ])
})
