import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as limits from '../../../src/distribute/limits.ts'

const spec = readFileSync(new URL('../../../docs/spec/http.md', import.meta.url), 'utf8')

test.each([
  ['connections', limits.MAX_CONNECTIONS, limits.MAX_CONNECTIONS_PER_ADDRESS],
  ['request line and headers', limits.MAX_HEADER_BYTES, limits.MAX_HEADERS],
  ['URL', limits.MAX_URL_BYTES],
  ['body', limits.MAX_BODY_BYTES],
  ['headers, whole request', limits.HEADERS_TIMEOUT_MS, limits.REQUEST_TIMEOUT_MS],
  ['idle connection', limits.KEEP_ALIVE_TIMEOUT_MS],
  ['reader that takes nothing', limits.WRITE_IDLE_TIMEOUT_MS],
  ['running responses after SIGTERM', limits.STOP_TIMEOUT_MS],
  ['questions to the history', limits.HISTORY_TIMEOUT_MS, limits.MAX_HISTORY_WAITING],
  ['exports that wait', limits.EXPORT_WAIT_MS, limits.MAX_EXPORTS_WAITING],
  ['past serials with exports', limits.KEPT_EXPORT_SERIALS],
])('docs/spec/http.md has the limits of «%s»', (row, ...values) => {
  const section = spec.slice(spec.indexOf('## 13. Limits'))
  const [, cell = ''] = new RegExp(`\\| ${row}[^|]*\\|([^|]*)\\|`).exec(section) ?? []
  expect((cell.match(/\d+/g) ?? []).map(Number)).toEqual(values)
})

test('docs/spec/http.md has the sizes of a page', () => {
  expect(spec).toContain(`${limits.DEFAULT_PAGE} by default and ${limits.MAX_PAGE} at most`)
})
